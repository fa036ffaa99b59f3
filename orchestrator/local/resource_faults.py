"""Resources that CloudFormation fails to make, change, send back or delete: how its stacks come to the states that no
update gets out of. The states themselves follow from the emulator's own rollback.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from orchestrator.local.faults import FaultBook, FaultKind

_going_back: ContextVar[bool] = ContextVar("going_back", default=False)


def install(faults: FaultBook) -> None:
    """Puts the faults before what the emulator does to resources. Called once, before the first request."""
    from ministack.services.cloudformation import stacks

    stacks._provision_resource = _failing(faults, "create", stacks._provision_resource)
    stacks._update_resource = _failing(faults, "update", stacks._update_resource)
    stacks._delete_resource = _failing(faults, "delete", stacks._delete_resource)
    stacks._revert_update = _marked(stacks._revert_update)


def _failing(faults: FaultBook, operation: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def changed(resource_type: str, *rest: Any) -> Any:
        from ministack.core.responses import get_account_id, get_region

        fault = faults.strike(
            FaultKind.RESOURCE_FAIL,
            region=get_region(),
            account=get_account_id(),
            service=resource_type,
            operation="revert" if operation == "update" and _going_back.get() else operation,
        )
        if fault:
            raise ValueError(fault.reason)
        return original(resource_type, *rest)

    return changed


def _marked(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """An update that is sent back is an update too: whoever wants only that to fail can tell it."""

    async def reverted(*arguments: Any) -> None:
        with _while_going_back():
            await original(*arguments)

    return reverted


@contextmanager
def _while_going_back() -> Iterator[None]:
    token = _going_back.set(True)
    try:
        yield
    finally:
        _going_back.reset(token)
