"""The operator's one screen: who serves, what is true of each region, what needs a hand, the next command."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.lock import holder_text
from orchestrator.core.plan import Severity
from orchestrator.core.status import RegionStatus, Status
from orchestrator.report.amounts import counted
from orchestrator.report.neutralise import safe, shortened
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_findings import finding_lines
from orchestrator.report.text_proof import proof_lines

_NOTHING = "—"
_MIXED = "mixed"
_RELEASES_SHOWN = 5


def status_text(status: Status, style: Style, *, command: str = "orchestrator") -> str:
    """Fits 80 columns and, for two regions in order, one screen.

    `command` is how the reader calls this program here, with the options that every verb needs (`--local`).
    """
    lines = [
        f"{style.paint(safe(f'{status.application} {status.environment}'), Tone.STRONG)}: {_verdict(status, style)}",
        "",
        *_table(status, style),
        *_hosts(status, style),
        *_releases(status, style),
    ]
    working = at_work(status)
    if working:
        lines += ["", "at work", *(f"  {one}" for one in working)]
    lines += finding_lines(status.findings, style, command=command)
    lines += proof_lines(status.proof, style)
    following = next_commands(status, command)
    if following:
        lines += ["", style.paint("next", Tone.STRONG), *(f"  {safe(one)}" for one in following)]
    return style.page(lines)


def at_work(status: Status) -> tuple[str, ...]:
    """Who changes this environment, and what StackSets does."""
    holder = (holder_text(status.lock),) if status.lock else ()
    return tuple(safe(one) for one in (*holder, *status.operations))


def next_commands(status: Status, command: str = "orchestrator") -> tuple[str, ...]:
    """The commands that the findings name, in their order, each once."""
    found = [one for finding in status.findings for one in finding.commands]
    return tuple(dict.fromkeys(command + one.removeprefix("orchestrator") for one in found))


def _verdict(status: Status, style: Style) -> str:
    return f"{serving(status, style)}; {condition(status, style)}"


def serving(status: Status, style: Style) -> str:
    """Who answers users, in one sentence."""
    if status.serving_regions and status.serving_region == _MIXED and not status.accounts_differ:
        names = ", ".join(safe(name) for name in status.serving_regions)
        return style.paint(f"{names} serve", Tone.GOOD)
    if status.serving_region == _MIXED:
        return style.paint("the accounts are served by different regions", Tone.WATCH)
    if not status.serving_region:
        return style.paint("nobody knows which region serves", Tone.WATCH) if _deployed(status) else "nothing serves"
    told = f"{safe(status.serving_region)} serves"
    primary = next((one.name for one in status.regions if one.role.value == "primary"), "")
    if primary and status.serving_region != primary:
        return style.paint(f"{told}, not the primary {safe(primary)}", Tone.WATCH)
    return style.paint(told, Tone.GOOD)


def condition(status: Status, style: Style) -> str:
    """How the regions are, the worst first, in one sentence."""
    silent = [region.name for region in status.regions if not region.reachable]
    sick = [region.name for region in status.regions if region.healthy is False]
    if sick:
        return style.paint(f"{_listed(sick)} unhealthy", Tone.LOUD)
    if silent:
        return style.paint(f"{_listed(silent)} unreachable", Tone.LOUD)
    if any(_behind(region) for region in status.regions):
        return style.paint("not every instance is current", Tone.WATCH)
    if any(finding.severity is not Severity.INFO for finding in status.findings):
        return style.paint("something needs a hand", Tone.WATCH)
    if not _deployed(status):
        return "nothing is deployed"
    if any(region.healthy is None for region in status.regions):
        return style.paint("health is not known everywhere", Tone.WATCH)
    return style.paint("every region is healthy and current", Tone.GOOD)


def _listed(names: list[str]) -> str:
    text = ", ".join(safe(name) for name in names)
    return f"{text} {'is' if len(names) == 1 else 'are'}"


def _deployed(status: Status) -> bool:
    return any(region.release or _count(region) for region in status.regions)


def _behind(region: RegionStatus) -> int:
    return region.instances.outdated + region.instances.inoperable


def _count(region: RegionStatus) -> int:
    return region.instances.current + _behind(region)


# -- the table ----------------------------------------------------------------------------------------------------

COLUMNS = ("region", "role", "release", "current", "replica", "health", "traffic")


def _table(status: Status, style: Style) -> list[str]:
    rows = [(region, region_cells(region, status)) for region in status.regions]
    widths = [max([len(COLUMNS[at]), *(len(cells[at]) for _, cells in rows)]) for at in range(len(COLUMNS))]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= style.width else " "

    def line(cells: tuple[str, ...]) -> str:
        return gap.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    lines = [style.paint(line(COLUMNS), Tone.FAINT)]
    for region, cells in rows:
        tone = region_tone(region)
        lines.append(style.paint(line(cells), tone) if tone else line(cells))
    return lines + [_counts(region, style) for region in status.regions if _behind(region)]


def _counts(region: RegionStatus, style: Style) -> str:
    behind = ((region.instances.outdated, "outdated"), (region.instances.inoperable, "inoperable"))
    listed = ", ".join(f"{number} {word}" for number, word in behind if number)
    return style.paint(f"{safe(region.name)}: {listed} of {counted(_count(region), 'instance')}", Tone.WATCH)


def region_tone(region: RegionStatus) -> Tone | None:
    """How a region's row looks."""
    if not region.reachable or region.healthy is False or region.instances.inoperable:
        return Tone.BAD
    if region.instances.outdated or region.evacuated or region.release == _MIXED:
        return Tone.WATCH
    return None


