"""The walk over any graph: nothing starts before its needs ended, and every step has one end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.actions import AwaitOperation
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.core.state import Operation, OperationStatus
from orchestrator.executor import Polling, execute
from orchestrator.simulation import InlineWorkers, SimulatedAws, World
from tests.sample_world import HOME, WEST


class OperationsOfLength:
    """StackSets of which only `operation` is asked: the id says how long it lasts; `never` is no operation."""

    def __init__(self, clock):
        self._clock, self._first = clock, {}

    def operation(self, stack_set, operation_id):
        from orchestrator.core.errors import NotFound

        if operation_id.endswith("never"):
            raise NotFound("there is none")
        began = self._first.setdefault(operation_id, self._clock.monotonic())
        over = self._clock.monotonic() >= began + float(operation_id.partition(":")[2])
        status = OperationStatus.SUCCEEDED if over else OperationStatus.RUNNING
        return Operation(operation_id, "UPDATE", status)


@st.composite
def graphs(draw):
    steps = []
    for number in range(draw(st.integers(0, 12))):
        needs = draw(st.sets(st.sampled_from([one.id for one in steps]))) if steps else set()
        length = draw(st.sampled_from(["0", "1", "7", "60", "never"]))
        action = AwaitOperation("set", WEST, f"{number}:{length}")
        always = draw(st.booleans())
        steps.append(Step(id=f"s{number}", action=action, needs=tuple(sorted(needs)), reason="", always=always))
    return tuple(draw(st.permutations(steps)))


def walked(steps):
    from dataclasses import replace

    aws = SimulatedAws(World(home_account=HOME, home_region=WEST))
    ports = replace(aws.ports, stack_sets=OperationsOfLength(aws.clock))
    plan = Plan(
        application="sample",
        environment="production",
        verb="deploy",
        release="",
        changes=(),
        steps=steps,
        findings=(),
        basis=(),
        fingerprint="",
    )
    return execute(plan, ports, run="r", emit=lambda event: None, polling=Polling(), workers=InlineWorkers()).run


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_no_step_starts_before_its_needs_have_ended(steps):
    run = walked(steps)

    place = {(event.step, event.kind): number for number, event in enumerate(run.events)}
    ends = (EventKind.STEP_SUCCEEDED, EventKind.STEP_FAILED, EventKind.STEP_SKIPPED)
    ended = {step.id: next(place[(step.id, kind)] for kind in ends if (step.id, kind) in place) for step in steps}
    for step in steps:
        started = place.get((step.id, EventKind.STEP_STARTED), ended[step.id])
        assert all(ended[need] < started for need in step.needs)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_step_runs_exactly_when_all_it_needs_succeeded_and_an_always_step_when_what_puts_back_did(steps):
    status = {step.id: step.status for step in walked(steps).steps}
    puts_back = {step.id for step in steps if step.always}

    for step in steps:
        heeded = [need for need in step.needs if need in puts_back] if step.always else step.needs
        ready = all(status[need] is StepStatus.SUCCEEDED for need in heeded)
        fails = step.action.operation_id.endswith("never")
        expected = (StepStatus.FAILED if fails else StepStatus.SUCCEEDED) if ready else StepStatus.SKIPPED
        assert status[step.id] is expected


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_the_verdict_says_whether_anything_failed(steps):
    run = walked(steps)

    fails = any(step.status is StepStatus.FAILED for step in run.steps)
    expected = Verdict.FAILED if fails else Verdict.SUCCEEDED
    assert run.verdict is (expected if steps else Verdict.NOTHING_TO_DO)


def test_independent_steps_overlap():
    steps = tuple(
        Step(id=f"s{n}", action=AwaitOperation("set", WEST, f"{n}:60"), needs=(), reason="") for n in range(5)
    )

    run = walked(steps)

    assert (run.ended_at - run.started_at).total_seconds() < 70
