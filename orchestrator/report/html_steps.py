"""What a run did, as a table: each step with its plane and home region, when it ran and what came of it; findings."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.run import StepRecord, StepStatus
from orchestrator.core.run_report import PlannedStep, RunReport
from orchestrator.report.amounts import between
from orchestrator.report.html_measures import MOST_ROWS, cut, when
from orchestrator.report.html_page import Column, finding_html, place_html, shown, table_html
from orchestrator.report.text_findings import by_severity
from orchestrator.report.text_run import step_tally

_WORDS = {
    StepStatus.WAITING: ("○", "not begun", "soft"),
    StepStatus.RUNNING: ("…", "was running", "missed"),
    StepStatus.SUCCEEDED: ("✓", "done", "met"),
    StepStatus.FAILED: ("✗", "failed", "missed"),
    StepStatus.SKIPPED: ("–", "skipped", "soft"),
}


def steps_html(report: RunReport, level: int) -> Iterator[str]:
    """Findings, then the plan's steps beside what the run made of them."""
    if report.findings:
        yield f"<h{level}>Findings</h{level}>"
        yield from map(finding_html, by_severity(report.findings))
    rows = _joined(report)
    if not rows:
        return
    yield f"<h{level}>Plan and steps</h{level}>"
    yield f'<p class="soft">{step_tally(report.run)}.{_calls(report)}</p>'
    columns = (
        Column("#", "number", extra=True),
        Column("Step", "id"),
        Column("Plane, home", "home"),
        Column("From", "number"),
        Column("Took", "number"),
        Column("Outcome"),
        Column("Why"),
    )
    numbered = enumerate(rows[:MOST_ROWS], 1)
    yield from table_html(columns, (_row(report, place, *pair) for place, pair in numbered), cards=True)
    yield cut(len(rows), MOST_ROWS)


def _joined(report: RunReport) -> list[tuple[str, PlannedStep | None, StepRecord | None]]:
    """In plan order; steps that no plan told (of a later round) come last."""
    planned = {step.id: step for step in report.steps}
    made = {step.id: step for step in report.run.steps}
    return [(name, planned.get(name), made.get(name)) for name in dict.fromkeys([*planned, *made])]


def _calls(report: RunReport) -> str:
    """Which region's control and data planes were called."""
    parts = []
    for plane in sorted({step.plane for step in report.steps if step.home_region}):
        homes = sorted({step.home_region for step in report.steps if step.plane == plane and step.home_region})
        parts.append(f"the {shown(plane)} plane of {shown(', '.join(homes))}")
    region = report.facts.region
    spared = region and report.steps and region not in {step.home_region for step in report.steps}
    never = f" No step calls {shown(region)}." if spared else ""
    return (f" They call {'; '.join(parts)}." if parts else "") + never


def _row(
    report: RunReport, place: int, name: str, planned: PlannedStep | None, made: StepRecord | None
) -> tuple[str, ...]:
    return (
        str(place),
        shown(name),
        _plane(planned),
        when(report, made.started_at) if made else "",
        between(made.started_at, made.ended_at) if made else "",
        _outcome(made),
        shown(planned.reason) if planned else "",
    )


def _plane(planned: PlannedStep | None) -> str:
    if planned is None:
        return ""
    return (
        f'<span class="{shown(planned.plane)}">{shown(planned.plane)}</span> {place_html(planned.home_region)}'.strip()
    )


def _outcome(made: StepRecord | None) -> str:
    symbol, word, kind = _WORDS[made.status if made else StepStatus.WAITING]
    said = f" {shown(made.reason)}" if made and made.reason else ""
    return f'<span class="{kind}">{symbol} {word}</span>{said}'
