"""Events as they happen, one JSON line each, on this machine. A record of what was done, never an input to planning."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.run import Event, EventKind

FORMAT = 1


class FileJournal:
    """Appends to `folder/{run}.jsonl` and syncs every line, so that a killed run leaves what it had done."""

    def __init__(self, folder: Path, run: str) -> None:
        self.path = folder / f"{run}.jsonl"
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
        except OSError as error:
            raise OrchestratorError(
                f"the journal cannot be written: {error.strerror}",
                where=str(self.path),
                fix="nothing was started; make the folder writable, or choose another with --state-dir",
            ) from error

    def __enter__(self) -> FileJournal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What could not be flushed before cannot be flushed now, and has been told.
        with contextlib.suppress(OSError):
            self._file.close()

    def append(self, event: Event) -> None:
        """Write one event; it is on disk when this returns. Raises OSError when it cannot be written."""
        with self._lock:
            # ASCII: AWS's texts may hold what no UTF-8 file can.
            self._file.write(json.dumps(event_line(event)) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def recorded(journal: FileJournal, tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """A reader of events that records each before `tell` hears of it.

    When the journal cannot be written any more, `tell` hears that once (JOURNAL_LOST) and the run goes on: what it has
    begun in AWS is better finished than left, and no later run needs the record.
    """
    lost = False

    def record(event: Event) -> None:
        nonlocal lost
        if not lost:
            try:
                journal.append(event)
            except OSError as error:
                lost = True
                detail = f"the journal {journal.path} ends here: {error.strerror}; the run goes on without a record"
                tell(replace(event, kind=EventKind.JOURNAL_LOST, step="", detail=detail))
        tell(event)

    return record


def event_line(event: Event) -> dict[str, object]:
    """One event as a JSON object."""
    return {
        "format": FORMAT,
        "at": event.at.isoformat(),
        "run": event.run,
        "kind": event.kind.value,
        "step": event.step,
        "region": event.region,
        "account": event.account,
        "detail": event.detail,
        "data": dict(event.data),
    }
