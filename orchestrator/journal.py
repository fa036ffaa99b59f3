"""Events as they happen, one JSON line each, on this machine. A record of what was done, never an input to planning."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from types import TracebackType

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.run import Event

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
        self._file.close()

    def append(self, event: Event) -> None:
        """Write one event; it is on disk when this returns."""
        with self._lock:
            self._file.write(json.dumps(event_line(event), ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


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
