"""Reports of runs that are over, from the journals on this machine: no configuration and no AWS is asked.

A run that is not kept here is looked for in the artifact buckets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.settings import Settings
from orchestrator.core.drill import DrillRecord
from orchestrator.core.errors import OrchestratorError, UsageError
from orchestrator.core.history import history
from orchestrator.core.journal_lines import events_in
from orchestrator.core.measure import drill_record, measure_history
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.run import Event, EventKind, has_ended
from orchestrator.core.run_report import JOURNAL_INCOMPLETE, KeptRun, RunReport
from orchestrator.journal import find_run, list_runs, read_journal

if TYPE_CHECKING:
    from orchestrator.app.journal_copy import Copied, Shelves

_TREND = 10
_LISTED = 20
_DRILL = "-drill-"
"""In the name of a drill's journal: no other is worth reading whole."""


def run_report(settings: Settings, run: str, *, remote: bool = False) -> RunReport:
    """`run`: a name, the beginning of one, or `latest`. Drills come with those before them, of the same environment.

    `remote`: as the artifact buckets have it, whatever is kept here. Raises UsageError when none or several are meant,
    OrchestratorError when the journal cannot be read; with `remote` AwsError and ConfigurationError, when the buckets
    cannot be asked.
    """
    report = _copied_report(_shelves(settings), run) if remote else _kept_report(settings, run)
    if report.verdict is None:
        return report
    path = _folder(settings) / f"{report.run.id}.jsonl"
    return replace(report, past=tuple(reversed(list(islice(_before(path, report), _TREND)))))


def kept_runs(settings: Settings, *, remote: bool = False) -> tuple[tuple[KeptRun, ...], int]:
    """The newest runs, newest first, and how many older ones are kept besides.

    `remote`: those in the artifact buckets, by their names alone; raises AwsError, ConfigurationError.
    """
    names = _copied_names(settings) if remote else list_runs(_folder(settings))
    newest = names[-_LISTED:]
    older = len(names) - len(newest)
    if remote:
        return tuple(map(_named, reversed(newest))), older
    return tuple(_kept(_folder(settings) / f"{name}.jsonl") for name in reversed(newest)), older


# -- in the artifact buckets --------------------------------------------------------------------------------------


def _shelves(settings: Settings) -> Shelves:
    from orchestrator.app.resuming import shelves_of
    from orchestrator.app.settings import open_workspace

    return shelves_of(open_workspace(replace(settings, impatient=True)))


def _copied_names(settings: Settings) -> tuple[str, ...]:
    from orchestrator.app.journal_copy import copied_runs

    return copied_runs(_shelves(settings))


def _elsewhere(settings: Settings, run: str, unknown: UsageError) -> RunReport:
    """Raises `unknown` with why the buckets do not have it either, or could not be asked."""
    from orchestrator.app.resuming import copied_too

    if not settings.config.exists():
        raise unknown
    try:
        shelves = _shelves(settings)
    except OrchestratorError as error:
        what = f"{unknown.what}, and the artifact buckets could not be asked: {error.what}"
        raise UsageError(what, where=unknown.where, fix=unknown.fix) from error
    return report_of_copy(copied_too(shelves, run, unknown))


def _copied_report(shelves: Shelves, run: str) -> RunReport:
    from orchestrator.app.journal_copy import copied

    return report_of_copy(copied(shelves, run))


def report_of_copy(found: Copied) -> RunReport:
    """What the buckets tell of a run; a finding says when that is not all."""
    where = f"journal/{found.run} in the artifact buckets"
    report = _measured(where, lambda: events_in(found.lines, where))
    return replace(report, findings=(*report.findings, _GAP)) if found.gap else report


_GAP = Finding(
    JOURNAL_INCOMPLETE,
    Severity.WARNING,
    "journal",
    "lines are missing: a region that has some of them did not answer",
    "ask again with orchestrator report --remote RUN, or read it where the run was started",
)


def _rescued(settings: Settings, run: str, damaged: OrchestratorError) -> RunReport:
    """The buckets' copy in place of a journal that cannot be read. Raises an error that tells both faults."""
    if not settings.config.exists():
        raise damaged
    try:
        report = _copied_report(_shelves(settings), run)
    except OrchestratorError as error:
        what = f"{damaged.what}\nthe artifact buckets have no better copy of it: {error.what}"
        raise OrchestratorError(what, where=damaged.where, fix=damaged.fix) from error
    message = f"the journal on this machine cannot be read ({damaged.what}): this is what the artifact buckets have"
    found = Finding(JOURNAL_INCOMPLETE, Severity.WARNING, "journal", message, f"nothing, or delete {damaged.where}")
    return replace(report, findings=(*report.findings, found))


def _named(run: str) -> KeptRun:
    """What its name tells."""
    at, verb, _ = run.split("-", 2)
    try:
        return KeptRun(run=run, verb=verb, started_at=datetime.strptime(at, "%Y%m%dT%H%M%S%z"))
    except ValueError:
        return KeptRun(run=run, verb=verb)


# -- on this machine ----------------------------------------------------------------------------------------------


def _folder(settings: Settings) -> Path:
    return settings.runs_dir


def _kept_report(settings: Settings, run: str) -> RunReport:
    """From this machine; from the buckets what is not kept here, or cannot be read."""
    try:
        path = find_run(_folder(settings), run)
    except UsageError as unknown:
        return _elsewhere(settings, run, unknown)
    try:
        report = _report(path)
    except OrchestratorError as damaged:
        return _rescued(settings, path.stem, damaged)
    if has_ended(report.run.events):
        return report
    message = "the journal on this machine tells no end: the run goes on, was killed, or found the disk full"
    fix = f"orchestrator report --remote {path.stem} shows the copy, which may tell more"
    found = Finding(JOURNAL_INCOMPLETE, Severity.WARNING, "journal", message, fix)
    return replace(report, findings=(*report.findings, found))


def _report(path: Path, *, users: bool = True) -> RunReport:
    """`users` False leaves out what users met, which takes the longest to read."""
    return _measured(
        str(path), lambda: (one for one in read_journal(path) if users or one.kind is not EventKind.TRAFFIC)
    )


def _measured(where: str, read: Callable[[], Iterable[Event]]) -> RunReport:
    try:
        return measure_history(history(tuple(read())))
    except (ValueError, ArithmeticError) as error:
        raise OrchestratorError(
            f"the journal tells of no run: {error}", where=where, fix="orchestrator report lists the others"
        ) from error


def _before(path: Path, report: RunReport) -> Iterator[DrillRecord]:
    """The last one first. What cannot be read any more is left out; so are drills of another world than this one's."""
    for name in reversed(list_runs(path.parent)):
        if name >= path.stem or _DRILL not in name:
            continue
        try:
            other = _report(path.parent / f"{name}.jsonl")
        except OrchestratorError:
            continue
        record = drill_record(other)
        if record is not None and _world(other) == _world(report):
            yield record


def _world(report: RunReport) -> tuple[str, str, str]:
    """What happened on the embedded AWS or in a simulation tells nothing of AWS, nor the other way round."""
    return report.run.application, report.run.environment, report.facts.simulated


def _kept(path: Path) -> KeptRun:
    try:
        # Only a drill's verdict depends on what its users met.
        report = _report(path, users=_DRILL in path.stem)
    except OrchestratorError as error:
        return KeptRun(run=path.stem, problem=error.what)
    run = report.run
    return KeptRun(
        run=path.stem,
        verb=run.verb,
        application=run.application,
        environment=run.environment,
        region=report.facts.region,
        verdict=(report.verdict or run.verdict).value,
        started_at=run.started_at,
    )
