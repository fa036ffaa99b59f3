"""Several runs of one rehearsal as one page: verdict and index of the stages first, then each run as on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What a rehearsal calls its stages: `names` of those that ran, in the order of the reports, and the others.

    `took_s`: all of it by the clock on the wall, None when nobody looked; the runs' own clocks may be faster.
    """

    names: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    took_s: float | None = None


def rehearsal_html(verdict: DrillVerdict, why: str, reports: Sequence[RunReport], stages: Stages | None = None) -> str:
    """The whole file; `reports` in the order in which the stages ran. The stages follow under one verdict."""
    return page_html("Rehearsal", _body(verdict, why, reports, stages or Stages()), RUN_CSS)


def _body(verdict: DrillVerdict, why: str, reports: Sequence[RunReport], stages: Stages) -> Iterator[str]:
    run = reports[0].run if reports else None
    names = stages.names or tuple("" for _ in reports)
    if run is not None:
        yield f'<p class="kicker">{shown(run.application)} · {shown(run.environment)}</p>'
    yield "<h1>Rehearsal</h1>"
    if run is not None:
        whole = f", {duration_text(stages.took_s)} in all on this machine" if stages.took_s is not None else ""
        yield f'<p class="soft">{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{whole}.</p>'
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
    done = [_stage(place, name, report) for place, (name, report) in enumerate(zip(names, reports, strict=True), 1)]
    yield from table_html(columns, [*done, *_unreached(len(done), stages.unreached)], cards=True)
    total = len(reports) + len(stages.unreached)
    for place, (name, report) in enumerate(zip(names, reports, strict=True), 1):
        yield f'<section class="run" id="stage-{place}">'
        yield from run_body(report, 2, f"Stage {place} of {total}{f': {name}' if name else ''}")
        yield "</section>"


def _unreached(done: int, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for place, name in enumerate(names, done + 1):
        yield (str(place), shown(name), "not carried out", "", "", "")


def _stage(place: int, name: str, report: RunReport) -> tuple[str, ...]:
    found, word = outcome(report)
    traffic = report.traffic
    return (
        str(place),
        f'<a href="#stage-{place}">{shown(name) or _title(report)}</a>',
        _MARKS[found].format(word.lower()),
        lasted(report),
        step_tally(report.run),
        f"{traffic.failed:,} of {traffic.requests:,}" if traffic is not None else "nobody asked",
    )


def _title(report: RunReport) -> str:
    """With its region in one piece."""
    region = report.facts.region
    return shown(title(report)) if not region else shown(title(report).removesuffix(region)) + place_html(region)
