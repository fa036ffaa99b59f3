"""A region that accepts calls and never answers costs its own steps, and not one second of the others'."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import DeleteStack
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import StepStatus
from orchestrator.executor import Polling, execute
from orchestrator.simulation import HANG_S, SimulatedAws, VirtualWorkers, World
from orchestrator.simulation.templates import Place
from tests.flows.stage import Stage
from tests.sample_world import EAST, HOME, SOUTH, WEST, Sample, topology

WORKERS = 16
DEADLINE_S = 300


def carried_out(aws, plan):
    workers = VirtualWorkers(aws.clock, aws.gate, size=WORKERS)
    return execute(
        plan,
        aws.ports,
        run="r",
        emit=lambda _: None,
        polling=Polling(),
        workers=workers,
        await_answer=workers.wait,
    ).run


def ended_s(run, region):
    """Seconds after the start at which each step of a region ended, with its status."""
    return {
        step.id: ((step.ended_at - run.started_at).total_seconds(), step.status)
        for step in run.steps
        if step.region == region
    }


def removals(stacks_per_region):
    """Many stacks of two regions to delete; those of the one that will hang come first in the plan."""
    aws = SimulatedAws(World(home_account=HOME, home_region=WEST))
    steps = []
    for region in (EAST, WEST):
        for number in range(stacks_per_region):
            name = f"stack-{number}"
            aws.stacks.begin(Place(HOME, region), name, 0.0)
            steps.append(
                Step(
                    id=f"delete:{region}:{number}",
                    action=DeleteStack(HOME, region, name),
                    needs=(),
                    reason="",
                    region=region,
                    home_region=region,
                    deadline_s=DEADLINE_S,
                )
            )
    plan = Plan(
        application="sample",
        environment="production",
        verb="destroy",
        release="",
        changes=(),
        steps=tuple(steps),
        findings=(),
        basis=(),
        fingerprint="",
    )
    return aws, plan


def test_more_hanging_calls_than_workers_do_not_hold_up_another_region():
    well, sick = removals(20), removals(20)
    sick[0].faults.silent.add(EAST)

    without, run = carried_out(*well), carried_out(*sick)

    assert {status for _, status in ended_s(run, EAST).values()} == {StepStatus.FAILED}
    assert {status for _, status in ended_s(run, WEST).values()} == {StepStatus.SUCCEEDED}
    last = max(at for at, _ in ended_s(without, WEST).values())
    assert max(at for at, _ in ended_s(run, WEST).values()) <= last + 1.0


def test_steps_of_a_silent_region_end_soon_after_their_deadline():
    aws, plan = removals(4)
    aws.faults.silent.add(EAST)

    run = carried_out(aws, plan)

    assert all(DEADLINE_S < at <= DEADLINE_S + HANG_S + 1 for at, _ in ended_s(run, EAST).values())


def test_a_region_that_comes_back_is_worked_on_again():
    aws, plan = removals(12)
    aws.faults.silent.add(EAST)
    aws.clock.schedule(100.0, aws.faults.silent.clear)

    run = carried_out(aws, plan)

    assert {step.status for step in run.steps} == {StepStatus.SUCCEEDED}


@pytest.mark.parametrize("fallen", [EAST, SOUTH])
def test_a_region_that_falls_silent_in_a_release_does_not_hold_up_those_before_it(fallen):
    runs = []
    for silent in ((), (fallen,)):
        stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
        stage.sample = stage.sample.edited(code="second")
        plan = stage.plan()
        stage.aws.faults.silent.update(silent)
        runs.append((plan, carried_out(stage.aws, plan)))
    (plan, without), (_, run) = runs

    order = [step.region for step in plan.steps if step.id.startswith("update:compute:")]
    for region in order[: order.index(fallen)]:
        late = [at - ended_s(without, region)[step][0] for step, (at, _) in ended_s(run, region).items()]
        assert max(late) <= 1.0
        assert {status for _, status in ended_s(run, region).values()} == {StepStatus.SUCCEEDED}
