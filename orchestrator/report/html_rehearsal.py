"""Several runs of one rehearsal as one page: verdict and index of the stages first, then each run as on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.run_report import RunReport
from orchestrator.report.amounts import duration_text
from orchestrator.report.html_page import Column, page_html, place_html, shown, table_html
from orchestrator.report.html_run import banner, run_body
from orchestrator.report.html_run_style import RUN_CSS
from orchestrator.report.run_view import Outcome, lasted, outcome, sentence, sources, title
from orchestrator.report.text_run import step_tally

_OUTCOMES = {
    DrillVerdict.PASSED: (Outcome.GOOD, "Passed"),
    DrillVerdict.FAILED: (Outcome.BAD, "Failed"),
    DrillVerdict.ABORTED: (Outcome.ENDED_EARLY, "Aborted"),
}
_MARKS = {
    Outcome.GOOD: '<span class="met">✓ {}</span>',
    Outcome.BAD: '<span class="missed">✗ {}</span>',
    Outcome.ENDED_EARLY: '<span class="early">■ {}</span>',
}


def rehearsal_html(verdict: DrillVerdict, why: str, reports: Sequence[RunReport]) -> str:
    """The whole file; `reports` in the order in which the stages ran. The stages follow under one verdict."""
    return page_html("Rehearsal", _body(verdict, why, reports), RUN_CSS)


def _body(verdict: DrillVerdict, why: str, reports: Sequence[RunReport]) -> Iterator[str]:
    run = reports[0].run if reports else None
    if run is not None:
        yield f'<p class="kicker">{shown(run.application)} · {shown(run.environment)}</p>'
    yield "<h1>Rehearsal</h1>"
    if run is not None:
        ended = max(report.run.ended_at for report in reports)
        whole = duration_text((ended - run.started_at).total_seconds())
        yield f'<p class="soft">{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {whole} in all.</p>'
    yield banner(*_OUTCOMES[verdict], sentence(why))
    told = dict.fromkeys(line for report in reports for line in sources(report))
    yield from (f'<div class="note">{shown(line)}</div>' for line in told)
    yield "<h2>Stages</h2>"
    columns = (
        Column("#", "number", extra=True),
        Column("Stage"),
        Column("Verdict"),
        Column("Took", "number"),
        Column("Steps"),
        Column("Failed requests", "number"),
    )
    yield from table_html(columns, (_stage(place, report) for place, report in enumerate(reports, 1)), cards=True)
    for place, report in enumerate(reports, 1):
        yield f'<section class="run" id="stage-{place}">'
        yield from run_body(report, 2, f"Stage {place} of {len(reports)}")
        yield "</section>"


def _stage(place: int, report: RunReport) -> tuple[str, ...]:
    found, word = outcome(report)
    traffic = report.traffic
    return (
        str(place),
        f'<a href="#stage-{place}">{_title(report)}</a>',
        _MARKS[found].format(word.lower()),
        lasted(report),
        step_tally(report.run),
        f"{traffic.failed:,} of {traffic.requests:,}" if traffic is not None else "nobody asked",
    )


def _title(report: RunReport) -> str:
    """With its region in one piece."""
    region = report.facts.region
    return shown(title(report)) if not region else shown(title(report).removesuffix(region)) + place_html(region)
