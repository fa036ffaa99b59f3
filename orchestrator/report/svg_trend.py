"""The drawing of past drills: each one's recovery time beside the objective, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from orchestrator.core.drill import DrillRecord, DrillVerdict
from orchestrator.report.svg_parts import EDGE, FONT, Layout, cross, drawing, label, line, number, rect

SHOWN = 24
"""So many drills are drawn, the latest."""
_PLOT = 92.0
_TOP = 26.0
_LABEL_PX = 34
"""Closer drills go without their numbers, but for the last."""


def trend_svg(drills: Sequence[DrillRecord], objective_s: float, layout: Layout) -> str:
    """The last of `drills` is the one that the report is of. `objective_s` 0: none is drawn."""
    drawn = drills[-SHOWN:]
    high = max([objective_s, *(one.rto_s or 0.0 for one in drawn), 1.0]) * 1.1
    bottom = _TOP + _PLOT
    shapes = [label(EDGE, FONT, "Seconds to recover", "start", "head")]
    shapes.append(line(layout.gutter, bottom, layout.right, bottom, "base"))
    shapes += _objective(objective_s, high, layout)
    slot = layout.plot / max(len(drawn), 2)
    for place, one in enumerate(drawn):
        told = slot >= _LABEL_PX or place == len(drawn) - 1
        shapes += _mark(one, layout.gutter + slot * (place + 0.5), high, _y(objective_s, high), told=told)
    shapes += _dates(drawn, layout, slot, bottom + FONT + 4)
    words = ", ".join(f"{one.started_at.astimezone(UTC):%Y-%m-%d} {_measured(one)}" for one in drawn)
    return drawing(layout, bottom + FONT + 10, f"Recovery time of the last drills: {words}", shapes)


def _measured(one: DrillRecord) -> str:
    return "not measured" if one.rto_s is None else f"{one.rto_s:.0f} s"


def _objective(objective_s: float, high: float, layout: Layout) -> Iterator[str]:
    if objective_s:
        y = _y(objective_s, high)
        yield line(layout.gutter, y, layout.right, y, "objective")
        yield label(layout.gutter - 6, y + FONT / 3, f"{objective_s:,.0f}", "end", "soft")


def _y(value: float, high: float) -> float:
    return _TOP + _PLOT * (1 - value / high)


def _mark(one: DrillRecord, x: float, high: float, objective_y: float, *, told: bool) -> Iterator[str]:
    """Told apart by shape: a dot passed, a cross failed, a hollow square was aborted or never ended."""
    y = _y(one.rto_s or 0.0, high)
    match one.verdict:
        case DrillVerdict.PASSED:
            yield f'<circle class="passed" cx="{number(x)}" cy="{number(y)}" r="4.5"/>'
        case DrillVerdict.FAILED:
            yield cross(x, y, size=4.5)
        case DrillVerdict.ABORTED | None:
            yield rect(x - 4, y - 4, 8, 8, "aborted")
    # Below its mark where it would lie on the objective's line.
    below = abs(y - 8 - FONT / 3 - objective_y) < FONT and one.rto_s is not None and y + 18 < _TOP + _PLOT
    if told:
        number_text = f"{one.rto_s:,.0f}" if one.rto_s is not None else "?"
        yield label(x, y + 18 if below else y - 8, number_text, "middle", "soft")


def _dates(drawn: Sequence[DrillRecord], layout: Layout, slot: float, y: float) -> Iterator[str]:
    """Of the first and the last: all of them stand in the table."""
    for place in {0, len(drawn) - 1}:
        last = place == len(drawn) - 1
        x = layout.gutter + slot * (place + 0.5)
        # A long label of the last mark ends below it, so that it stays within the drawing.
        anchor = "end" if last and len(drawn) > 1 else "middle"
        yield label(
            x + (14 if anchor == "end" else 0), y, f"{drawn[place].started_at.astimezone(UTC):%Y-%m-%d}", anchor, "soft"
        )
