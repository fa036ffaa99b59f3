"""The trend: earlier drills of the environment and this one, drawn and listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.run_report import RunReport
from orchestrator.report.html_measures import cut
from orchestrator.report.html_page import Column, place_html, table_html
from orchestrator.report.run_view import amount, is_rto
from orchestrator.report.svg_parts import NARROW, WIDE
from orchestrator.report.svg_trend import SHOWN, trend_svg

_VERDICTS = {
    DrillVerdict.PASSED: '<span class="met">✓ passed</span>',
    DrillVerdict.FAILED: '<span class="missed">✗ failed</span>',
    DrillVerdict.ABORTED: '<span class="early">■ aborted</span>',
}


def past_html(report: RunReport, level: int) -> Iterator[str]:
    """Nothing without earlier drills."""
    if not report.past:
        return
    drills = (*report.past, *_this(report))
    yield f"<h{level}>Drills of this environment</h{level}>"
    objective = float(report.facts.rto_s)
    drawn = trend_svg(drills, objective, WIDE) + trend_svg(drills, objective, NARROW)
    yield f'<figure class="drawing">{drawn}</figure>'
    line = " The dashed line is the objective." if objective else ""
    yield f'<p class="legend soft">● passed, ✗ failed, □ aborted or not measured.{line}</p>'
    columns = (
        Column("Drill (UTC)"),
        Column("Region"),
        Column("Mode", extra=True),
        Column("Verdict"),
        Column("Recovery", "number"),
        Column("Requests", "number", extra=True),
        Column("Failed", "number", extra=True),
    )
    latest = list(reversed(drills[-SHOWN:]))
    yield from table_html(columns, (_row(one, report.run.id) for one in latest))
    yield cut(len(drills), SHOWN)


def _this(report: RunReport) -> tuple[DrillRecord, ...]:
    """This drill as one of them, unless it is already there or was no drill."""
    if report.verdict is None or any(one.run == report.run.id for one in report.past):
        return ()
    run, traffic = report.run, report.traffic
    made = DrillRecord(
        run=run.id,
        region=report.facts.region,
        mode=report.facts.mode or DrillMode.SWITCH,
        started_at=run.started_at,
        by="",
        ended_at=run.ended_at,
        verdict=report.verdict,
        rto_s=next((one.measured for one in report.objectives if is_rto(one)), None),
        requests=traffic.requests if traffic else 0,
        failed=traffic.failed if traffic else 0,
    )
    return (made,)


def _row(one: DrillRecord, current: str) -> tuple[str, ...]:
    verdict = _VERDICTS[one.verdict] if one.verdict else '<span class="soft">never ended</span>'
    this = " <b>this one</b>" if one.run == current else ""
    return (
        f"{one.started_at.astimezone(UTC):%Y-%m-%d %H:%M}{this}",
        place_html(one.region),
        one.mode.value,
        verdict,
        amount(one.rto_s) if one.rto_s is not None else "–",
        f"{one.requests:,}",
        f"{one.failed:,}",
    )
