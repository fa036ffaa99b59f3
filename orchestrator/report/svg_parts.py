"""What all drawings share: two layouts (paper and screen, phone), the time axis, and SVG's few shapes.

Colours are classes of the page's style sheet. Text is measured generously, as no font is known here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orchestrator.report.html_page import shown
from orchestrator.report.neutralise import safe

FONT = 12
"""Pixels of a drawing's own scale, for all its texts."""
EDGE = 2
"""Labels keep so far from the edge: their halo is drawn too."""
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`name` is the class by which the page shows one layout or the other. Names stand in the gutter, or above bars."""

    name: str
    width: int
    gutter: int
    margin: int
    tick_px: int

    @property
    def beside(self) -> bool:
        """Names stand beside what they name."""
        return self.name == "wide"

    @property
    def plot(self) -> int:
        """The width on which time is drawn."""
        return self.width - self.gutter - self.margin

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.width - self.margin


WIDE = Layout(name="wide", width=840, gutter=186, margin=78, tick_px=64)
NARROW = Layout(name="narrow", width=360, gutter=42, margin=14, tick_px=56)


@dataclass(frozen=True, slots=True)
class Axis:
    """Seconds to pixels."""

    layout: Layout
    started: float
    lasted_s: float

    def x(self, at: float) -> float:
        """Within the plot, whatever is asked."""
        share = min(max((at - self.started) / self.lasted_s, 0.0), 1.0)
        return self.layout.gutter + share * self.layout.plot

    def ticks(self) -> tuple[float, ...]:
        """Round moments, far enough apart for their labels."""
        room = self.layout.plot / self.layout.tick_px
        fitting = (step for step in _STEPS if self.lasted_s / step <= room)
        step = next(fitting, _STEPS[-1] * (1 + int(self.lasted_s / _STEPS[-1] / room)))
        first, last = int(self.started // step), int((self.started + self.lasted_s) // step)
        return tuple(number * step for number in range(first, last + 1) if number * step >= self.started)


def drawing(layout: Layout, height: float, label: str, parts: Iterable[str]) -> str:
    """The finished SVG; `label` tells those who cannot see it what it shows."""
    box = f'viewBox="0 0 {layout.width} {number(height)}" width="{layout.width}" height="{number(height)}"'
    return f'<svg class="{layout.name}" {box} role="img" aria-label="{shown(label)}">{"".join(parts)}</svg>'


def time_axis(axis: Axis, top: float, bottom: float) -> Iterator[str]:
    """Grid lines from `top` to `bottom` and the seconds below."""
    for at in axis.ticks():
        x = axis.x(at)
        yield line(x, top, x, bottom, "zero" if at == 0 else "grid")
        yield label(x, bottom + FONT + 3, seconds(at), "middle", "soft")


def seconds(at: float) -> str:
    """`-5`, `0.5`, `3,600`."""
    whole = at + 0.0  # no "-0"
    return f"{whole:,.0f}" if float(whole).is_integer() else f"{whole:,.1f}"


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    """A bar; `title` is shown when pointed at."""
    head = f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f"{head}>{_title(title)}</rect>" if title else f"{head}/>"


def line(x1: float, y1: float, x2: float, y2: float, kind: str, width: float = 0) -> str:
    """A line; `width` for one that is as thick as what it fills."""
    thick = f' stroke-width="{number(width)}"' if width else ""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line class="{kind}" {ends}{thick}/>'


def path(data: str, kind: str) -> str:
    """A line or an area by SVG's own commands."""
    return f'<path class="{kind}" d="{data}"/>'


def cross(x: float, y: float, title: str = "", size: float = 3) -> str:
    """The mark of a failure."""
    left, right, top, bottom = (number(one) for one in (x - size, x + size, y - size, y + size))
    data = f"M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}"
    return f'<path class="cross" d="{data}">{_title(title)}</path>' if title else path(data, "cross")


def label(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> str:
    """A text on the line `y`."""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    names = f' class="{kind}"' if kind else ""
    return f'<text{names} x="{number(x)}" y="{number(y)}"{place}>{shown(text)}</text>'


def fitted(text: str, width: float) -> str:
    """As much of the text as surely fits, neutralised before it is measured."""
    told = safe(text)
    if text_width(told) <= width:
        return told
    room, kept = width - text_width("…"), 0
    while kept < len(told) and text_width(told[kept]) <= room:
        room -= text_width(told[kept])
        kept += 1
    return f"{told[:kept]}…" if kept else ""


def text_width(text: str) -> float:
    """Pixels at most, in the widest of the usual fonts."""
    return sum(FONT * (1.15 if unicodedata.east_asian_width(one) in "WF" else _width(one)) for one in text)


def number(value: float) -> str:
    """One decimal, none when it is zero: drawings of thousands of requests stay small."""
    return f"{value:.1f}".removesuffix(".0")


def _width(one: str) -> float:
    """In parts of the font's size."""
    if one in " .,:;'|!ijlftr()[]-":
        return 0.45
    return 1.0 if one in "mwMW@%—…" or ord(one) > 0x2FF else 0.82 if one.isupper() else 0.66


def _title(text: str) -> str:
    return f"<title>{shown(text)}</title>"
