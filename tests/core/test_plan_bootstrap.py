"""Bootstrap: roles at home, roles elsewhere, then the control layer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.names import ACCESS_LAYER
from orchestrator.core.plan import ChangeAction
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.state import Silent, Stack
from tests.core.landed import LANDED, NOTHING, Bent, change, landed, step_ids
from tests.sample_world import EAST, HOME, OTHER, TWO_ACCOUNTS, UNIT, WEST, Sample, topology

TWO = Sample(topology(accounts=TWO_ACCOUNTS))
UNITS = Sample(topology(units=(UNIT,)))


def bootstrap(sample, observed):
    return plan_bootstrap(sample.desired(observed), observed, {})


def roles(sample, **fields):
    return tuple(
        replace(
            Stack(
                account=one.account, region=WEST, name=one.name, id="id", status="CREATE_COMPLETE", digest=one.digest
            ),
            **fields,
        )
        for one in sample.desired(NOTHING).access
    )


ROLED = replace(landed(TWO), access_stacks=roles(TWO))

TABLE = {
    "nothing there": (
        NOTHING,
        [
            f"access:{HOME}",
            f"access:{OTHER}",
            "create:control",
            "instances:control:all",
            f"replicate:{EAST}",
            f"replicate:{WEST}",
        ],
    ),
    "done": (ROLED, []),
    "a role stack with another template": (
        replace(ROLED, access_stacks=roles(TWO, digest="f" * 64)),
        [f"access:{HOME}", f"access:{OTHER}"],
    ),
    "a role stack whose update rolled back to this": (
        replace(ROLED, access_stacks=roles(TWO, status="UPDATE_ROLLBACK_COMPLETE")),
        [],
    ),
    "a role stack that was never finished": (replace(ROLED, access_stacks=roles(TWO, status="ROLLBACK_COMPLETE")), []),
}


@pytest.mark.parametrize(("observed", "expected"), TABLE.values(), ids=TABLE)
def test_steps_follow_from_what_stands(observed, expected):
    assert step_ids(bootstrap(TWO, observed)) == expected


def test_a_role_stack_that_no_update_gets_out_of_is_refused_with_the_command():
    stuck = replace(roles(TWO)[1], status="UPDATE_ROLLBACK_FAILED", status_reason="IAM was away")

    (finding,) = bootstrap(TWO, replace(ROLED, access_stacks=(roles(TWO)[0], stuck))).findings

    assert (finding.rule, finding.where) == ("stack-stuck", f"access:{stuck.account}")
    assert "UPDATE_ROLLBACK_FAILED, IAM was away" in finding.message
    assert f"aws cloudformation continue-update-rollback --stack-name {stuck.name} --region {WEST}" in finding.fix


def test_the_home_roles_come_before_everything_that_takes_them():
    needs = {step.id: step.needs for step in bootstrap(TWO, NOTHING).steps}

    assert needs[f"access:{OTHER}"] == (f"access:{HOME}",)
    assert needs["create:control"] == (f"access:{HOME}",)


@pytest.mark.parametrize(
    ("observed", "action", "reason"),
    [
        (NOTHING, ChangeAction.CREATE, "StackSets and the orchestrator need roles there"),
        (ROLED, ChangeAction.NO_OP, "its roles are these"),
        (replace(ROLED, access_stacks=roles(TWO, digest="f" * 64)), ChangeAction.UPDATE, "its roles differ"),
    ],
)
def test_roles_say_why_they_change_or_do_not(observed, action, reason):
    found = change(bootstrap(TWO, observed), f"access:{OTHER}")

    assert (found.action, found.reason) == (action, reason)


def test_without_the_home_region_nothing_is_planned():
    made = bootstrap(TWO, replace(NOTHING, silent=(Silent(WEST, "", "stack sets", "no answer"),)))

    assert made.steps == ()
    assert [finding.rule for finding in made.findings] == ["home-unreachable"]


def test_organizational_units_get_their_roles_by_a_stack_set():
    made = bootstrap(UNITS, NOTHING)

    assert f"instances:{ACCESS_LAYER}:{WEST}" in step_ids(made)
    assert not any(one == f"access:{OTHER}" for one in step_ids(made))
    assert not made.complete


def test_inputs_without_role_templates_plan_no_roles():
    """Verbs that only need names synthesize nothing."""
    bare = replace(TWO.inputs, home_access=None, target_access=None)
    from orchestrator.core.desired import desired_state

    desired = desired_state(bare, LANDED)

    assert desired.access == ()
    assert desired.access_set is None


def test_a_region_that_goes_is_left_to_deploy():
    three = landed(Sample(topology("us-east-1", "us-west-2", "sa-east-1")))

    made = bootstrap(Sample(topology()), replace(three, access_stacks=roles(Sample(topology()))))

    assert not any(one.startswith("delete:") for one in step_ids(made))


def test_a_control_layer_that_is_busy_is_waited_for():
    from orchestrator.core.state import Operation, OperationStatus

    running = Operation("theirs", "CREATE", OperationStatus.RUNNING)

    made = bootstrap(TWO, Bent(ROLED).stack_set("control", operations=(running,)))

    assert step_ids(made) == ["await:control:theirs"]
