"""Where AWS may say "not found" of what was made a moment ago: the known windows, by step and by error code."""

from __future__ import annotations

from orchestrator.core.actions import (
    Action,
    ChangeRecords,
    CreateHealthCheck,
    CreateInstances,
    DeleteInstances,
    OverrideInstances,
    RecordRelease,
    ReplicateBucket,
    UpdateInstances,
    UploadArtifact,
)
from orchestrator.core.gate_actions import AwaitHealthy

UNSEEN_S = 60.0
"""So long something that was made may be unknown to those who are asked for it; AWS names seconds."""
_OPERATION = frozenset({"OperationNotFoundException"})
_STACK_SET = frozenset({"StackSetNotFoundException", "OperationNotFoundException", "StackInstanceNotFoundException"})
_BUCKET = frozenset({"NoSuchBucket"})
_CHECK = frozenset({"NoSuchHealthCheck"})
_RECORDS = frozenset({"NoSuchHealthCheck", "NoSuchChange"})


def not_seen_yet(action: Action, code: str) -> bool:
    """Whether the step may meet this error of AWS only because others, or itself, have just made what it needs.

    Any other "not found" is the truth: somebody deleted it.
    """
    return code in _window(action)


def _window(action: Action) -> frozenset[str]:
    match action:
        case CreateInstances():
            return _STACK_SET
        case UpdateInstances() | OverrideInstances() | DeleteInstances():
            return _OPERATION
        case ReplicateBucket() | UploadArtifact() | RecordRelease():
            return _BUCKET
        case CreateHealthCheck() | AwaitHealthy():
            return _CHECK
        case ChangeRecords():
            return _RECORDS
        case _:
            return frozenset()
