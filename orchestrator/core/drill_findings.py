"""What drills have left to be put right, in the words of plan and status."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from orchestrator.core.drill import DrillRecord
from orchestrator.core.plan import Finding, Severity

UNFINISHED = "drill-unfinished"


def unfinished_drills(records: Iterable[DrillRecord]) -> tuple[Finding, ...]:
    """A WARNING for each drill that runs, or died: which of both nobody can tell but its operator."""
    return tuple(_unfinished(record) for record in records if record.ended_at is None)


def _unfinished(record: DrillRecord) -> Finding:
    message = f"drill {record.run} (mode {record.mode.value}) by {record.by} has not ended"
    # A note is what a bucket holds: nothing in it may be typed as anything but a name.
    command = f"orchestrator drill {quote(record.region)} --put-back"
    fix = f"if nobody works at it any more: {command}"
    return Finding(UNFINISHED, Severity.WARNING, record.region, message, fix, (command,))
