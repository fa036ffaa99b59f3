"""Runs that were broken off: found on this machine or in the artifact buckets, and taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.app.journal_copy import Copied, Shelves, copied
from orchestrator.app.settings import Workspace
from orchestrator.core.errors import AwsError, OrchestratorError, UsageError
from orchestrator.core.history import History, history
from orchestrator.core.journal_lines import line_of
from orchestrator.core.resume import check_resumable
from orchestrator.core.run import Event
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


def shelves_of(workspace: Workspace, *, last: str = "") -> Shelves:
    """The buckets of a workspace; `last`: a region that is asked after all others."""
    return Shelves(workspace.ports.journals, workspace.topology, workspace.names, last=last)


def resumed(workspace: Workspace, run: str) -> Resumed:
    """`run`: a name, the beginning of one, or `latest`. From the buckets, what this machine has not kept.

    Raises UsageError for an unknown run, Refused for one that cannot go on, OrchestratorError for a broken journal.
    """
    path = _found(workspace, run)
    events = read_journal(path)
    try:
        told = history(events)
    except ValueError as error:
        fix = "orchestrator deploy begins a new run: it attaches to what is in flight"
        raise OrchestratorError(f"the journal tells of no run: {error}", where=str(path), fix=fix) from error
    check_resumable(
        told,
        application=workspace.topology.application,
        environment=workspace.environment.name,
        simulated=workspace.simulated,
    )
    return Resumed(told, events)


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
