"""A region of many accounts that never answers: its verdict is there once one gate has failed for good."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from orchestrator.core.plan import Plan
from orchestrator.core.run import Run, StepStatus
from orchestrator.executor import Polling, execute
from orchestrator.ports import ProbeResult
from orchestrator.simulation import SimulatedAws, VirtualWorkers
from tests.flows.stage import Stage
from tests.sample_world import EAST, HOME, WEST, Sample, in_waves, topology

LASTS_S = 4.0
ACCOUNTS = (HOME, *(f"{number:012}" for number in range(1, 50)))


@dataclass(frozen=True)
class Hanging:
    """Each question to a hung region lasts until its time-out; other regions answer."""

    aws: SimulatedAws
    hung: frozenset[str]

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:
        if region not in self.hung:
            return ProbeResult(True, 200, "", 0.1, "")
        self.aws.gate.unanswered += 1
        return ProbeResult(False, 0, "", LASTS_S, "no answer in time")


def gates_alone(sample: Sample) -> tuple[Stage, Plan]:
    """The gates of a first deployment, with nothing before them."""
    stage = Stage(sample)
    stage.do("bootstrap")
    made = stage.plan()
    gates = [replace(step, needs=()) for step in made.steps if step.id.startswith("gate:")]
    known = [replace(step, action=replace(step.action, target="t")) for step in gates]
    return stage, replace(made, steps=tuple(known))


def asked(stage: Stage, plan: Plan, *hung: str) -> Run:
    aws = stage.aws
    workers = VirtualWorkers(aws.clock, aws.gate, size=64, hang_s=LASTS_S)
    ports = replace(aws.ports, probe=Hanging(aws, frozenset(hung)))
    return execute(
        plan,
        ports,
        run="r",
        emit=lambda _: None,
        polling=Polling(),
        workers=workers,
        await_answer=workers.wait,
    ).run


@pytest.mark.parametrize("count", [1, 10, 50])
def test_the_last_gate_ends_soon_after_the_first_has_failed(count: int) -> None:
    stage, plan = gates_alone(Sample(topology(accounts=ACCOUNTS[:count])))

    run = asked(stage, plan, EAST, WEST)

    for region in (EAST, WEST):
        gates = [step for step in run.steps if step.region == region]
        ends = [step.ended_at for step in gates]
        (failed,) = [step for step in gates if step.status is StepStatus.FAILED]
        stopped = {step.reason for step in gates if step.status is StepStatus.SKIPPED}
        assert stopped == ({f"stopped: {failed.id} failed"} if count > 1 else set())
        assert (failed.ended_at - run.started_at).total_seconds() < 300 + (count + 1) * LASTS_S
        assert (max(ends) - failed.ended_at).total_seconds() <= 2 * LASTS_S


def test_gates_of_another_region_are_asked_to_their_end() -> None:
    stage, plan = gates_alone(Sample(topology(accounts=ACCOUNTS[:10])))

    run = asked(stage, plan, WEST)

    assert {step.status for step in run.steps if step.region == EAST} == {StepStatus.SUCCEEDED}


def test_gates_of_another_wave_are_asked_to_their_end() -> None:
    made = in_waves(topology(accounts=ACCOUNTS[:10]), canary=(HOME,))
    stage, plan = gates_alone(Sample(made))

    run = asked(stage, plan, WEST)

    failed = {step.account == HOME for step in run.steps if step.status is StepStatus.FAILED}
    assert failed == {True, False}
