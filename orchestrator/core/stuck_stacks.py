"""States of a stack that no update gets out of: what is told of them, and the exact next command for each."""

from __future__ import annotations

from orchestrator.core.state import Stack, StackInstance

_DELETE, _GONE, _BACK = "delete-stack", "stack-delete-complete", "stack-rollback-complete"

_COMMANDS = {
    "CREATE_FAILED": (_DELETE, _GONE),
    "ROLLBACK_COMPLETE": (_DELETE, _GONE),
    "ROLLBACK_FAILED": (_DELETE, _GONE),
    "REVIEW_IN_PROGRESS": (_DELETE, _GONE),
    "IMPORT_ROLLBACK_FAILED": (_DELETE, _GONE),
    "DELETE_FAILED": (_DELETE, _GONE),
    "UPDATE_ROLLBACK_FAILED": ("continue-update-rollback", _BACK),
    "UPDATE_FAILED": ("rollback-stack", _BACK),
}
"""The command of the AWS CLI that helps, and the one that waits for its end."""

_OF_INSTANCES = frozenset({"ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"})
"""StackSets itself makes anew what else was never made, and updates what only failed."""

_FORCE = "--deletion-mode FORCE_DELETE_STACK, which keeps what cannot be deleted"
_SKIP = "--resources-to-skip and the logical ids of what cannot go back"
_MORE = {"ROLLBACK_FAILED": _FORCE, "DELETE_FAILED": _FORCE, "UPDATE_ROLLBACK_FAILED": _SKIP}
_WHY = {"REVIEW_IN_PROGRESS": "it has a change set that was never executed"}
_AGAIN = "then run the same command again"


def is_stuck(stack: Stack, *, of_instance: bool) -> bool:
    """Whether no update gets out of its state: none by its own name, or none of StackSets for an instance's stack."""
    return stack.status in (_OF_INSTANCES if of_instance else _COMMANDS)


def state_told(stack: Stack) -> str:
    """The state and AWS's reason for it."""
    why = _WHY.get(stack.status) or stack.status_reason
    return f"state {stack.status}" + (f", {why}" if why else "")


def way_out(stack: Stack) -> str:
    """The exact next command for a stuck stack, with whose credentials, and what to do when it fails as well."""
    command, waiter = _COMMANDS[stack.status]
    more = _MORE.get(stack.status)
    failing = f"; if it ends in DELETE_FAILED or fails again: the same with {more}" if more else ""
    return f"{_with_credentials(stack.account)}{_commands(stack, command, waiter)}, {_AGAIN}{failing}"


def way_out_of_inoperable(instance: StackInstance, home_region: str) -> str:
    """StackSets must forget the instance, which it leaves out of every update; its stack is deleted by its own name."""
    forget = (
        f"{_with_credentials('')}aws cloudformation delete-stack-instances --stack-set-name {instance.stack_set} "
        f"{_targets(instance)} --regions {instance.region} --retain-stacks --region {home_region}"
    )
    stack = instance.stack
    if stack is None:
        return f"{forget}; once that has ended, {_AGAIN.removeprefix('then ')}"
    more = f"; if it fails again: the same with {_FORCE}" if stack.status == "DELETE_FAILED" else ""
    return f"{forget}; {_with_credentials(stack.account)}{_commands(stack, _DELETE, _GONE)}, {_AGAIN}{more}"


def _with_credentials(account: str) -> str:
    return f"with credentials (or a --profile) of account {account or 'home'} run: "


def _commands(stack: Stack, command: str, waiter: str) -> str:
    where = f"--stack-name {stack.name} --region {stack.region}"
    return f"aws cloudformation {command} {where} && aws cloudformation wait {waiter} {where}"


def _targets(instance: StackInstance) -> str:
    """This account alone, also where units are the targets."""
    if not instance.organizational_unit:
        return f"--accounts {instance.account}"
    unit, account = instance.organizational_unit, instance.account
    return f"--deployment-targets OrganizationalUnitIds={unit},Accounts={account},AccountFilterType=INTERSECTION"
