"""The drawing of what users met: how long good answers took, and below it how many requests failed, over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from orchestrator.core.traffic import percentile
from orchestrator.report.amounts import counted
from orchestrator.report.run_story import Bucket, Story, buckets
from orchestrator.report.svg_parts import (
    EDGE,
    FONT,
    Axis,
    Layout,
    cross,
    drawing,
    label,
    line,
    number,
    path,
    rect,
    time_axis,
)

_BUCKET_PX = 4
_PLOT = 130.0
_FAILED = 34.0
_TOP = 26.0
_FEW = 250
"""So many good answers are drawn each by itself; more are gathered."""
_LOG_FROM = 15
"""Where the slowest answers take so many times the median, only a logarithmic scale shows both."""


class _Scale:
    """Milliseconds to pixels, linear or logarithmic, with round marks."""

    def __init__(self, values: Sequence[float]) -> None:
        middle, self.high = percentile(values, 50), _round_up(max(values, default=1.0))
        self.log = middle > 0 and self.high > _LOG_FROM * middle
        self.low = _round_down(min(one for one in values if one > 0)) if self.log else 0.0

    def y(self, value: float) -> float:
        share = (
            math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
            if self.log
            else value / self.high
        )
        return _TOP + _PLOT * (1 - min(max(share, 0.0), 1.0))

    def marks(self) -> tuple[float, ...]:
        if not self.log:
            parts = 5 if f"{self.high:e}"[0] in "15" else 4
            return tuple(self.high * part / parts for part in range(1, parts + 1))
        powers = [10.0**power for power in range(round(math.log10(self.low)), math.ceil(math.log10(self.high)))]
        return (*(one for one in powers if self.y(one) - self.y(self.high) > FONT + 2), self.high)


def latency_svg(told: Story, layout: Layout) -> str:
    """The whole drawing; a few hundred answers as points, more of them as median and 95th percentile."""
    axis = Axis(layout, told.started, told.lasted_s)
    parts = buckets(told, layout.plot // _BUCKET_PX)
    good = [(one.at, 1000 * one.latency_s) for one in told.requests if one.ok]
    few = drawn_singly(told)
    scale = _Scale([value for _, value in good] if few else [1000 * part.high_s for part in parts if part.good])
    bottom = _TOP + _PLOT + 26 + _FAILED
    shapes = [*time_axis(axis, _TOP, bottom), *_marks(scale, layout)]
    shapes += _points(axis, scale, good) if few else _bands(axis, scale, parts)
    shapes += _failures(axis, parts, bottom)
    failed = sum(part.failed for part in parts)
    words = f"Latency of {counted(len(good), 'good answer')} over time, and {counted(failed, 'failed request')}"
    return drawing(layout, bottom + 2 * FONT + 6, words, shapes)


def drawn_singly(told: Story) -> bool:
    """Whether each good answer has a point of its own."""
    return sum(1 for one in told.requests if one.ok) <= _FEW


def _marks(scale: _Scale, layout: Layout) -> Iterator[str]:
    title = "Milliseconds, each mark ten times the one below" if scale.log else "Milliseconds"
    yield label(EDGE, FONT, f"{title} to a good answer" if layout.beside else title, "start", "head")
    for value in scale.marks():
        y = scale.y(value)
        yield line(layout.gutter, y, layout.right, y, "grid")
        yield label(layout.gutter - 6, y + FONT / 3, f"{value:,.5g}", "end", "soft")


def _points(axis: Axis, scale: _Scale, good: Sequence[tuple[float, float]]) -> Iterator[str]:
    for at, value in good:
        yield f'<circle class="point" cx="{number(axis.x(at))}" cy="{number(scale.y(value))}" r="1.8"/>'


def _bands(axis: Axis, scale: _Scale, parts: Sequence[Bucket]) -> Iterator[str]:
    """One band and one line per stretch of time with good answers: a pause stays a pause."""
    stretch: list[Bucket] = []
    for part in (*parts, None):
        if part is not None and part.good:
            stretch.append(part)
        elif stretch:
            yield from _band(axis, scale, stretch)
            stretch = []


def _band(axis: Axis, scale: _Scale, parts: Sequence[Bucket]) -> Iterator[str]:
    upper = [_step(axis, part, scale.y(1000 * part.high_s)) for part in parts]
    lower = [_step(axis, part, scale.y(1000 * part.median_s)) for part in parts]
    back = [(right, left, y) for left, right, y in reversed(lower)]
    yield path(f"M{_joined(upper)}L{_joined(back)}Z", "high")
    yield path(f"M{_joined(lower)}", "median")


def _step(axis: Axis, part: Bucket, y: float) -> tuple[float, float, float]:
    return axis.x(part.started), axis.x(part.ended), y


def _joined(steps: Sequence[tuple[float, float, float]]) -> str:
    return "L".join(f"{number(begun)} {number(y)}L{number(ended)} {number(y)}" for begun, ended, y in steps)


def _failures(axis: Axis, parts: Sequence[Bucket], bottom: float) -> Iterator[str]:
    """Columns with a cross on each: told apart from latency by place and shape, whatever the colours."""
    layout, most = axis.layout, max((part.failed for part in parts), default=0)
    y = bottom - _FAILED
    each = (parts[0].ended - parts[0].started) if parts else 0.0
    words = f"Failed requests, at most {most:,} in {each:.1f} s" if most else "No request failed"
    yield label(EDGE, y - 8, words, "start", "head")
    yield line(layout.gutter, bottom, layout.right, bottom, "base")
    for part in parts:
        if part.failed:
            height = max(_FAILED - 8, 0) * part.failed / most
            x, width = axis.x(part.started), axis.x(part.ended) - axis.x(part.started)
            title = f"{counted(part.failed, 'failed request')} from {part.started:.1f} s"
            yield rect(x, bottom - height, width, height, "failed", title)
            yield cross(x + width / 2, bottom - height - 4, size=2)


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.9999)


def _round_down(value: float) -> float:
    return 10.0 ** math.floor(math.log10(value))
