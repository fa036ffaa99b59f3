"""Which resource failed first: CloudFormation's events tell it, newest first and mixed with the consequences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestrator.aws.texts import cleaned
from orchestrator.core.state import ResourceFailure

_STARTS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"})
_CONSEQUENCE = "cancelled"


def first_failure(events: Iterable[Any]) -> ResourceFailure | None:
    """`events` newest first, any number of pages; reading stops where the last change began.

    A deletion that went well is not that change: StackSets deletes the stack of a creation that failed.

    Resources that were only cancelled, and the stack itself, count when nothing else failed.
    """
    own: Any = None
    consequence: Any = None
    cause: Any = None
    for event in events:
        of_stack = event.get("PhysicalResourceId") == event.get("StackId")
        status = event.get("ResourceStatus", "")
        if of_stack and status in _STARTS:
            if status == "DELETE_IN_PROGRESS" and not (cause or consequence or own):
                continue
            break
        if not status.endswith("_FAILED"):
            continue
        if of_stack:
            own = event
        elif _CONSEQUENCE in event.get("ResourceStatusReason", "").lower():
            consequence = event
        else:
            cause = event
    found = cause or consequence or own
    return None if found is None else _failure(found)


def _failure(event: Any) -> ResourceFailure:
    return ResourceFailure(
        logical_id=event.get("LogicalResourceId", ""),
        type=event.get("ResourceType", ""),
        reason=cleaned(event.get("ResourceStatusReason", "")),
    )
