"""A measured run as a pull-request comment or a job summary: verdict and objectives first, the rest folded."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.measure import drill_record
from orchestrator.core.run import Run
from orchestrator.core.run_report import RunReport
from orchestrator.report.drill_view import (
    NOT_RESTORED,
    OBJECTIVES,
    TREND,
    circumstances,
    headline,
    moment_cells,
    next_step,
    objective_rows,
    phase_rows,
    trend_cells,
    unrestored,
    user_lines,
)
from orchestrator.report.markdown import COMMENT_LIMIT, Page, code, escaped, row
from orchestrator.report.markdown_run import run_markdown
from orchestrator.report.traffic_view import failure_views, left_out


def drill_markdown(report: RunReport, limit: int = COMMENT_LIMIT) -> str:
    """At most `limit` bytes; what is left out is said at the top. Runs without phases as their own summary."""
    if not report.phases:
        return run_markdown(report.run, limit)
    subject, verdict, rest = headline(report)
    page = Page(limit)
    page.add("headline", [f"## {escaped(subject)}: {verdict} {escaped(rest)}", "", f"Run {code(report.run.id)}"])
    page.notice_here()
    page.add("verdict", [line for text in (report.why, circumstances(report)) if text for line in ("", escaped(text))])
    page.add("what is owed", _unrestored(report))
    page.add("objectives", _objectives(report))
    page.add("phases", _phases(report))
    page.add("users", _users(report))
    when, following = next_step(report)
    page.add("next", ["", f"**{escaped(when.capitalize())}:** {code(following)}"])
    page.fold("timeline", "<b>Timeline</b>", _timeline(report))
    if report.past:
        page.fold("trend", "<b>Drills until now</b>, this one last", _trend(report))
    if report.run.failed_requests:
        page.fold("failed requests", "<b>Failed requests</b>", _failures(report.run))
    return page.finished()


def _unrestored(report: RunReport) -> list[str]:
    told, commands = unrestored(report)
    if not told:
        return []
    head = f"**{NOT_RESTORED}: {escaped(told[0])}**"
    return ["", head, "", *(f"- {escaped(one)}" for one in told[1:]), *(f"- {code(one)}" for one in commands)]


def _objectives(report: RunReport) -> list[str]:
    rows = [row(one.name, one.measured, one.objective, one.arithmetic, _met(one.met)) for one in objective_rows(report)]
    return ["", row(*OBJECTIVES, "met"), "|---|--:|--:|---|---|", *rows] if rows else []


def _met(met: bool) -> str:  # noqa: FBT001 - a cell's content
    return "yes" if met else "**no**"


def _phases(report: RunReport) -> list[str]:
    return ["", "| phase | from | took |", "|---|--:|--:|", *(row(*cells) for cells in _phase_cells(report))]


def _phase_cells(report: RunReport) -> Iterator[tuple[str, str, str]]:
    return ((escaped(one.name), one.starts, one.took) for one in phase_rows(report))


def _users(report: RunReport) -> list[str]:
    if report.traffic is None:
        return ["", "No traffic ran: nothing is known of users."]
    return ["", "### Users", "", *(f"- {escaped(line)}" for line in user_lines(report.traffic))]


def _timeline(report: RunReport) -> list[str]:
    rows = (row(at, since, event, escaped(detail)) for at, since, event, detail in _moments(report))
    return ["| at | since the start | event | |", "|---|--:|---|---|", *rows]


def _moments(report: RunReport) -> Iterator[tuple[str, str, str, str]]:
    return (moment_cells(report, moment) for moment in report.timeline)


def _trend(report: RunReport) -> list[str]:
    this = drill_record(report)
    told = (trend_cells(one) for one in (*report.past, *([this] if this else [])))
    return [row(*TREND), "|---|---|---|---|--:|--:|", *(row(*map(escaped, cells)) for cells in told)]


def _failures(run: Run) -> Iterator[str]:
    yield "| at | host | resolver | answer | took |"
    yield "|---|---|---|---|--:|"
    for one in failure_views(run.failed_requests, run.traffic_from):
        yield row(one.at, code(one.host), one.resolver, escaped(one.answer), one.took)
    if run.traffic and (more := left_out(run.traffic, run.failed_requests)):
        yield row(more, "", "", "`--format json` tells them", "")
