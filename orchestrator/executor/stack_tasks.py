"""Plain stacks: the roles that bootstrap makes and destroy removes."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.actions import DeleteStack, PutStack
from orchestrator.core.errors import StepFailed
from orchestrator.core.state import Stack
from orchestrator.core.tokens import request_token
from orchestrator.executor.context import Context, Done, Progress, Waiting


@dataclass(slots=True)
class PutStackTask:
    """Create or update, wait for a complete stack that runs this template, then until its roles are known."""

    action: PutStack
    step: str
    context: Context
    _complete_at: float | None = field(default=None)

    def start(self) -> Progress:
        """CreateStack or UpdateStack with a token from run and step."""
        action = self.action
        started = self.context.ports.stacks.put(
            action.account,
            action.region,
            name=action.name,
            body=action.body,
            parameters=dict(action.parameters),
            tags=dict(action.tags),
            token=request_token(self.context.run, self.step),
        )
        return Waiting("CloudFormation works") if started else Done("nothing to do")

    def poll(self) -> Progress:
        """The stack's own status."""
        action, stacks = self.action, self.context.ports.stacks
        stack = stacks.get(action.account, action.region, action.name)
        if stack is None or stack.status.endswith("_IN_PROGRESS"):
            return Waiting(stack.status if stack else "the stack is not there yet")
        if stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return self._settled(stack.status)
        raise StepFailed(self._reason(stack), where=f"stack {action.name}, account {action.account}")

    def _settled(self, status: str) -> Progress:
        """IAM tells other regions of a new role some seconds later; StackSets would fail for want of it meanwhile."""
        now = self.context.ports.clock.monotonic()
        if self._complete_at is None:
            self._complete_at = now
        if now - self._complete_at < self.context.settle_s:
            return Waiting(f"{status}; IAM tells all regions of the roles")
        return Done(status)

    def _reason(self, stack: Stack) -> str:
        action = self.action
        failure = self.context.ports.stacks.failure(action.account, action.region, stack.id or action.name)
        detail = f": {failure.logical_id} ({failure.type}): {failure.reason}" if failure else f": {stack.status_reason}"
        return f"ended in {stack.status}{detail}"


@dataclass(frozen=True, slots=True)
class DeleteStackTask:
    """Delete, then wait until it is gone."""

    action: DeleteStack
    step: str
    context: Context

    def start(self) -> Progress:
        """DeleteStack; silent when there is none."""
        action = self.action
        token = request_token(self.context.run, self.step)
        self.context.ports.stacks.delete(action.account, action.region, action.name, token=token)
        return Waiting("CloudFormation deletes")

    def poll(self) -> Progress:
        """Gone, or failed with CloudFormation's reason."""
        action = self.action
        stack = self.context.ports.stacks.get(action.account, action.region, action.name)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return Done("gone")
        if stack.status == "DELETE_FAILED":
            what = f"cannot be deleted: {stack.status_reason}"
            raise StepFailed(what, where=f"stack {action.name}, account {action.account}")
        return Waiting(stack.status)
