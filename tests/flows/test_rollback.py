"""A deployment that fails returns what it changed: by its own plan, region by region, under the same run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.core.topology import OnFailure
from tests.flows.returning import Returning, running
from tests.flows.stage import Stage, reasons
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    HOME,
    MEMBERS,
    OTHER,
    SOUTH,
    TWO_ACCOUNTS,
    UNIT,
    WEST,
    Sample,
    compute_body,
    in_waves,
    infra_body,
    topology,
)


def returning(*, accounts=(OTHER,), first=infra_body(), **changes) -> tuple[Returning, str, str]:  # noqa: B008
    """A stage with one release (and infra `first`), about to deploy another; the names of both."""
    stage = Stage(Sample(topology(accounts=accounts), infra=first)).deployed()
    old = stage.sample.inputs.release
    edits = {"code": "second", "compute": compute_body(memory=512), "infra": infra_body()} | changes
    stage.sample = stage.sample.edited(**edits)
    return Returning(stage), old, stage.sample.inputs.release


def ids(run, status=StepStatus.SUCCEEDED):
    return [step.id for step in run.steps if step.status is status]


@pytest.mark.parametrize(
    "changes", [{}, {"compute": compute_body()}, {"code": "first"}], ids=["both", "code", "template"]
)
def test_a_gate_that_fails_in_the_standby_returns_it_and_leaves_the_primary_alone(changes):
    it, old, new = returning(**changes)
    records, checks = it.stage.aws.dns.contents, it.stage.aws.dns.checks
    it.stage.aws.faults.sick_releases.add((WEST, new))
    before = len(it.stage.aws.gate.mutations())

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert [step.id for step in run.failed] == [f"gate:{OTHER}:{WEST}"]
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): old}
    assert [(one.region, one.release, one.cause) for one in run.rollback.back] == [(WEST, old, "")]
    assert run.rollback.left == ()
    assert {f"rollback:compute:{WEST}", f"rollback-gate:{OTHER}:{WEST}"} <= set(ids(run))
    assert (it.stage.aws.dns.contents, it.stage.aws.dns.checks) == (records, checks)
    assert not [one for one in it.stage.aws.gate.mutations()[before:] if one.name.startswith("Dns.")]
    # The primary is as StackSets left it: outdated to it, and running what it ran.
    assert EAST not in {step.region for step in run.steps if step.id.startswith("rollback")}


def test_the_plan_says_beforehand_to_what_a_failure_would_return():
    it, old, _ = returning()

    plan = it.stage.plan()

    assert [(one.layer, one.region, one.release, one.cause) for one in plan.returns] == [
        ("compute", EAST, old, ""),
        ("compute", WEST, old, ""),
    ]


def test_the_rollback_has_a_plan_of_its_own_in_the_journal_of_the_same_run():
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    planned = [event.detail for event in it.journal if event.kind is EventKind.PLANNED]
    told = [event.detail for event in it.journal if event.kind is EventKind.ROLLBACK]
    assert planned == ["deploy", "rollback"]
    assert told == [f"gate:{OTHER}:{WEST} failed; {WEST} back to release {old}"]
    assert it.told.run == run
    assert (it.told.run.verb, it.told.run.release, it.told.run.verdict) == ("deploy", new, Verdict.FAILED)


def test_an_instance_that_fails_in_the_primary_returns_the_region_that_serves_first():
    it, old, _ = returning()
    it.stage.aws.faults.broken[("compute", OTHER, EAST)] = "no capacity"

    def mend(event):
        # What fails is the new release, not the region.
        if event.kind is EventKind.ROLLBACK:
            it.stage.aws.faults.broken.clear()

    it.journal = Heard(mend)

    run = it.deploy()

    began = [event.step for event in it.journal if event.kind is EventKind.STEP_STARTED]
    assert run.verdict is Verdict.FAILED
    assert began.index(f"rollback:compute:{EAST}") < began.index(f"rollback:compute:{WEST}")
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): old}
    assert [one.region for one in run.rollback.back] == [EAST, WEST]


class Heard(list):
    """A journal that somebody listens to."""

    def __init__(self, hear):
        super().__init__()
        self._hear = hear

    def append(self, event):
        super().append(event)
        self._hear(event)


def test_a_region_that_does_not_come_back_holds_up_no_other():
    it, old, _ = returning()
    it.stage.aws.faults.broken[("compute", OTHER, EAST)] = "no capacity"

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert [one.region for one in run.rollback.back] == [WEST]
    assert [(one.region, one.release) for one in run.rollback.left] == [(EAST, old)]
    assert "no capacity" in run.rollback.left[0].cause
    assert running(it.stage)[(OTHER, WEST)] == old


def test_accounts_of_one_region_go_back_together_in_one_operation():
    it, old, new = returning(accounts=TWO_ACCOUNTS)
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    assert set(running(it.stage).values()) == {old}
    assert {f"rollback-gate:{account}:{WEST}" for account in (HOME, OTHER)} <= set(ids(run))
    assert sum(step.startswith("rollback:") for step in ids(run)) == 1


def test_the_accounts_of_an_organizational_unit_go_back_as_one():
    stage = Stage(Sample(topology(units=(UNIT,)))).deployed()
    old = stage.sample.inputs.release
    stage.sample = stage.sample.edited(code="second")
    new = stage.sample.inputs.release
    stage.aws.faults.sick_releases.add((WEST, new))
    it = Returning(stage)

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert set(running(stage).values()) == {old}
    assert [one.region for one in run.rollback.back] == [WEST]
    assert {f"rollback-gate:{account}:{WEST}" for account in MEMBERS} <= set(ids(run))


def test_a_unit_that_the_failed_run_never_reached_is_left_as_it_was():
    made = in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,))
    it, first, second, third = twice(made)
    stage = it.stage
    stage.aws.faults.sick_releases.add((WEST, third))

    run = it.deploy()

    far, near = MEMBERS[1], MEMBERS[0]
    assert running(stage)[(far, WEST)] == running(stage)[(far, EAST)] == second
    assert running(stage)[(near, WEST)] == running(stage)[(near, EAST)] == first
    assert run.rollback.left == ()


def test_units_that_ran_different_releases_go_back_each_to_its_own():
    made = in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,))
    it, first, second, _ = twice(made)
    stage = it.stage
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "no capacity"
    it.journal = Heard(lambda event: stage.aws.faults.broken.clear() if event.kind is EventKind.ROLLBACK else None)

    run = it.deploy()

    assert {running(stage)[(MEMBERS[1], region)] for region in (EAST, WEST)} == {second}
    assert {running(stage)[(MEMBERS[0], region)] for region in (EAST, WEST)} == {first}
    assert run.rollback.left == (), run.rollback


def twice(made):
    """A release everywhere, a second one in the canaries only, a third about to go out; the names of all."""
    stopping = replace(made, rollout=replace(made.rollout, on_failure=OnFailure.STOP))
    stage = Stage(Sample(stopping)).deployed()
    first = stage.sample.inputs.release
    stage.sample = stage.sample.edited(code="second")
    second = stage.sample.inputs.release
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "no capacity"
    assert Returning(stage).deploy().verdict is Verdict.FAILED
    stage.aws.faults.broken.clear()
    stage.sample = stage.sample.edited(code="third", topology=made)
    return Returning(stage), first, second, stage.sample.inputs.release


def test_an_account_that_cannot_go_back_keeps_no_other_on_the_bad_release():
    it, old, new = returning(accounts=TWO_ACCOUNTS)
    it.stage.aws.faults.sick_releases.add((WEST, new))

    def fail(event):
        if event.kind is EventKind.ROLLBACK:
            it.stage.aws.faults.broken[("compute", HOME, WEST)] = "role gone"

    it.journal = Heard(fail)

    run = it.deploy()

    assert running(it.stage)[(OTHER, WEST)] == old
    assert f"rollback-gate:{OTHER}:{WEST}" in ids(run)
    assert [(one.region, one.accounts) for one in run.rollback.back] == [(WEST, (OTHER,))]
    assert [(one.region, one.accounts) for one in run.rollback.left] == [(WEST, (HOME,))]
    assert "role gone" in run.rollback.left[0].cause
    assert it.told.run == run


def test_a_primary_that_was_never_touched_and_is_silent_for_a_moment_is_none_of_it():
    it, _, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    it.journal = Heard(
        lambda event: it.stage.aws.faults.silent.add(EAST) if event.step == f"gate:{OTHER}:{WEST}" else None
    )

    run = it.deploy()

    assert [one.region for one in run.rollback.back] == [WEST]
    assert run.rollback.left == ()


def test_infra_goes_back_after_compute_where_no_data_is_at_stake():
    it, _, new = returning(infra=infra_body(note="new"))
    former = running(it.stage, "infra")
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    assert running(it.stage, "infra") == former, reasons(run)
    back = [(one.layer, one.region) for one in run.rollback.back]
    assert back == [("compute", WEST), ("infra", EAST), ("infra", WEST)]
    assert it.plans[-1].steps[-1].id.startswith("rollback:infra:")


def test_infra_that_would_delete_what_may_hold_data_stays_and_is_named():
    it, old, new = returning(first=infra_body(certificate=False))
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    left = {(one.layer, one.region): one.cause for one in run.rollback.left}
    assert set(left) == {("infra", EAST), ("infra", WEST)}
    assert all("delete Certificate, which may hold data" in cause for cause in left.values())
    assert set(running(it.stage).values()) == {old}


def test_the_first_deployment_of_a_region_is_left_for_the_next_and_said():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")
    it, new = Returning(stage), stage.sample.inputs.release
    stage.aws.faults.sick_releases.add((WEST, new))

    plan, run = stage.plan(), it.deploy()

    assert {one.cause for one in plan.returns} == {"it is its first deployment: there is nothing to go back to"}
    assert run.verdict is Verdict.FAILED
    assert run.rollback.back == ()
    assert {one.cause for one in run.rollback.left} == {"it is its first deployment: there is nothing to go back to"}
    stage.aws.faults.sick_releases.clear()
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED


def test_a_new_region_stays_while_the_others_go_back():
    it, old, new = returning(topology=topology(EAST, WEST, SOUTH))
    assert it.stage.do("bootstrap").verdict is Verdict.SUCCEEDED
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    left = {(one.layer, one.region) for one in run.rollback.left}
    assert running(it.stage)[(OTHER, WEST)] == old
    assert left == {("infra", SOUTH)}
    assert (OTHER, SOUTH) not in running(it.stage)


def test_on_failure_stop_leaves_everything_as_the_failure_left_it():
    it, old, new = returning()
    made = it.stage.sample.topology
    stopping = replace(made, rollout=replace(made.rollout, on_failure=OnFailure.STOP))
    it.stage.sample = it.stage.sample.edited(topology=stopping)
    it.stage.aws.faults.sick_releases.add((WEST, new))

    plan, run = it.stage.plan(), it.deploy()

    assert {one.cause for one in plan.returns} == {"rollout.on_failure is stop: it stays as the failure leaves it"}
    assert run.verdict is Verdict.FAILED
    assert run.rollback.back == ()
    assert [(one.region, one.release, one.cause) for one in run.rollback.left] == [
        (WEST, old, "rollout.on_failure is stop: it stays as the failure leaves it")
    ]
    assert it.told.run == run
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): new}


def test_code_that_does_not_arrive_is_no_reason_to_go_back():
    it, old, new = returning()
    it.stage.aws.faults.replication_stuck.add(EAST)

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert run.rollback is None
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): new}


def test_deploying_again_after_a_rollback_brings_the_release_when_it_is_well():
    it, _, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    it.deploy()
    it.stage.aws.faults.sick_releases.clear()

    run = it.stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert set(running(it.stage).values()) == {new}
    assert it.stage.plan().is_empty


def test_failing_twice_goes_back_twice_by_operations_of_their_own():
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))

    first, second = it.deploy(), Returning(it.stage).deploy()

    operations = it.stage.aws.stack_sets.describe("sample-production-compute").operations
    assert (first.verdict, second.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert set(running(it.stage).values()) == {old}
    assert len({one.id for one in operations}) == len(operations) == 6


def test_a_run_that_goes_on_and_fails_again_returns_to_what_was_before_its_start():
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    made = it.stage.sample
    stopping = replace(made.topology, rollout=replace(made.topology.rollout, on_failure=OnFailure.STOP))
    it.stage.sample = made.edited(topology=stopping)
    it.deploy()
    assert running(it.stage)[(OTHER, WEST)] == new
    it.stage.sample = made

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert [one.release for one in run.rollback.back] == [old]
    assert set(running(it.stage).values()) == {old}
