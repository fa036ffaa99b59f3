"""A run that loses its lock starts nothing more, but puts back what it took away."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from orchestrator.core.drill import DrillMode
from orchestrator.core.errors import LockLost, Unreachable
from orchestrator.core.levers import Position
from orchestrator.core.run import Event, EventKind, StepStatus, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.simulation import InlineWorkers
from tests.flows.drilled import Drilled, step
from tests.flows.stage import Stage, reasons
from tests.sample_world import Sample, topology

LOST = "the lock was lost to deploy by bob"


@dataclass
class LostAfter:
    """A guard whose lock goes to somebody else when a step has come so far; `silent` times it first cannot be known."""

    step: str = ""
    kind: EventKind = EventKind.STEP_SUCCEEDED
    silent: int = 0
    lost: str = ""

    def ensure(self) -> None:
        if self.lost:
            raise LockLost(self.lost)
        if self.silent:
            self.silent -= 1
            raise Unreachable("the lock could not be renewed in time")

    def tell(self, event: Event) -> None:
        if (event.step, event.kind) == (self.step, self.kind):
            self.lost = LOST


def test_nothing_is_called_once_the_lock_is_lost():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")
    plan = stage.plan()
    begins = next(one.id for one in plan.steps if "upload:app" in one.needs)
    guard, calls = LostAfter(begins, EventKind.STEP_STARTED), stage.aws.gate.calls
    made: list[int] = []

    def tell(event: Event) -> None:
        guard.tell(event)
        if guard.lost and not made:
            made.append(len(calls))

    run = execute(
        plan, stage.aws.ports, run="r", emit=tell, polling=Polling(), workers=InlineWorkers(), guard=guard
    ).run

    assert made == [len(calls)]
    assert run.verdict is Verdict.FAILED
    assert {one.status for one in run.steps} == {StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED}
    assert all(LOST in reason for reason in reasons(run).values() if "needs" not in reason)
    # Who comes next finds a world that it can go on from.
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED


def test_a_lock_lost_between_two_steps_interrupts_the_run():
    stage = Stage(Sample(topology()))
    guard = LostAfter(lost=LOST)

    run = execute(
        stage.plan("bootstrap"),
        stage.aws.ports,
        run="r",
        emit=guard.tell,
        polling=Polling(),
        workers=InlineWorkers(),
        guard=guard,
    ).run

    assert run.verdict is Verdict.INTERRUPTED
    assert set(reasons(run).values()) == {f"skipped: {LOST}"}
    assert stage.aws.gate.mutations() == ()


def test_a_lock_that_cannot_be_renewed_for_a_while_is_waited_for():
    stage = Stage(Sample(topology()))
    guard = LostAfter(silent=20)

    run = execute(
        stage.plan("bootstrap"),
        stage.aws.ports,
        run="r",
        emit=guard.tell,
        polling=Polling(),
        workers=InlineWorkers(),
        guard=guard,
    ).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert guard.silent == 0


@pytest.mark.parametrize("after", ["take-out", "hold"])
@pytest.mark.parametrize("mode", [DrillMode.SWITCH, DrillMode.OUTAGE])
def test_a_drill_that_loses_its_lock_puts_its_region_back(after, mode):
    drill = Drilled(mode)
    guard = LostAfter(after, EventKind.STEP_STARTED if after == "hold" else EventKind.STEP_SUCCEEDED)
    stage = drill.stage

    run = execute(
        drill.plan(),
        stage.ports,
        run="drill",
        emit=guard.tell,
        polling=stage.polling,
        workers=stage.workers,
        guard=guard,
    ).run

    assert guard.lost
    assert step(run, "put-back").status is StepStatus.SUCCEEDED, reasons(run)
    assert drill.position() is Position.IN
    assert stage.aws.outages.current("us-east-1") is None
