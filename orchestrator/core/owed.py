"""What a drill that did not put everything back still owes: in a sentence, and the commands that mend it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.core.drill import DrillMode
from orchestrator.core.levers import Lever, LeverKind
from orchestrator.core.names import Names
from orchestrator.core.run import StepRecord, StepStatus
from orchestrator.core.run_report import RunReport

_PUT_BACK, _CONFIRMING = "put-back", ("agree-back", "answer-back:", "users-back")


@dataclass(frozen=True, slots=True)
class Owed:
    """`told`: what is wrong, and what comes of it. `verb`: what to type after the program's own name.

    `by_hand`: a command of the AWS command line that does the same, "" where there is none or a failed step names it.
    """

    told: tuple[str, ...]
    verb: str
    by_hand: str = ""


def owed(report: RunReport) -> Owed | None:
    """None when all is restored, and for what is no drill."""
    if report.restored or report.verdict is None:
        return None
    region, steps = report.facts.region, {step.id: step for step in report.run.steps}
    put_back = steps.get(_PUT_BACK)
    if put_back and put_back.status is StepStatus.SUCCEEDED:
        failed = [one for one in report.run.failed if one.id.startswith(_CONFIRMING)]
        told = f"{region} was put back, but nothing proves that it serves again"
        return Owed((told, *map(_failure, failed)), "status")
    if report.facts.mode is DrillMode.TABLETOP:
        return Owed((f"{region} is not back in the simulation", *map(_failure, report.run.failed)), "status")
    return Owed(tuple(_told(report, put_back)), f"drill {region} --put-back", _by_hand(report))


def _told(report: RunReport, put_back: StepRecord | None) -> Iterator[str]:
    yield f"{report.facts.region} may still be out of service"
    if put_back and put_back.status is StepStatus.FAILED:
        yield _failure(put_back)
    else:
        yield "nothing tells that it was put back"
    if report.facts.mode is not DrillMode.OUTAGE:
        yield "a drill lever falls back by itself some minutes after it was last written"
    yield "until it is put right, deployments and other drills are refused"


def _failure(step: StepRecord) -> str:
    return f"{step.id} failed: {step.reason}"


def _by_hand(report: RunReport) -> str:
    """Outages name their own commands where they fail. The embedded AWS needs none."""
    place = next((step.home_region for step in report.steps if step.id == _PUT_BACK), "")
    if report.facts.mode is DrillMode.OUTAGE or report.facts.simulated or not place:
        return ""
    namespace = Names(report.run.application, report.run.environment).prefix
    lever = Lever(kind=LeverKind.DRILL, region=report.facts.region, place=place, namespace=namespace)
    where = ("--region", place, "--namespace", namespace, "--metric-name", lever.metric)
    return shlex.join(("aws", "cloudwatch", "put-metric-data", *where, "--value", "0"))
