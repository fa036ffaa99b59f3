"""A rollback dies at each of its calls: going on with the run, or deploying anew, comes to the same end."""

from __future__ import annotations

import pytest

from orchestrator.core.errors import Refused
from orchestrator.core.run import EventKind, Verdict
from orchestrator.core.state import Targets
from orchestrator.ports import OperationInput
from orchestrator.simulation import Death
from tests.flows.returning import Returning, running
from tests.flows.stage import reasons
from tests.flows.test_rollback import Heard, returning
from tests.sample_world import EAST, OTHER, WEST, infra_body


def failing() -> tuple[Returning, str, str]:
    """Infra and compute are new; the primary's instance fails, so both regions and both layers go back."""
    it, old, new = returning(infra=infra_body(note="new"))
    it.stage.aws.faults.sick_releases.add((EAST, new))
    return it, old, new


def calls_of_the_rollback() -> range:
    it, _, _ = failing()
    at = []

    def hear(event):
        if event.kind is EventKind.ROLLBACK:
            at.append(len(it.stage.aws.gate.mutations()))

    it.journal = Heard(hear)
    it.deploy()
    return range(at[0] + 1, len(it.stage.aws.gate.mutations()) + 1)


DEATHS = [(moment, number) for number in calls_of_the_rollback() for moment in ("before", "after")]


def dead(moment, number) -> tuple[Returning, str, str]:
    it, old, new = failing()
    setattr(it.stage.aws.faults, f"die_{moment}", number)
    with pytest.raises(Death):
        it.deploy()
    setattr(it.stage.aws.faults, f"die_{moment}", 0)
    return it, old, new


def test_there_are_calls_to_die_at():
    assert len(DEATHS) >= 8


@pytest.mark.parametrize(("moment", "number"), DEATHS)
def test_a_rollback_that_died_is_brought_forward_by_deploying_what_was_mended(moment, number):
    it, _, new = dead(moment, number)
    it.stage.aws.faults.sick_releases.clear()

    run = it.stage.do("deploy")

    # Before the first call of the rollback there is nothing to bring forward.
    assert run.verdict in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO), reasons(run)
    assert set(running(it.stage).values()) == {new}
    assert it.stage.plan().is_empty


@pytest.mark.parametrize(("moment", "number"), DEATHS)
def test_a_rollback_that_died_goes_on_with_its_run_and_returns_again_if_it_fails_again(moment, number):
    it, old, _ = dead(moment, number)

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert set(running(it.stage).values()) == {old}, run.rollback
    assert it.told.run.rollback == run.rollback
    assert it.told.run.verdict is Verdict.FAILED


@pytest.mark.parametrize(("moment", "number"), DEATHS)
def test_what_is_left_is_planned_before_anything_goes_forward_again(moment, number):
    it, _, new = dead(moment, number)

    plan = it.plan(it.told)

    assert (plan.verb, plan.release) == ("deploy", new)
    waits = not plan.complete and all(step.id.startswith("await:") for step in plan.steps)
    assert waits or f"gate:{OTHER}:{EAST}" in {step.id for step in plan.steps}
    assert plan.steps
    assert it.told.run.verdict in (Verdict.INTERRUPTED, Verdict.FAILED)


def test_a_lost_answer_of_the_rollback_has_no_second_effect():
    it, old, _ = failing()
    lose = it.stage.aws.faults.lose
    it.journal = Heard(lambda event: lose.add("StackSets.update") if event.kind is EventKind.ROLLBACK else None)

    it.deploy()

    operations = it.stage.aws.stack_sets.describe("sample-production-compute").operations
    assert set(running(it.stage).values()) == {old}
    assert len({one.id for one in operations}) == 6
    assert not lose


def test_what_stands_that_cannot_be_seen_is_said_and_left_as_it_is():
    it, _, _ = failing()
    look = it.look

    def seen():
        if any(event.kind is EventKind.STEP_FAILED for event in it.journal):
            raise Refused("nobody may look")
        return look()

    it.look = seen

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert run.rollback.back == ()
    assert {one.region for one in run.rollback.left} == {EAST, WEST}
    assert all("nobody may look" in one.cause for one in run.rollback.left if one.layer == "compute")


def test_an_operation_that_somebody_started_meanwhile_is_waited_for_where_it_is_at_work():
    it, old, _ = failing()
    name = "sample-production-compute"

    def meddle(event):
        if event.kind is EventKind.STEP_FAILED and event.step.startswith("gate:"):
            theirs = OperationInput(stack_set=name, operation_id="theirs", targets=Targets((OTHER,)), regions=(WEST,))
            it.stage.aws.stack_sets.override(theirs, overrides={"RegionRole": "secondary"})

    it.journal = Heard(meddle)

    run = it.deploy()

    assert [plan.verb for plan in it.plans] == ["deploy", "rollback", "rollback"]
    assert it.plans[1].steps[0].id == "await:compute:theirs"
    assert {step.region for step in it.plans[1].steps[1:]} == {EAST}
    assert set(running(it.stage).values()) == {old}
    assert {one.region for one in run.rollback.back} == {EAST, WEST}
    assert run.rollback.left == ()


def test_the_standby_alone_changed_needs_no_call_to_the_primary():
    it, _, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    marks = []
    it.journal = Heard(
        lambda event: marks.append(len(it.stage.aws.gate.calls)) if event.kind is EventKind.ROLLBACK else None
    )

    it.deploy()

    calls = it.stage.aws.gate.calls[marks[0] :]
    assert not [one for one in calls if one.mutating and one.region == EAST]
    assert not [one for one in calls if one.name == "Probe.get" and one.region == EAST]
