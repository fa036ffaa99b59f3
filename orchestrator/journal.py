"""Events as they happen, one JSON line each, on this machine. A record of what was done, never an input to planning.

A run that was killed leaves what it had done; its last line may be torn, and is then no event.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from orchestrator.core.errors import OrchestratorError, UsageError
from orchestrator.core.run import Event, EventKind

FORMAT = 1
LATEST = "latest"
_ENDING = ".jsonl"
_LONGEST_LINE = 64 * 1024 * 1024
_LARGEST = 512 * 1024 * 1024
"""Bytes. A plan of 20,000 instances takes 20 MiB, and 200,000 requests as much: more was not written by a run."""
_NAMED = 5


class FileJournal:
    """Appends to `folder/{run}.jsonl` and syncs every line, so that a killed run leaves what it had done."""

    def __init__(self, folder: Path, run: str) -> None:
        self.path = folder / f"{run}{_ENDING}"
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


def list_runs(folder: Path) -> tuple[str, ...]:
    """The kept runs, oldest first: a run's name begins with its time."""
    try:
        return tuple(sorted(path.stem for path in folder.iterdir() if path.suffix == _ENDING and path.is_file()))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise OrchestratorError(f"the journals cannot be listed: {error.strerror}", where=str(folder)) from error


def find_run(folder: Path, run: str) -> Path:
    """The journal of a run: by its name, by a beginning that only one has, or `latest`. Raises UsageError."""
    known = list_runs(folder)
    if run == LATEST and known:
        return folder / f"{known[-1]}{_ENDING}"
    if run in known:
        return folder / f"{run}{_ENDING}"
    beginning = [one for one in known if run and one.startswith(run)]
    if len(beginning) == 1:
        return folder / f"{beginning[0]}{_ENDING}"
    if beginning:
        what = f"{len(beginning)} kept runs begin with {run}: {', '.join(beginning[:_NAMED])}"
        raise UsageError(what, where=str(folder), fix="write more of its name")
    near = get_close_matches(run, known, n=1)
    fix = f"did you mean {near[0]}?" if near else "orchestrator report lists the runs that are kept"
    raise UsageError(f"no run {run} is kept here" if known else "no run is kept here", where=str(folder), fix=fix)


def read_journal(path: Path) -> tuple[Event, ...]:
    """Every event, in the order in which they were written; kinds that only later versions know are left out.

    Raises OrchestratorError naming the line that is no event, or the newer format.
    """
    try:
        with path.open("rb") as file:
            return tuple(_events(path, file))
    except OSError as error:
        raise OrchestratorError(f"the journal cannot be read: {error.strerror}", where=str(path)) from error


def _events(path: Path, file: BinaryIO) -> Iterator[Event]:
    kinds = {kind.value for kind in EventKind}
    number, size = 0, 0
    while line := file.readline(_LONGEST_LINE + 1):
        number, size = number + 1, size + len(line)
        where = f"{path}:{number}"
        if len(line) > _LONGEST_LINE or size > _LARGEST:
            raise OrchestratorError("the journal is larger than any run writes", where=where)
        whole = line.endswith(b"\n")
        try:
            told = json.loads(line)
            _check_format(told["format"], where)
            if told["kind"] in kinds:
                yield _event(told)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            if not whole:
                return
            fix = "the file was damaged or edited; the lines before it are whole"
            raise OrchestratorError("this line is no event", where=where, fix=fix) from error


def _check_format(told: object, where: str) -> None:
    if isinstance(told, int) and told > FORMAT:
        what = f"the journal has format {told}, this version reads {FORMAT}"
        raise OrchestratorError(what, where=where, fix="read it with the version that wrote it, or a newer one")
    if told != FORMAT:
        raise ValueError(f"{told!r} is no format")


def _event(told: dict[str, object]) -> Event:
    at, data = datetime.fromisoformat(str(told["at"])), told["data"]
    if at.tzinfo is None or not isinstance(data, dict):
        raise ValueError("a time without a zone, or data of another kind")
    return Event(
        at=at,
        run=str(told["run"]),
        kind=EventKind(told["kind"]),
        step=str(told["step"]),
        region=str(told["region"]),
        account=str(told["account"]),
        detail=str(told["detail"]),
        data=tuple((str(key), str(value)) for key, value in data.items()),
    )
