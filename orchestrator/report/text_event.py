"""One event as one plain line: the progress of a CI job."""

from __future__ import annotations

from orchestrator.core.run import Event, EventKind
from orchestrator.report.amounts import clock_text
from orchestrator.report.neutralise import safe

_WORDS = {
    EventKind.PLANNED: "plan",
    EventKind.TRAFFIC: "users",
    EventKind.RUN_STARTED: "run",
    EventKind.STEP_STARTED: "start",
    EventKind.STEP_PROGRESS: "wait",
    EventKind.STEP_SUCCEEDED: "done",
    EventKind.STEP_FAILED: "FAILED",
    EventKind.STEP_SKIPPED: "skipped",
    EventKind.RUN_ENDED: "end",
    EventKind.ROLLBACK: "ROLLBACK",
    EventKind.JOURNAL_LOST: "WARNING",
    EventKind.JOURNAL_NOT_COPIED: "note",
}


def event_line(event: Event) -> str:
    """`02:17:51Z done     upload:app: version 426e38a7`, without a line break at its end."""
    if event.kind is EventKind.TRAFFIC:
        return f"{clock_text(event.at)} {_WORDS[event.kind]:<8} {safe(event.detail)}"
    subject = safe(event.step or event.run)
    if dict(event.data).get("round"):
        subject = f"{safe(dict(event.data)['round'])} of {subject}"
    detail = f": {safe(event.detail)}" if event.detail else ""
    return f"{clock_text(event.at)} {_WORDS[event.kind]:<8} {subject}{detail}"
