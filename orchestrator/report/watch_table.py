"""The regions of a watch as a table that fits: columns and rows of least importance go first, and are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.core.levers import Position
from orchestrator.core.status import RegionStatus, Status
from orchestrator.report.amounts import counted
from orchestrator.report.neutralise import shortened
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_status import COLUMNS, region_cells, region_tone

_HEAD = (*COLUMNS[:-1], "levers", "traffic")
# What a narrow screen does without, first things first; region, health and traffic always stay.
_DISPENSABLE = ("role", "replica", "current", "release", "levers")
_SHORT_RELEASE = 7


@dataclass(frozen=True, slots=True)
class RegionTable:
    """Head and rows, each at most as wide as asked, and the names of the columns that had no room."""

    lines: tuple[tuple[str, Tone | None], ...]
    hidden: tuple[str, ...]


def region_table(status: Status, turned: Iterable[str], style: Style, *, columns: int, rows: int) -> RegionTable:
    """`rows` regions at most, those in trouble and those that serve before the others. `turned` get a mark."""
    marked = frozenset(turned)
    shown = _shown(status, rows)
    cells = [tuple(map(style.plain, _cells(region, status))) for region in shown]
    names, gap, short = _fitting(cells, columns)
    table = [_HEAD, *(_with_release(row, short=short) for row in cells)]
    places = [_HEAD.index(name) for name in names]
    widths = [max(len(row[place]) for row in table) for place in places]

    def line(row: tuple[str, ...], mark: str) -> str:
        text = gap.join(row[place].ljust(width) for place, width in zip(places, widths, strict=True))
        return shortened(mark + text.rstrip(), columns, style.plain("…"))

    lines: list[tuple[str, Tone | None]] = [(line(table[0], " "), Tone.FAINT)]
    for region, row in zip(shown, table[1:], strict=True):
        lines.append((line(row, "*" if region.name in marked else " "), _tone(region)))
    left = len(status.regions) - len(shown)
    if left:
        lines.append((shortened(f" and {counted(left, 'more region')}", columns, "."), None))
    return RegionTable(tuple(lines), tuple(name for name in _HEAD if name not in names))


def _shown(status: Status, rows: int) -> tuple[RegionStatus, ...]:
    """In the order of the file. A region that is left out costs the line that counts it."""
    if len(status.regions) <= rows:
        return status.regions
    serving = (status.serving_region, *status.serving_regions)
    ranked = sorted(status.regions, key=lambda one: (_tone(one) is None, one.name not in serving))
    kept = {one.name for one in ranked[: max(1, rows - 1)]}
    return tuple(one for one in status.regions if one.name in kept)


def _fitting(cells: list[tuple[str, ...]], columns: int) -> tuple[list[str], str, bool]:
    """The columns that fit, what stands between them, and whether releases are shortened."""
    names = list(_HEAD)
    for gap, short in (("  ", False), (" ", False), (" ", True)):
        if _width(names, cells, gap, short=short) <= columns:
            return names, gap, short
    for name in _DISPENSABLE:
        names.remove(name)
        if _width(names, cells, " ", short=True) <= columns:
            break
    return names, " ", True


def _width(names: list[str], cells: list[tuple[str, ...]], gap: str, *, short: bool) -> int:
    rows = [_HEAD, *(_with_release(row, short=short) for row in cells)]
    widths = [max(len(row[_HEAD.index(name)]) for row in rows) for name in names]
    return 1 + sum(widths) + len(gap) * (len(widths) - 1)


def _with_release(row: tuple[str, ...], *, short: bool) -> tuple[str, ...]:
    place = _HEAD.index("release")
    return (*row[:place], row[place][:_SHORT_RELEASE], *row[place + 1 :]) if short else row


def _cells(region: RegionStatus, status: Status) -> tuple[str, ...]:
    return (*region_cells(region, status)[:-1], _levers(region), _traffic(region, status))


def _levers(region: RegionStatus) -> str:
    out = [kind.value for kind, position in region.levers if position is Position.OUT]
    if out:
        return "both out" if len(out) > 1 else f"{out[0]} out"
    if not region.levers:
        return "—"
    return "unknown" if any(position is Position.UNKNOWN for _, position in region.levers) else "in"


def _traffic(region: RegionStatus, status: Status) -> str:
    """Whether it answers users, whatever its levers say; `some`: those of some accounts."""
    if region.name not in (status.serving_region, *status.serving_regions):
        return "standby" if status.serving_region else "—"
    return "some" if status.accounts_differ else "serves"


def _tone(region: RegionStatus) -> Tone | None:
    return region_tone(region) or (Tone.WATCH if region.drilled else None)
