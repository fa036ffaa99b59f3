"""Which step should begin first when not all can: the one with the longest chain of others behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.core.actions import (
    Action,
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    CreateInstances,
    DeleteInstances,
    OverrideInstances,
    ProbeRegion,
    UpdateInstances,
    ValidateCertificates,
)
from orchestrator.core.plan import Step


def urgency(steps: Sequence[Step]) -> Mapping[str, float]:
    """By step: seconds from its start to the end of the longest chain that it begins. Linear in steps and needs.

    A step lasts as long as is expected of it, or as its kind does by order of magnitude: only the order matters.
    `steps` is a graph without a cycle.
    """
    dependents: dict[str, list[str]] = {step.id: [] for step in steps}
    for step in steps:
        for need in step.needs:
            dependents[need].append(step.id)
    lasts = {step.id: step.expected_s or _usual_s(step.action) for step in steps}
    chains: dict[str, float] = {}
    for step_id in _last_first(steps, dependents):
        behind = max((chains[one] for one in dependents[step_id]), default=0.0)
        chains[step_id] = lasts[step_id] + behind
    return chains


def _last_first(steps: Sequence[Step], dependents: Mapping[str, Sequence[str]]) -> list[str]:
    """Every step after all that need it."""
    needs = {step.id: step.needs for step in steps}
    left = {step_id: len(found) for step_id, found in dependents.items()}
    order = [step_id for step_id, count in left.items() if count == 0]
    for step_id in order:  # it grows meanwhile
        for need in needs[step_id]:
            left[need] -= 1
            if left[need] == 0:
                order.append(need)
    return order


def _usual_s(action: Action) -> float:
    match action:
        case CreateInstances():
            return 90.0
        case UpdateInstances() | OverrideInstances() | DeleteInstances() | AwaitOperation():
            return 45.0
        case ChangeRecords() | ValidateCertificates():
            return 30.0
        case AwaitReplica():
            return 20.0
        case ProbeRegion():
            return 5.0
        case _:
            return 1.0
