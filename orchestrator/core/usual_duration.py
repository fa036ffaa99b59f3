"""About how long a plan takes: enough to see beforehand that credentials will not last. No promise, no deadline."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter

from orchestrator.core.actions import (
    AwaitAnswer,
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    CreateInstances,
    DeleteInstances,
    OverrideInstances,
    ProbeRegion,
    PutStack,
    UpdateInstances,
)
from orchestrator.core.drill_actions import AwaitChecks, AwaitUsers, Pause
from orchestrator.core.gate_actions import AwaitHealthy, InvokeFunction, RunCommand, WatchAlarms
from orchestrator.core.plan import Plan, Step

_QUICK_S = 2.0


def usual_duration_s(plan: Plan) -> float:
    """Seconds of the longest chain of steps, each as long as its kind usually is, in the order of magnitude."""
    steps = {step.id: step for step in plan.steps}
    ends: dict[str, float] = {}
    for one in TopologicalSorter(_needs(steps)).static_order():
        begins = max((ends[need] for need in steps[one].needs if need in ends), default=0.0)
        ends[one] = begins + _usual_s(steps[one])
    return max(ends.values(), default=0.0)


def _needs(steps: Mapping[str, Step]) -> dict[str, list[str]]:
    return {step.id: [need for need in step.needs if need in steps] for step in steps.values()}


def _usual_s(step: Step) -> float:
    """As long as it lasted before, where that is known."""
    return step.expected_s or _of_its_kind_s(step)


def _of_its_kind_s(step: Step) -> float:
    match step.action:
        case CreateInstances() | PutStack() | AwaitOperation():
            return 90.0
        case UpdateInstances() | OverrideInstances() | DeleteInstances():
            return 45.0
        case ChangeRecords() | AwaitReplica():
            return 30.0
        case AwaitAnswer() | AwaitUsers() | AwaitChecks():
            return 60.0
        case Pause() as pause:
            return float(pause.seconds)
        case ProbeRegion() as gate:
            return _QUICK_S + gate.successes * gate.interval_s
        case WatchAlarms() as gate:
            return _QUICK_S + gate.bake_s
        case AwaitHealthy() as gate:
            # Each checker observes the release before all agree on it twice.
            return 30.0 + gate.interval_s
        case RunCommand() | InvokeFunction():
            return 30.0
        case _:
            return _QUICK_S
