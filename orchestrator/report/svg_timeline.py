"""The drawing of a run: its phases, and below them on the same clock a lane per region with whom it served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.core.run_report import Phase, RunReport
from orchestrator.core.traffic import Span
from orchestrator.report.amounts import counted
from orchestrator.report.neutralise import shortened
from orchestrator.report.run_story import Lane, Story, since_decision
from orchestrator.report.run_view import took_text
from orchestrator.report.svg_parts import (
    EDGE,
    FONT,
    Axis,
    Layout,
    cross,
    drawing,
    fitted,
    label,
    line,
    rect,
    seconds,
    text_width,
    time_axis,
)

_NAME_LINE = 16
_SECTION = 22
_BAR = 12
_LANE_GAP = 10
_MARKS = 12
"""The row below a lane's bar in which failures are marked."""
_MARK_PX = 7
"""Closer failures share a mark."""
_LEAST_PX = 2
_TOLD = 5
"""So many spans of a lane are told to those who cannot see it."""
_NOWHERE = "no answer"
_LONGEST = 60


def timeline_svg(report: RunReport, told: Story, layout: Layout) -> str:
    """The whole drawing; names, amounts and bars each have a place of their own, so that nothing overlaps."""
    axis = Axis(layout, told.started, told.lasted_s)
    shapes: list[str] = []
    y = 4.0
    top = y + (_SECTION if report.phases else 0)
    if report.phases:
        y = _section(shapes, layout, y, "Phases", "took")
        for place, phase in enumerate(report.phases, 1):
            y = _phase(shapes, axis, y, place, phase, report)
        y += 10
    heads = ("Who served users", "good answers") if told.requests else ("Regions", "")
    y = _section(shapes, layout, y, *heads)
    for lane in told.lanes:
        y = _lane(shapes, axis, y, lane, f"{lane.good:,}" if told.requests else "")
    what = "Time of each phase, and when each region served users. " if report.phases else "When each region served. "
    told_of = what + ". ".join(map(_told, told.lanes))
    return drawing(layout, y + 2 * FONT + 6, told_of, [*time_axis(axis, top, y), *shapes])


def _told(lane: Lane) -> str:
    """A lane for those who cannot see it."""
    spans = ", ".join(f"{seconds(round(one.started))} to {seconds(round(one.ended))} s" for one in lane.served[:_TOLD])
    spans += f" and {len(lane.served) - _TOLD} times more" if len(lane.served) > _TOLD else ""
    return f"{_name(lane.region)}: {spans or 'served nobody'}; {counted(len(lane.failed), 'failed request')}"


def _name(region: str) -> str:
    """Whoever answered chose it, so that it may be of any length."""
    return shortened(region, _LONGEST, "…") or _NOWHERE


def _section(shapes: list[str], layout: Layout, y: float, name: str, amount: str) -> float:
    base = y + FONT
    shapes.append(label(EDGE, base, name, "start", "head"))
    shapes.append(label(layout.width - EDGE, base, amount, "end", "soft"))
    return y + _SECTION


def _phase(shapes: list[str], axis: Axis, y: float, place: int, phase: Phase, report: RunReport) -> float:
    amount = took_text(phase)
    y, bar = _names(shapes, axis.layout, y, f"{place}  {phase.name}", amount)
    started, ended = since_decision(report, phase.started_at), since_decision(report, phase.ended_at)
    if started is not None and ended is not None:
        shapes.append(_bar(axis, bar, started, ended, "phase", f"{phase.name}: {amount}"))
    return y + (0 if axis.layout.beside else 4)


def _lane(shapes: list[str], axis: Axis, y: float, lane: Lane, amount: str) -> float:
    y, bar = _names(shapes, axis.layout, y, _name(lane.region), amount)
    height = _BAR + _MARKS
    for span in lane.away:
        shapes += _away(axis, bar - 2, span, height + 4)
    shapes.append(line(axis.layout.gutter, bar + _BAR, axis.layout.right, bar + _BAR, "base"))
    for span in _merged(lane.served, _LEAST_PX * axis.lasted_s / axis.layout.plot):
        title = f"{_name(lane.region)} served from {_between(span)}"
        shapes.append(_bar(axis, bar, span.started, span.ended, "served", title))
    shapes += _failures(axis, bar + _BAR + _MARKS / 2 + 1, lane.failed)
    return max(y, bar + height + _LANE_GAP)


def _names(shapes: list[str], layout: Layout, y: float, name: str, amount: str) -> tuple[float, float]:
    """The name and the amount; gives where the next line and where the bar begins."""
    taken = text_width(amount)
    room = layout.gutter - 10 if layout.beside else layout.width - taken - 10
    base = y + FONT
    shapes.append(label(EDGE, base, fitted(name, room)))
    shapes.append(label(layout.width - EDGE, base, amount, "end", "amount"))
    bar = y + 2 if layout.beside else y + _NAME_LINE + 1
    return (y + _NAME_LINE + 3 if layout.beside else bar + _BAR + 2), bar


def _bar(axis: Axis, y: float, started: float, ended: float, kind: str, title: str) -> str:
    """At least two pixels wide: what happened in an instant happened all the same."""
    left = axis.x(started)
    width = max(axis.x(ended) - left, _LEAST_PX)
    return rect(min(left, axis.layout.right - width), y, width, _BAR, kind, title)


def _merged(spans: Sequence[Span], gap_s: float) -> Sequence[Span]:
    """Spans between which no gap could be seen are drawn as one: a region that answers now and then has thousands."""
    found: list[Span] = []
    for one in spans:
        if found and one.started - found[-1].ended < gap_s:
            found[-1] = replace(found[-1], ended=max(one.ended, found[-1].ended))
        else:
            found.append(one)
    return found


def _away(axis: Axis, y: float, span: Span, height: float) -> Iterator[str]:
    left, right = axis.x(span.started), axis.x(span.ended)
    # A thick dashed line is a striped surface, without a pattern that every drawing would have to name.
    yield line(left, y + height / 2, right, y + height / 2, "stripes", height)
    title = f"{_name(span.region)} was taken out from {_between(span)}"
    yield rect(left, y, max(right - left, _LEAST_PX), height, "away", title)


def _between(span: Span) -> str:
    return f"{seconds(round(span.started, 1))} to {seconds(round(span.ended, 1))} s"


def _failures(axis: Axis, y: float, moments: Sequence[float]) -> Iterator[str]:
    """Crosses; neighbours that would touch become one, with their number when pointed at."""
    groups: dict[int, list[float]] = {}
    for at in moments:
        groups.setdefault(int((axis.x(at) - axis.layout.gutter) / _MARK_PX), []).append(at)
    for held in groups.values():
        x = (axis.x(held[0]) + axis.x(held[-1])) / 2
        yield cross(x, y, f"{counted(len(held), 'failed request')} at {seconds(round(held[0], 1))} s")
