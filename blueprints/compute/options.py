"""Everything that can be said of the compute layer, each part as its block has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.api import MAX_TIMEOUT_S
from blueprints.compute.apis.options import ApiOptions
from blueprints.compute.function_options import FunctionOptions
from blueprints.compute.logs import RETENTION_DAYS
from blueprints.compute.schedules import ScheduleOptions
from blueprints.compute.service_options import ServiceOptions
from blueprints.compute.sources import Sources
from blueprints.compute.websocket import WebsocketOptions
from blueprints.compute.workflows import WorkflowOptions
from blueprints.monitoring.canaries import CanaryOptions
from blueprints.monitoring.options import AlarmsOptions
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints.faults import Fault


@dataclass(frozen=True, slots=True)
class Monitoring(AlarmsOptions):
    """Alarms are on for everything that is on; the rest is off until it is given."""

    dashboard: bool = option(False, "A dashboard in each region, and one of all regions in the reference region.")
    canaries: CanaryOptions | None = option(None, "Made-up users of the regional and the shared name.")

    def faults(self) -> Iterator[Fault]:
        """Those of the alarms."""
        yield from AlarmsOptions.faults(self)


@dataclass(frozen=True, slots=True)
class ComputeOptions:
    """What every function is unless it says otherwise, the functions, and their surroundings."""

    code: str = option("app", "Name of the artifact under `code` that holds the function.")
    layers: tuple[str, ...] = option((), "Names of artifacts to add as layers, at most five.", unique=True)
    handler: str = option("app.handler", "Module and function that Lambda calls.")
    runtime: str = option("python3.13", "Lambda runtime.")
    architecture: str = option("arm64", "Processor.", choices=("arm64", "x86_64"))
    memory: int = option(256, "Memory in MB; processor time grows with it.", minimum=128, maximum=10240)
    timeout: int = option(10, "Seconds; an HTTP API waits 30 at most.", minimum=1, maximum=MAX_TIMEOUT_S)
    environment: Mapping[str, str] = option({}, "Variables for the function, passed on exactly as written.")
    table: str = option("data", "Last part of the table's name, as given to infra; empty for none.")
    log_retention_days: int = option(30, "How long logs are kept.", choices=RETENTION_DAYS)
    encrypt_logs: bool = option(False, "Encrypt log groups with the region's key that infra made.")
    tracing: str = option("Active", "X-Ray tracing.", choices=("Active", "PassThrough"))
    functions: Mapping[str, FunctionOptions] = option({}, "Functions by name. Without any: one, named as `code`.")
    api_function: str = option("", "Which function the API calls; by default the first.")
    websocket: WebsocketOptions | None = option(None, "A WebSocket API besides.")
    api: ApiOptions | None = option(None, "The API's kind, routes and guards. Without it: HTTP, for every request.")
    sources: Sources = option(Sources(), "Queues, streams, topics and events that call functions.")
    workflows: Mapping[str, WorkflowOptions] = option({}, "Step Functions workflows by name.")
    schedules: Mapping[str, ScheduleOptions] = option({}, "Schedules by name.")
    monitoring: Monitoring = option(Monitoring(), "Alarms on all of this, dashboards and canaries.")
    entry: str = option("api", "What both host names lead to; as given to infra.", choices=("api", "service"))
    services: Mapping[str, ServiceOptions] = option({}, "Services in containers by name.")
    waiting: bool = option(False, "With `entry: service`, before the first image: the load balancer answers.")
    service_zones: int = option(2, "Subnets of infra's network in which services run.", minimum=2, maximum=6)
