"""What a run measured, as tables: objectives, phases, and the moments in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from orchestrator.core.run_report import ObjectiveResult, Phase, RunReport
from orchestrator.report.amounts import clock_text
from orchestrator.report.html_page import Column, place_html, shown, table_html
from orchestrator.report.run_story import since_decision
from orchestrator.report.run_view import (
    asked,
    formula,
    formula_text,
    is_judged,
    is_rto,
    measured,
    objective_name,
    took_text,
)
from orchestrator.report.svg_parts import seconds

MOST_ROWS = 200
"""Longer tables are cut, and say so."""


def measures_html(report: RunReport, level: int) -> Iterator[str]:
    """Objectives and phases; nothing where the run has none."""
    if report.objectives:
        yield f"<h{level}>Objectives</h{level}>"
        columns = [Column("Objective"), Column("Asked for", "short"), Column("Measured", "short")]
        columns += [Column("By arithmetic"), Column("Met")]
        yield from table_html(columns, map(partial(_objective, report), report.objectives), cards=True)
    if report.phases:
        yield f"<h{level}>Phases</h{level}>"
        columns = [
            Column("#", "number"),
            Column("Phase"),
            Column("From", "number", extra=True),
            Column("To", "number"),
            Column("Took", "number"),
            Column("Ended (UTC)", "number", extra=True),
        ]
        yield from table_html(columns, (_phase(report, *one) for one in enumerate(report.phases, 1)))


def moments_html(report: RunReport, level: int) -> Iterator[str]:
    """The timeline in words."""
    if not report.timeline:
        return
    yield f"<h{level}>Moment by moment</h{level}>"
    columns = (Column("At", "number"), Column("UTC", "number", extra=True), Column("Region"), Column("What happened"))
    rows = (
        (
            when(report, one.at),
            clock_text(one.at.astimezone(UTC)),
            place_html(one.region),
            f"<b>{shown(one.event)}</b> {shown(one.detail)}".strip(),
        )
        for one in report.timeline[:MOST_ROWS]
    )
    yield from table_html(columns, rows)
    yield cut(len(report.timeline), MOST_ROWS)


def when(report: RunReport, at: datetime | None) -> str:
    """`12.3 s` from the decision, "" for what has not happened."""
    since = since_decision(report, at)
    return "" if since is None else f"{seconds(round(since, 1))} s"


def cut(number: int, most: int) -> str:
    """What became of the rows beyond `most`, "" when there are none."""
    return f'<p class="soft">{number - most:,} more are left out here.</p>' if number > most else ""


def _objective(report: RunReport, one: ObjectiveResult) -> tuple[str, ...]:
    found = formula(report)
    arithmetic = formula_text(found) if found is not None and is_rto(one) else ""
    if not is_judged(one):
        met = "not judged"
    else:
        met = '<span class="met">✓ met</span>' if one.met else '<span class="missed">✗ missed</span>'
    mean = report.users_mean_s if is_rto(one) and one.measured else None
    told = measured(one) + (f", {mean:.0f} s in the mean" if mean is not None else "")
    return shown(objective_name(one)), asked(one), told, arithmetic, met


def _phase(report: RunReport, place: int, phase: Phase) -> tuple[str, ...]:
    took = took_text(phase)
    return (
        str(place),
        shown(phase.name),
        when(report, phase.started_at),
        when(report, phase.ended_at),
        took if phase.duration_s is not None else f'<span class="soft">{took}</span>',
        clock_text(phase.ended_at.astimezone(UTC)) if phase.ended_at is not None else "",
    )
