"""A measured run on a terminal: verdict, objectives, phases, users, what happened when, the trend. Fits 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.measure import drill_record
from orchestrator.core.run import Verdict
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
from orchestrator.report.neutralise import safe
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_run import run_text

_TONES = {
    DrillVerdict.PASSED: Tone.GOOD,
    DrillVerdict.FAILED: Tone.LOUD,
    DrillVerdict.ABORTED: Tone.WATCH,
    Verdict.SUCCEEDED: Tone.GOOD,
    Verdict.NOTHING_TO_DO: Tone.GOOD,
    Verdict.FAILED: Tone.LOUD,
    Verdict.INTERRUPTED: Tone.WATCH,
}
_WIDEST_BAR = 30


def drill_text(report: RunReport, style: Style, *, command: str = "orchestrator") -> str:
    """A drill, failover or failback; any other run as its own summary.

    `command` is how the reader calls this program here, with the options that every verb needs (`--local`).
    """
    if not report.phases:
        return run_text(report.run, style, command=command)
    lines = [*_head(report, style), *_unrestored(report, style, command)]
    lines += [*_objectives(report, style), *_phases(report, style), *_users(report, style)]
    lines += _timeline(report, style)
    lines += _trend(report, style)
    when, following = next_step(report, command)
    lines += ["", style.paint(when, Tone.STRONG), f"  {following}"]
    return style.page(lines)


def _head(report: RunReport, style: Style) -> Iterator[str]:
    subject, verdict, rest = headline(report)
    yield f"{subject}: {style.paint(verdict, _TONES[report.verdict or report.run.verdict])} {rest}"
    if report.why:
        yield from style.wrapped(safe(report.why), "  ")
    yield f"run {safe(report.run.id)}"
    if circumstances(report):
        yield from style.wrapped(circumstances(report))


def _unrestored(report: RunReport, style: Style, command: str) -> Iterator[str]:
    """Loud, and before all numbers. Not wrapped: what failed may hold commands that somebody must copy."""
    told, commands = unrestored(report, command)
    if not told:
        return
    yield ""
    yield f"{style.paint(NOT_RESTORED, Tone.LOUD)}: {told[0]}"
    yield from (f"  {line}" for line in told[1:])
    yield from (f"  {number}. {one}" for number, one in enumerate(commands, 1))


def _objectives(report: RunReport, style: Style) -> Iterator[str]:
    rows = list(objective_rows(report))
    if not rows:
        return
    yield ""
    cells = [OBJECTIVES, *((one.name, one.measured, one.objective, one.arithmetic) for one in rows)]
    widths = _widths(cells)
    yield style.paint(f"  {_aligned(cells[0], widths)}", Tone.FAINT)
    for one, row in zip(rows, cells[1:], strict=True):
        symbol = style.paint("✓", Tone.GOOD) if one.met else style.paint("✗", Tone.LOUD)
        yield f"{symbol} {_aligned(row, widths)}"


def _phases(report: RunReport, style: Style) -> Iterator[str]:
    rows = list(phase_rows(report))
    width, longest = max(len(one.name) for one in rows), max(one.seconds for one in rows) or 1.0
    most = max(1, min(_WIDEST_BAR, style.width - width - 28))
    block = "█" if style.unicode else "#"
    yield ""
    yield style.paint(f"{'phases':<{width + 2}}  {'from':>9}  {'took':>11}", Tone.FAINT)
    for one in rows:
        bar = style.paint(block * round(most * one.seconds / longest), Tone.PLACE)
        yield f"  {one.name:<{width}}  {one.starts:>9}  {one.took:>11}  {bar}"


def _users(report: RunReport, style: Style) -> Iterator[str]:
    yield ""
    yield style.paint("users", Tone.STRONG)
    if report.traffic is None:
        yield "  no traffic ran: nothing is known of them"
        return
    for line in user_lines(report.traffic):
        yield from style.wrapped(line, "  ", "    ")


def _timeline(report: RunReport, style: Style) -> Iterator[str]:
    rows = [moment_cells(report, moment) for moment in report.timeline]
    since, event = max(len(row[1]) for row in rows), max(len(row[2]) for row in rows)
    yield ""
    yield style.paint("timeline", Tone.STRONG)
    for at, seconds, name, detail in rows:
        head = f"  {at}  {seconds:>{since}}  {name:<{event}}  "
        yield from style.wrapped(f"{head}{detail}", "", " " * len(head))


def _trend(report: RunReport, style: Style) -> Iterator[str]:
    if not report.past:
        return
    this = drill_record(report)
    cells = [TREND, *(trend_cells(one) for one in (*report.past, *([this] if this else [])))]
    widths = _widths(cells)
    yield ""
    yield style.paint("drills until now, this one last", Tone.STRONG)
    yield style.paint(f"  {_left(cells[0], widths)}", Tone.FAINT)
    yield from (f"  {_left(row, widths)}" for row in cells[1:])


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """The first and the last to the left, amounts to the right."""
    inner = (f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
    return "   ".join((f"{row[0]:<{widths[0]}}", *inner, row[-1]))


def _left(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
