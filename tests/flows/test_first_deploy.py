"""From nothing to a running application, and then nothing more to do."""

from __future__ import annotations

import pytest

from orchestrator.core.run import EventKind, Verdict
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, SOUTH, TWO_ACCOUNTS, UNIT, WEST, Sample, topology

WORLDS = {
    "one account": topology(),
    "two accounts": topology(accounts=TWO_ACCOUNTS),
    "zone in the target account": topology(accounts=TWO_ACCOUNTS[1:], zone_account=TWO_ACCOUNTS[1]),
    "three regions": topology(EAST, WEST, SOUTH),
    "home elsewhere": topology(home=SOUTH),
    "organizational units": topology(units=(UNIT,)),
}


@pytest.mark.parametrize("regions", WORLDS.values(), ids=WORLDS)
def test_after_bootstrap_and_deploy_there_is_nothing_left_to_do(regions):
    stage = Stage(Sample(regions)).deployed()

    again = stage.plan()

    assert again.is_empty
    assert again.pending_changes == ()
    assert again.complete
    assert stage.plan("bootstrap").is_empty


@pytest.mark.parametrize("regions", WORLDS.values(), ids=WORLDS)
def test_a_second_deploy_makes_no_mutating_call(regions):
    stage = Stage(Sample(regions)).deployed()
    before = stage.aws.gate.mutations()

    run = stage.do("deploy")

    assert run.verdict is Verdict.NOTHING_TO_DO, reasons(run)
    assert stage.aws.gate.mutations() == before


def test_roles_are_left_alone_for_a_moment_before_stack_sets_takes_them():
    stage = Stage()

    run = stage.do("bootstrap")

    at = {(event.step, event.kind): event.at for event in stage.events}
    roles = [step.id for step in run.steps if step.id.startswith("access:")]
    complete = [one.at for one in stage.events if one.step in roles and "IAM tells" in one.detail]
    control = at[("create:control", EventKind.STEP_STARTED)]
    assert len(complete) == len(roles) > 0
    assert (control - min(complete)).total_seconds() >= 15
