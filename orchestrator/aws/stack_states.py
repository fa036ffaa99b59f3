"""Which states of a stack allow an update, and the command that helps in those that do not."""

from __future__ import annotations

from orchestrator.core.errors import AwsError, OperationInProgress
from orchestrator.core.state import Stack

_DELETE = "aws cloudformation delete-stack --stack-name {name} --region {region}"
_COMMANDS = {
    "CREATE_FAILED": _DELETE,
    "ROLLBACK_COMPLETE": _DELETE,
    "ROLLBACK_FAILED": _DELETE,
    "REVIEW_IN_PROGRESS": _DELETE,
    "IMPORT_ROLLBACK_FAILED": _DELETE,
    "DELETE_FAILED": _DELETE + " --deletion-mode FORCE_DELETE_STACK",
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name} --region {region}",
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name {name} --region {region}",
}
_WHY = {
    "REVIEW_IN_PROGRESS": "it has a change set that was never executed",
    "DELETE_FAILED": "the resources that would not go are kept by this command",
}


def refuse_unready(stack: Stack) -> None:
    """Return when the stack can be updated. AwsError names the state and the exact next command otherwise."""
    where = f"stack {stack.name} in {stack.region} ({stack.account or 'home account'})"
    command = _COMMANDS.get(stack.status)
    if command is not None:
        why = _WHY.get(stack.status) or stack.status_reason
        fix = f"in account {stack.account or 'home'} run: {command.format(name=stack.name, region=stack.region)}"
        raise AwsError(f"state {stack.status}" + (f", {why}" if why else ""), where=where, fix=fix, code=stack.status)
    if stack.status.endswith("_IN_PROGRESS"):
        fix = "wait until it has ended, then run the same command"
        raise OperationInProgress(f"state {stack.status}", where=where, fix=fix, code=stack.status)
