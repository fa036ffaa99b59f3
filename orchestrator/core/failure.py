"""What programs must know of a step's failure beside its words: in which accounts, and whether somebody stopped it.

It rides in the data of the event that tells of the end, so that a journal tells it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestrator.core.errors import OperationStopped, OrchestratorError, StepFailed
from orchestrator.core.run import StepRecord

_ACCOUNTS, _STOPPED = "accounts", "stopped"


def failure_data(error: OrchestratorError | None) -> tuple[tuple[str, str], ...]:
    """The data of a STEP_FAILED event."""
    found = []
    if isinstance(error, StepFailed) and error.accounts:
        found.append((_ACCOUNTS, ",".join(error.accounts)))
    if isinstance(error, OperationStopped):
        found.append((_STOPPED, "true"))
    return tuple(found)


def with_failure(record: StepRecord, data: Iterable[tuple[str, str]]) -> StepRecord:
    """The record of a step whose end came with this data."""
    told = dict(data)
    accounts = tuple(one for one in told.get(_ACCOUNTS, "").split(",") if one)
    return replace(record, failed_accounts=accounts, stopped=_STOPPED in told)
