"""How long steps will last: StackSets keeps when its operations began and ended, so nothing else must remember it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from orchestrator.core.actions import (
    Action,
    AwaitOperation,
    CreateInstances,
    DeleteInstances,
    OverrideInstances,
    UpdateInstances,
)
from orchestrator.core.plan import Plan
from orchestrator.core.state import ObservedState, Operation, OperationStatus

_LAST = 5
_TELLING_S = 1.0
"""What ended sooner had no stack to change: the definition alone, or instances that were as they should be."""


def with_expected(plan: Plan, observed: ObservedState) -> Plan:
    """The same plan; each stack-set operation says how long its like took lately. The fingerprint stays."""
    return replace(
        plan, steps=tuple(replace(step, expected_s=_expected_s(step.action, observed)) for step in plan.steps)
    )


def _expected_s(action: Action, observed: ObservedState) -> float:
    match action:
        case CreateInstances():
            return _usual_s(observed, action.stack_set.name, "CREATE")
        case UpdateInstances() | OverrideInstances():
            return _usual_s(observed, action.stack_set.name, "UPDATE") if action.regions else 0.0
        case DeleteInstances():
            return _usual_s(observed, action.name, "DELETE")
        case AwaitOperation():
            return _usual_s(observed, action.stack_set, _kind(observed, action))
        case _:
            return 0.0


def _kind(observed: ObservedState, action: AwaitOperation) -> str:
    found = observed.stack_set(action.stack_set)
    return next((one.action for one in found.operations if one.id == action.operation_id), "") if found else ""


def _usual_s(observed: ObservedState, name: str, kind: str) -> float:
    """The median of the last that succeeded; one that failed ended early, or late. 0.0 when there was none."""
    found = observed.stack_set(name)
    took = _durations([one for one in found.operations if one.action == kind]) if found else []
    return median(took[:_LAST]) if took else 0.0


def _durations(operations: Sequence[Operation]) -> list[float]:
    took = [
        (one.ended_at - one.created_at).total_seconds()
        for one in operations
        if one.status is OperationStatus.SUCCEEDED and one.created_at and one.ended_at
    ]
    return [seconds for seconds in took if seconds >= _TELLING_S]
