"""A run as a pull-request comment or a job summary: verdict, failures, then every step folded."""

from __future__ import annotations

from orchestrator.core.run import Run, StepRecord
from orchestrator.report.amounts import between
from orchestrator.report.markdown import COMMENT_LIMIT, Page, code, escaped, row, summary_escaped
from orchestrator.report.style import Style
from orchestrator.report.text_run import headline, next_command, place, step_tally


def run_markdown(run: Run, limit: int = COMMENT_LIMIT) -> str:
    """At most `limit` bytes; what is left out is said at the top."""
    page = Page(limit)
    page.add("headline", [f"## {escaped(headline(run, Style()))}", "", f"Run {code(run.id)}"])
    page.notice_here()
    page.add("failures", _failures(run))
    if next_command(run):
        page.add("next", ["", f"**Next:** {escaped(next_command(run))}"])
    if run.steps:
        head = ["| step | status | took | said |", "|---|---|--:|---|"]
        page.fold(
            "steps", f"<b>Steps</b>: {summary_escaped(step_tally(run))}", [*head, *(_row(step) for step in run.steps)]
        )
    return page.finished()


def _failures(run: Run) -> list[str]:
    if not run.failed:
        return []
    lines = ["", "### Failed", ""]
    for step in run.failed:
        where = f" ({escaped(place(step))})" if place(step) else ""
        lines.append(f"- **{code(step.id)}**{where}: {escaped(step.reason or 'AWS gave no reason')}")
    return lines


def _row(step: StepRecord) -> str:
    return row(code(step.id), step.status.value, between(step.started_at, step.ended_at), escaped(step.reason))
