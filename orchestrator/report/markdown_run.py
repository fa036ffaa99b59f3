"""A run as a pull-request comment or a job summary: verdict, failures, then every step folded."""

from __future__ import annotations

from orchestrator.core.run import Run, StepRecord
from orchestrator.report.amounts import between
from orchestrator.report.markdown import COMMENT_LIMIT, Page, code, escaped, row, summary_escaped
from orchestrator.report.returns_view import NOT_RETURNED, UNPROVEN, not_proven, not_returned, rolled_back
from orchestrator.report.style import Style
from orchestrator.report.text_run import failures, headline, next_command, place, step_tally
from orchestrator.report.traffic_view import FailureView, failure_views, left_out, traffic_sentence


def run_markdown(run: Run, limit: int = COMMENT_LIMIT) -> str:
    """At most `limit` bytes; what is left out is said at the top."""
    page = Page(limit)
    page.add("headline", [f"## {escaped(headline(run, Style()))}", "", f"Run {code(run.id)}"])
    page.notice_here()
    page.add("failures", _failures(run))
    page.add("rollback", _rollback(run))
    page.add("traffic", _traffic(run))
    if next_command(run):
        page.add("next", ["", f"**Next:** {escaped(next_command(run))}"])
    if run.steps:
        head = ["| step | status | took | said |", "|---|---|--:|---|"]
        page.fold(
            "steps", f"<b>Steps</b>: {summary_escaped(step_tally(run))}", [*head, *(_row(step) for step in run.steps)]
        )
    return page.finished()


def _failures(run: Run) -> list[str]:
    if not failures(run):
        return []
    lines = ["", "### Failed", ""]
    for step in failures(run):
        where = f" ({escaped(place(step))})" if place(step) else ""
        lines.append(f"- **{code(step.id)}**{where}: {escaped(step.reason or 'AWS gave no reason')}")
    return lines


def _rollback(run: Run) -> list[str]:
    if run.rollback is None:
        return []
    back = [f"- {escaped(line)}" for line in rolled_back(run)]
    states = ((UNPROVEN, not_proven(run)), (NOT_RETURNED, not_returned(run)))
    left = [f"- **{words}** {escaped(where)}: {escaped(cause)}" for words, found in states for where, cause in found]
    return ["", "### Rollback", "", *back, *left]


def _traffic(run: Run) -> list[str]:
    if run.traffic is None:
        return []
    lines = ["", "### Traffic", "", escaped(traffic_sentence(run.traffic))]
    views = failure_views(run.failed_requests, run.traffic_from)
    if views:
        lines += ["", "| at | host | resolver | answer | took |", "|---|---|---|---|--:|", *map(_failed_request, views)]
    more = left_out(run.traffic, run.failed_requests)
    return [*lines, "", f"{more}: `--format json` tells them"] if more else lines


def _failed_request(view: FailureView) -> str:
    return row(view.at, code(view.host), view.resolver, escaped(view.answer), view.took)


def _row(step: StepRecord) -> str:
    return row(code(step.id), step.status.value, between(step.started_at, step.ended_at), escaped(step.reason))
