"""A run's journal is copied to an artifact bucket while it goes on, and read from there by other machines.

Nothing waits for a copy and no run fails with it: what did not arrive is told once, at the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from orchestrator.core.errors import AwsError, OrchestratorError
from orchestrator.core.journal_lines import line_of
from orchestrator.core.names import Names
from orchestrator.core.run import Event
from orchestrator.core.topology import Topology
from orchestrator.journal import RUN_NAME, choose_run
from orchestrator.journal_store import JournalStore, Segment

_T = TypeVar("_T")
_EVERY_S = 10.0
_LAST_S = 8.0
"""How long the end of a run waits for the end of its copy."""


class Shelves:
    """The artifact buckets that may hold journals of one environment, in the order in which they are asked."""

    def __init__(self, store: JournalStore, topology: Topology, names: Names, *, last: str = "") -> None:
        """Home first; `last` is the region that is asked after all others: one that is drilled."""
        home = topology.home_region
        regions = sorted(topology.control_regions, key=lambda one: (one == last, one != home))
        self.places = tuple((region, names.artifact_bucket(region)) for region in regions)
        self.store, self.environment = store, names.environment


class JournalCopy:
    """Events go in from any thread and come out as segments, every ten seconds and at the end.

    A region that does not take them is left for the next. `kept`: the lines of a run that goes on.
    """

    def __init__(self, shelves: Shelves, run: str, *, kept: Iterable[str] = (), every_s: float = _EVERY_S) -> None:
        self._shelves, self._run, self._every_s = shelves, run, every_s
        self._places = list(shelves.places)
        self._lines, self._sent = list(kept), 0
        self._trouble = ""
        self._adding = threading.Lock()
        self._over = threading.Event()
        # A daemon: a region that never answers must not hold up the end of the process.
        self._thread = threading.Thread(target=self._keep_putting, name="journal-copy", daemon=True)

    def start(self) -> None:
        """Begin to copy."""
        self._thread.start()

    def add(self, event: Event) -> None:
        """One event more. Never waits."""
        line = line_of(event)
        with self._adding:
            self._lines.append(line)

    def finish(self, *, wait: bool = True, patience_s: float = _LAST_S) -> str:
        """Copy the rest and end. Why the copy lacks something, "" when it is whole or nobody was to `wait` for it."""
        self._over.set()
        if not wait:
            return ""
        try:
            self._thread.join(patience_s)
        except KeyboardInterrupt:
            # The run is over, and its verdict stands: only its copy is given up.
            return "interrupted"
        if self._thread.is_alive():
            return "no bucket took its end in time"
        return (self._trouble or "it broke off") if self._sent < len(self._lines) else ""

    def put(self) -> None:
        """Copy what is not copied yet, to the first place that takes it."""
        with self._adding:
            new, first = self._lines[self._sent :], self._sent
        if not new:
            return
        segment = Segment(first, "".join(new).encode())
        for place in tuple(self._places):
            try:
                self._shelves.store.put(*place, self._shelves.environment, self._run, segment)
            except OrchestratorError as error:
                self._trouble = str(error)
                self._places = [*self._places[1:], place]
            else:
                self._sent = first + len(new)
                return

    def _keep_putting(self) -> None:
        while not self._over.wait(self._every_s):
            self.put()
        self.put()


# -- reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copied:
    """A journal as the buckets have it. `gap`: lines are missing between its first and its last."""

    run: str
    lines: tuple[bytes, ...]
    gap: bool


def copied_runs(shelves: Shelves) -> tuple[str, ...]:
    """The runs of every bucket that answers, sorted: by their time. Raises AwsError when none answers."""
    found = asked(shelves, lambda region, bucket: shelves.store.runs(region, bucket, shelves.environment))
    # The name becomes one of a file: nobody else's names.
    return tuple(sorted({name for runs in found for name in runs if RUN_NAME.fullmatch(name)}))


def copied(shelves: Shelves, run: str) -> Copied:
    """`run`: a name, the beginning of one, or `latest`. From every bucket that answers.

    Raises UsageError when none or several are meant, AwsError when no bucket answers.
    """
    name = choose_run(copied_runs(shelves), run, place="journal/", kept="in the artifact buckets")
    found = asked(shelves, lambda region, bucket: shelves.store.segments(region, bucket, shelves.environment, name))
    return _joined(name, [segment for segments in found for segment in segments])


def asked(shelves: Shelves, ask: Callable[[str, str], Sequence[_T]]) -> list[Sequence[_T]]:
    """What the buckets answer that do. All are asked at once: a silent region costs no more than its time-out."""
    found: list[Sequence[_T]] = []
    trouble: AwsError | None = None
    with ThreadPoolExecutor(max_workers=len(shelves.places), thread_name_prefix="journals") as workers:
        for answer in [workers.submit(ask, *place) for place in shelves.places]:
            try:
                found.append(answer.result())
            except AwsError as error:
                trouble = error
    if trouble is not None and not found:
        raise trouble
    return found


def _joined(run: str, segments: Sequence[Segment]) -> Copied:
    """Segments of one run overlap where it went on, and where S3 has replicated them."""
    lines: list[bytes] = []
    gap, reached = False, 0
    for segment in sorted(segments, key=lambda one: (one.first, len(one.content))):
        told = segment.content.splitlines(keepends=True)
        gap = gap or segment.first > reached
        lines += told[max(0, reached - segment.first) :]
        reached = max(reached, segment.first + len(told))
    return Copied(run, tuple(lines), gap)
