"""Which states of a stack allow an update, and the command that helps in those that do not."""

from __future__ import annotations

from orchestrator.core.errors import AwsError, OperationInProgress
from orchestrator.core.state import Stack
from orchestrator.core.stuck_stacks import is_stuck, state_told, way_out


def refuse_unready(stack: Stack) -> None:
    """Return when the stack can be updated. AwsError names the state and the exact next command otherwise."""
    where = f"stack {stack.name} in {stack.region} ({stack.account or 'home account'})"
    if is_stuck(stack, of_instance=False):
        raise AwsError(state_told(stack), where=where, fix=way_out(stack), code=stack.status)
    if stack.status.endswith("_IN_PROGRESS"):
        fix = "wait until it has ended, then run the same command"
        raise OperationInProgress(f"state {stack.status}", where=where, fix=fix, code=stack.status)
