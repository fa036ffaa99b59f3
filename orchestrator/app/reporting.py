"""Reports of runs that are over, from the journals on this machine alone: no configuration and no AWS is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from orchestrator.app.settings import Settings
from orchestrator.core.drill import DrillRecord
from orchestrator.core.errors import OrchestratorError
from orchestrator.core.history import history
from orchestrator.core.measure import drill_record, measure_history
from orchestrator.core.run import EventKind
from orchestrator.core.run_report import KeptRun, RunReport
from orchestrator.journal import find_run, list_runs, read_journal

_TREND = 10
_LISTED = 20
_DRILL = "-drill-"
"""In the name of a drill's journal: no other is worth reading whole."""


def run_report(settings: Settings, run: str) -> RunReport:
    """`run`: a name, the beginning of one, or `latest`. Drills come with those before them, of the same environment.

    Raises UsageError when none or several are meant, OrchestratorError when the journal cannot be read.
    """
    path = find_run(_folder(settings), run)
    report = _report(path)
    if report.verdict is None:
        return report
    return replace(report, past=tuple(reversed(list(islice(_before(path, report), _TREND)))))


def kept_runs(settings: Settings) -> tuple[tuple[KeptRun, ...], int]:
    """The newest runs, newest first, and how many older ones are kept besides."""
    names = list_runs(_folder(settings))
    newest = names[-_LISTED:]
    return tuple(_kept(_folder(settings) / f"{name}.jsonl") for name in reversed(newest)), len(names) - len(newest)


def _folder(settings: Settings) -> Path:
    return settings.runs_dir


def _report(path: Path, *, users: bool = True) -> RunReport:
    """`users` False leaves out what users met, which takes the longest to read."""
    try:
        events = read_journal(path)
        return measure_history(history([one for one in events if users or one.kind is not EventKind.TRAFFIC]))
    except ValueError as error:
        raise OrchestratorError(
            f"the journal tells of no run: {error}", where=str(path), fix="orchestrator report lists the others"
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