def region_cells(region: RegionStatus, status: Status) -> tuple[str, ...]:
    """A region's row, one cell per name in COLUMNS."""
    return (
        safe(region.name),
        region.role.value,
        shortened(safe(region.release), 12, "…") or _NOTHING,
        _instances(region),
        safe(region.replica) or _NOTHING,
        _health(region),
        _traffic(region, status),
    )


def _instances(region: RegionStatus) -> str:
    return f"{region.instances.current}/{_count(region)}" if _count(region) else _NOTHING


def _health(region: RegionStatus) -> str:
    if not region.reachable:
        return "UNREACHABLE"
    return {True: "healthy", False: "UNHEALTHY", None: "unknown"}[region.healthy]


def _traffic(region: RegionStatus, status: Status) -> str:
    if region.evacuated:
        return "evacuated"
    serves = region.name in (status.serving_region, *status.serving_regions)
    return "serves" if serves else "standby" if status.serving_region else _NOTHING


def _hosts(status: Status, style: Style) -> Iterator[str]:
    """Up to four names per region: more are counted, the JSON has them all."""
    shown = 4
    if not any(region.hosts for region in status.regions):
        return
    yield ""
    yield style.paint("regional names", Tone.FAINT)
    for region in status.regions:
        for host in region.hosts[:shown]:
            yield f"  {safe(host)}"
        if len(region.hosts) > shown:
            more = counted(len(region.hosts) - shown, "more name")
            yield f"  … {more} of {safe(region.name)}: --format json lists them"


def _releases(status: Status, style: Style) -> Iterator[str]:
    """The newest of those that can be gone back to; the JSON has them all."""
    earlier = status.earlier_releases
    if not earlier:
        return
    yield ""
    yield style.paint("earlier releases: deploy --release ID", Tone.FAINT)
    for one in earlier[:_RELEASES_SHOWN]:
        doubt = "" if one.landed_at else "; not known to have passed its gates"
        yield f"  {safe(one.release)}  kept since {one.stored_at:%Y-%m-%d %H:%M} UTC{doubt}"
    if len(earlier) > _RELEASES_SHOWN:
        yield f"  … {len(earlier) - _RELEASES_SHOWN} older ones: --format json lists them"
