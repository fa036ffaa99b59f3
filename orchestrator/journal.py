"""Events as they happen, one JSON line each, on this machine. A record of what was done, never an input to planning.

A run that was killed leaves what it had done. `orchestrator/core/journal_lines.py` tells what a line is.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from orchestrator.core.errors import OrchestratorError, UsageError
from orchestrator.core.journal_lines import events_in, is_event, line_of
from orchestrator.core.run import Event, EventKind

LATEST = "latest"
RUN_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z]+-[0-9a-f]{6}")
"""What a run may be called (`new_run` makes them): files of other names are somebody else's."""
_ENDING = ".jsonl"
_LONGEST_LINE = 64 * 1024 * 1024
_LARGEST = 512 * 1024 * 1024
"""Bytes. A plan of 20,000 instances takes 25 MiB, and 200,000 requests as much: more was not written by a run."""
_NAMED = 5


class FileJournal:
    """Appends to `folder/{run}.jsonl` and syncs every line, so that a killed run leaves what it had done.

    A run that goes on finds its journal there; a torn last line is cut off.
    """

    def __init__(self, folder: Path, run: str) -> None:
        self.path = folder / f"{run}{_ENDING}"
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self.path.is_file():
                _mend(self.path)
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
            self._file.write(line_of(event))
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


def list_runs(folder: Path) -> tuple[str, ...]:
    """The kept runs, oldest first: a run's name begins with its time."""
    try:
        return tuple(sorted(path.stem for path in folder.iterdir() if _is_journal(path)))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise OrchestratorError(f"the journals cannot be listed: {error.strerror}", where=str(folder)) from error


def _is_journal(path: Path) -> bool:
    return path.suffix == _ENDING and RUN_NAME.fullmatch(path.stem) is not None and path.is_file()


def find_run(folder: Path, run: str) -> Path:
    """The journal of a run: by its name, by a beginning that only one has, or `latest`. Raises UsageError."""
    return folder / f"{choose_run(list_runs(folder), run, place=str(folder), kept='kept here')}{_ENDING}"


def choose_run(known: Sequence[str], run: str, *, place: str, kept: str) -> str:
    """The one that is meant of those that are `kept` at a `place`, oldest first. Raises UsageError."""
    if run == LATEST and known:
        return known[-1]
    if run in known:
        return run
    beginning = [one for one in known if run and one.startswith(run)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        what = f"{len(beginning)} runs that are {kept} begin with {run}: {', '.join(beginning[:_NAMED])}"
        raise UsageError(what, where=place, fix="write more of its name")
    near = get_close_matches(run, known, n=1)
    fix = f"did you mean {near[0]}?" if near else "orchestrator report lists the runs that are kept"
    raise UsageError(f"no run {run} is {kept}" if known else f"no run is {kept}", where=place, fix=fix)


def keep_journal(folder: Path, run: str, lines: Iterable[bytes]) -> Path:
    """Write down the journal of a run that was recorded elsewhere, as a whole. Raises OrchestratorError."""
    path = folder / f"{run}{_ENDING}"
    partial = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(b"".join(lines))
        partial.replace(path)
    except OSError as error:
        fix = "make the folder writable, or choose another with --state-dir"
        raise OrchestratorError(f"the journal cannot be kept: {error.strerror}", where=str(path), fix=fix) from error
    return path


def read_journal(path: Path) -> tuple[Event, ...]:
    """Every event, in the order in which they were written; a torn last line is none.

    Raises OrchestratorError naming the line that is no event, or the newer format.
    """
    try:
        with path.open("rb") as file:
            return tuple(events_in(_lines(path, file), str(path)))
    except OSError as error:
        raise OrchestratorError(f"the journal cannot be read: {error.strerror}", where=str(path)) from error


def _lines(path: Path, file: BinaryIO) -> Iterator[bytes]:
    number, size = 0, 0
    while line := file.readline(_LONGEST_LINE + 1):
        number, size = number + 1, size + len(line)
        if len(line) > _LONGEST_LINE or size > _LARGEST:
            raise OrchestratorError("the journal is larger than any run writes", where=f"{path}:{number}")
        yield line


def _mend(path: Path) -> None:
    """Cut off what a killed run left of its last line, so that the next line begins on its own."""
    with path.open("r+b") as file:
        start, last = 0, b""
        for line in _lines(path, file):
            start, last = start + len(last), line
        if not last:
            return
        if not is_event(last, str(path)):
            file.truncate(start)
        elif not last.endswith(b"\n"):
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
