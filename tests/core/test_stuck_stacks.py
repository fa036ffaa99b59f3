"""The exact commands for stacks that no update gets out of: by state, account, region and kind of target."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.state import InstanceStatus, Stack, StackInstance
from orchestrator.core.stuck_stacks import is_stuck, state_told, way_out, way_out_of_inoperable

STACK = Stack(account="222222222222", region="us-east-1", name="app", id="id", status="UPDATE_ROLLBACK_FAILED")
WHERE = "--stack-name app --region us-east-1"
GIVEN_UP = StackInstance(
    stack_set="sample", account="222222222222", region="us-east-1", status=InstanceStatus.INOPERABLE, stack=STACK
)

COMMANDS = {
    "ROLLBACK_FAILED": ("delete-stack", "stack-delete-complete", "FORCE_DELETE_STACK"),
    "DELETE_FAILED": ("delete-stack", "stack-delete-complete", "FORCE_DELETE_STACK"),
    "REVIEW_IN_PROGRESS": ("delete-stack", "stack-delete-complete", ""),
    "UPDATE_ROLLBACK_FAILED": ("continue-update-rollback", "stack-rollback-complete", "--resources-to-skip"),
    "UPDATE_FAILED": ("rollback-stack", "stack-rollback-complete", ""),
}


@pytest.mark.parametrize(("status", "command", "waiter", "more"), [(k, *v) for k, v in COMMANDS.items()], ids=COMMANDS)
def test_each_state_has_its_command_and_what_waits_for_its_end(status, command, waiter, more):
    told = way_out(replace(STACK, status=status))

    line = f"aws cloudformation {command} {WHERE} && aws cloudformation wait {waiter} {WHERE}, then run the same"
    assert told.startswith("with credentials (or a --profile) of account 222222222222 run: ")
    assert line in told
    assert ("the same with" in told, more in told) == (bool(more), True)


STATES = {
    "CREATE_COMPLETE": (False, False),
    "UPDATE_IN_PROGRESS": (False, False),
    "ROLLBACK_COMPLETE": (True, False),
    "DELETE_FAILED": (True, True),
}


@pytest.mark.parametrize(("status", "expected"), STATES.items(), ids=STATES)
def test_what_stack_sets_makes_anew_by_itself_is_stuck_by_its_own_name_only(status, expected):
    stack = replace(STACK, status=status)

    assert (is_stuck(stack, of_instance=False), is_stuck(stack, of_instance=True)) == expected


def test_a_state_is_told_with_awss_reason_or_with_what_it_means():
    assert state_told(replace(STACK, status_reason="in use")) == "state UPDATE_ROLLBACK_FAILED, in use"
    assert state_told(STACK) == "state UPDATE_ROLLBACK_FAILED"
    assert "never executed" in state_told(replace(STACK, status="REVIEW_IN_PROGRESS"))


UNIT = "OrganizationalUnitIds=ou-1,Accounts=222222222222,AccountFilterType=INTERSECTION"
INOPERABLE = {
    "an account": (GIVEN_UP, ["--accounts 222222222222 ", f"delete-stack {WHERE}"], ["FORCE"]),
    "of a unit": (replace(GIVEN_UP, organizational_unit="ou-1"), [UNIT], ["--accounts"]),
    "its stack failed too": (
        replace(GIVEN_UP, stack=replace(STACK, status="DELETE_FAILED")),
        [f"delete-stack {WHERE}", "FORCE_DELETE_STACK"],
        [],
    ),
    "its stack is gone": (replace(GIVEN_UP, stack=None), ["once that has ended, run the same"], ["delete-stack --"]),
}


@pytest.mark.parametrize(("instance", "there", "absent"), INOPERABLE.values(), ids=INOPERABLE)
def test_what_stack_sets_gave_up_is_forgotten_at_home_then_deleted_where_it_lies(instance, there, absent):
    told = way_out_of_inoperable(instance, "us-west-2")

    assert told.startswith(
        "with credentials (or a --profile) of account home run: aws cloudformation delete-stack-inst"
    )
    assert "--regions us-east-1 --retain-stacks --region us-west-2" in told
    assert [one for one in there if one not in told] == []
    assert [one for one in absent if one in told] == []
