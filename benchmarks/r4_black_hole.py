"""R4: one region accepts calls and never answers: how much later the others have their verdict.

A release to three regions on the embedded AWS, with and without the fault: once the region is silent before the plan
is made, once it falls silent when the plan stands.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from benchmarks.results import save
from benchmarks.world import PRIMARY, Shape, World, world
from orchestrator import app
from orchestrator.core.errors import OrchestratorError
from orchestrator.core.run import Event, EventKind

_SHAPE = Shape(accounts=2, regions=3)
_ALLOWED_S = 20.0
# What the silent region's own steps are given: only the others' time is measured.
_SETTINGS = "rollout: {operation_deadline: 60, replication_deadline: 40, gate_deadline: 40}\n"
_REGIONAL = ("cloudformation", "s3", "acm", "monitoring", "sts")
_ENDS = (EventKind.STEP_SUCCEEDED, EventKind.STEP_FAILED, EventKind.STEP_SKIPPED)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from the start of the command: until the plan stands, until the last of the others' steps has ended."""

    planned_s: float
    others_s: float
    over_s: float
    verdict: str


def release(running: World, text: str, *, falls: bool = False) -> Timed:
    """Plan and carry out a release; `falls`: the primary hangs from the moment when the plan stands."""
    running.change_code(text)
    began = time.monotonic()
    undertaking = app.undertake(running.settings, verb="deploy")
    plan = undertaking.plan()
    planned_s = time.monotonic() - began
    if falls:
        hang(running)
    ends: list[float] = []

    def heard(event: Event) -> None:
        if event.kind in _ENDS and event.region and event.region != PRIMARY:
            ends.append(time.monotonic() - began)

    try:
        verdict = undertaking.carry_out(plan, on_event=heard).verdict.value
    except OrchestratorError as error:
        verdict = f"{type(error).__name__}: {error.what}"
    return Timed(planned_s, max(ends, default=planned_s), time.monotonic() - began, verdict)


def hang(running: World) -> None:
    """The regional APIs of the primary accept and never answer; so does what runs there. Route 53, which is called in
    that region too, goes on: without it nothing is deployed anywhere, and the plan is refused at once."""
    for service in _REGIONAL:
        running.break_with(kind="blackhole", region=PRIMARY, service=service)
    running.break_with(kind="blackhole", region=PRIMARY, plane="data")


def row(what: str, usual: Timed, found: Timed) -> dict[str, Any]:
    """One fault beside the run without."""
    late = found.others_s - usual.others_s
    return {
        "what": what,
        "others_s": found.others_s,
        "without_s": usual.others_s,
        "late_s": late,
        "target_s": _ALLOWED_S,
        "met": late <= _ALLOWED_S,
        "planned_s": found.planned_s,
        "over_s": found.over_s,
        "verdict": found.verdict,
    }


def main() -> None:
    """Measure and save. Each fault has a run without it right before."""
    with world(_SHAPE) as running:
        with (running.folder / "regions.yaml").open("a") as file:
            file.write(_SETTINGS)
        running.deploy()
        usual = release(running, "first")
        falling = release(running, "second", falls=True)
        running.mend()
        again = release(running, "third")
        hang(running)
        silent = release(running, "fourth")
        running.mend()
    save(
        "r4",
        [
            row("falls silent when the plan stands", usual, falling),
            row("silent before the plan is made", again, silent),
            {"what": "peers, measured before", "late_s": "more than 150, and nothing is said"},
        ],
    )


if __name__ == "__main__":
    main()
