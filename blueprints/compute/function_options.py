"""What may be said of a function in regions.yaml, and what holds where nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blueprints.compute.asynchronous import Asynchronous, DeadLetters
from blueprints.compute.concurrency import Provisioned
from blueprints.compute.images import Image
from blueprints.compute.shifting import Shifting
from blueprints.compute.uses import Uses
from blueprints.compute.vpc import Vpc
from blueprints.options import option

LONGEST_S = 900


@dataclass(frozen=True, slots=True)
class FunctionOptions:
    """One function. What is not given is as the options of the whole layer say."""

    code: str | None = option(None, "Name of the artifact under `code` that holds the function.")
    layers: tuple[str, ...] | None = option(None, "Names of artifacts to add as layers, at most five.", unique=True)
    handler: str | None = option(None, "Module and function that Lambda calls.")
    runtime: str | None = option(None, "Lambda runtime.")
    architecture: str | None = option(None, "Processor.", choices=("arm64", "x86_64"))
    memory: int | None = option(None, "Memory in MB; processor time grows with it.", minimum=128, maximum=10240)
    timeout: int | None = option(None, "Seconds.", minimum=1, maximum=LONGEST_S)
    environment: Mapping[str, str] = option({}, "Variables besides those of the layer, passed on exactly as written.")
    tracing: str | None = option(None, "X-Ray tracing.", choices=("Active", "PassThrough"))
    uses: Uses | None = option(None, "What the function works with; by default the table of the layer.")
    image: Image | None = option(None, "Run this container image; then there is no code, layer, handler and runtime.")
    vpc: Vpc | None = option(None, "Run inside infra's network, or another one.")
    insights: bool = option(False, "Lambda Insights: AWS's layer that measures memory, processor and cold starts.")
    metrics_namespace: str = option("", "Namespace of the metrics that the code writes into its log (EMF).")
    reserved_concurrency: int | None = option(None, "How many run at once, at most; 0 shuts it off.", minimum=0)
    provisioned_concurrency: Provisioned | None = option(None, "How many are kept warm.")
    asynchronous: Asynchronous | None = option(None, "Retries, age and destinations of events nobody waits for.")
    dead_letters: DeadLetters | None = option(None, "Where such events go when all attempts failed.")
    shifting: Shifting | None = option(None, "Move users to a new version little by little, and back on an alarm.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for every function that does not say otherwise. `table` is the last part of a table's name."""

    code: str
    layers: tuple[str, ...]
    handler: str
    runtime: str
    architecture: str
    memory: int
    timeout: int
    environment: Mapping[str, str]
    tracing: str
    table: str
    log_retention_days: int
    encrypt_logs: bool


def named(defaults: Defaults, functions: Mapping[str, FunctionOptions]) -> Mapping[str, FunctionOptions]:
    """The functions that there will be."""
    return functions or {defaults.code: FunctionOptions()}
