"""Runs that were broken off: found on this machine or in the artifact buckets, and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.app.journal_copy import Copied, Shelves, copied
from orchestrator.app.settings import Workspace
from orchestrator.clock import going_on
from orchestrator.core.errors import AwsError, OrchestratorError, UsageError
from orchestrator.core.history import History, history
from orchestrator.core.journal_lines import events_in, line_of
from orchestrator.core.resume import check_resumable
from orchestrator.core.run import Event, has_ended
from orchestrator.journal import find_run, keep_journal, read_journal


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that goes on, and what it has done."""

    told: History
    events: tuple[Event, ...]

    @property
    def run(self) -> str:
        """Its name."""
        return self.told.run.id

    @property
    def lines(self) -> tuple[str, ...]:
        """Its journal."""
        return tuple(line_of(event) for event in self.events)

    def after(self, workspace: Workspace) -> Workspace:
        """The same, by a clock that tells no time before the last line: this machine's may have been set back since."""
        ports = workspace.ports
        last = max(event.at for event in self.events)
        return replace(workspace, ports=replace(ports, clock=going_on(ports.clock, last)))


def shelves_of(workspace: Workspace, *, last: str = "") -> Shelves:
    """The buckets of a workspace; `last`: a region that is asked after all others."""
    return Shelves(workspace.ports.journals, workspace.topology, workspace.names, last=last)


def resumed(workspace: Workspace, run: str) -> Resumed:
    """`run`: a name, the beginning of one, or `latest`. From the buckets, what this machine has not kept, or not whole.

    Raises UsageError for an unknown run, Refused for one that cannot go on, OrchestratorError for a broken journal.
    """
    path = _found(workspace, run)
    try:
        told, events = _told(str(path), lambda: read_journal(path))
    except OrchestratorError as damaged:
        told, events = _rescued(workspace, path, damaged)
    else:
        if not has_ended(events) and (longer := _longer(workspace, path, len(events))):
            told, events = longer
    check_resumable(
        told,
        application=workspace.topology.application,
        environment=workspace.environment.name,
        simulated=workspace.simulated,
    )
    return Resumed(told, events)


def _told(where: str, read: Callable[[], Iterable[Event]]) -> tuple[History, tuple[Event, ...]]:
    try:
        events = tuple(read())
        return history(events), events
    except ValueError as error:
        fix = "orchestrator deploy begins a new run: it attaches to what is in flight"
        raise OrchestratorError(f"the journal tells of no run: {error}", where=where, fix=fix) from error


def _rescued(workspace: Workspace, path: Path, damaged: OrchestratorError) -> tuple[History, tuple[Event, ...]]:
    """The buckets' copy in place of a journal that cannot be read. Raises an error that tells both faults."""
    if workspace.workers is not None:
        raise damaged
    try:
        return _taken(path, copied(shelves_of(workspace), path.stem))
    except OrchestratorError as error:
        what = f"{damaged.what}; and there is no better copy: {error.what}"
        raise OrchestratorError(what, where=damaged.where, fix=damaged.fix) from error


def _longer(workspace: Workspace, path: Path, known: int) -> tuple[History, tuple[Event, ...]] | None:
    """The buckets' copy, if it tells more than a journal without an end: a full disk ends a journal, and no run."""
    if workspace.workers is not None:
        return None
    try:
        there = copied(shelves_of(workspace), path.stem)
        if there.gap or len(there.lines) <= known:
            return None
        return _taken(path, there)
    except (UsageError, AwsError):
        # It was killed before its first copy, or the buckets keep silent: what is kept here is what there is.
        return None


def _taken(path: Path, there: Copied) -> tuple[History, tuple[Event, ...]]:
    where = f"journal/{there.run} in the artifact buckets"
    found = _told(where, lambda: events_in(there.lines, where))
    keep_journal(path.parent, there.run, there.lines)
    return found


def _found(workspace: Workspace, run: str) -> Path:
    folder = workspace.settings.runs_dir
    try:
        return find_run(folder, run)
    except UsageError as unknown:
        there = copied_too(shelves_of(workspace), run, unknown)
        return keep_journal(folder, there.run, there.lines)


def copied_too(shelves: Shelves, run: str, unknown: UsageError) -> Copied:
    """What this machine has not kept, from the buckets. Raises `unknown` with what they say of it."""
    try:
        return copied(shelves, run)
    except (UsageError, AwsError) as error:
        raise UsageError(f"{unknown.what}; {error.what}", where=unknown.where, fix=unknown.fix) from error
