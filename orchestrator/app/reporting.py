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
from orchestrator.core.run_report import KeptRun, RunReport
from orchestrator.journal import find_run, list_runs, read_journal

_TREND = 10
_LISTED = 50


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


def _report(path: Path) -> RunReport:
    try:
        return measure_history(history(read_journal(path)))
    except ValueError as error:
        raise OrchestratorError(
            f"the journal tells of no run: {error}", where=str(path), fix="orchestrator report lists the others"
        ) from error


def _before(path: Path, report: RunReport) -> Iterator[DrillRecord]:
    """The last one first. What cannot be read any more is left out of the trend."""
    subject = (report.run.application, report.run.environment)
    for name in reversed(list_runs(path.parent)):
        # Only a drill's journal is worth reading for this: its verb stands in its name.
        if name >= path.stem or "-drill-" not in name:
            continue
        try:
            other = _report(path.parent / f"{name}.jsonl")
        except OrchestratorError:
            continue
        record = drill_record(other)
        if record is not None and (other.run.application, other.run.environment) == subject:
            yield record


def _kept(path: Path) -> KeptRun:
    try:
        report = _report(path)
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
