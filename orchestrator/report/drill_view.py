"""A measured run in words that text and Markdown share: objectives, phases, users, trend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestrator.core.drill import DrillRecord
from orchestrator.core.measure import AVAILABILITY, LONGEST_GAP, RTO, amount_text
from orchestrator.core.owed import owed
from orchestrator.core.run_report import Moment, ObjectiveResult, RunReport
from orchestrator.core.traffic import TrafficSummary
from orchestrator.report.amounts import clock_text, counted, duration_text
from orchestrator.report.neutralise import safe

NOT_RESTORED = "NOT RESTORED"
OBJECTIVES = ("", "measured", "objective", "by arithmetic")
TREND = ("began", "region", "mode", "verdict", "recovery", "requests failed")
NEVER, UNMEASURED, NOTHING = "never", "not measured", "—"
_NAMES = {RTO: "recovery time", LONGEST_GAP: "longest gap", AVAILABILITY: "availability"}


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One line of the table; every field may be printed."""

    name: str
    measured: str
    objective: str
    arithmetic: str
    met: bool


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """`seconds` 0 for what has no duration; `took` says why then. `starts` in seconds from the decision."""

    name: str
    took: str
    seconds: float
    starts: str


def headline(report: RunReport) -> tuple[str, str, str]:
    """`drill of us-east-1 in sample production`, the verdict, and `in 2 min 30 s, mode outage`."""
    run, facts = report.run, report.facts
    where = f" of {safe(facts.region)}" if facts.region else ""
    home = f" in {safe(run.application)} {safe(run.environment)}" if run.application or run.environment else ""
    mode = f", mode {facts.mode.value}" if facts.mode else ""
    verdict = (report.verdict or run.verdict).value.replace("-", " ")
    lasted = duration_text((run.ended_at - run.started_at).total_seconds())
    return f"{safe(run.verb) or 'run'}{where}{home}", verdict, f"in {lasted}{mode}"


def circumstances(report: RunReport) -> str:
    """Where and how fast time passed, "" for a run on AWS by its own clock."""
    facts = report.facts
    place = f"on {safe(facts.simulated)}" if facts.simulated else ""
    if facts.clock_factor == 1.0:
        return place
    faster = f"time ran {facts.clock_factor:g} times as fast, and is told in AWS's seconds"
    return f"{place}: {faster}" if place else faster


def objective_rows(report: RunReport) -> Iterator[ObjectiveRow]:
    """Each objective, and for drills whether all is restored."""
    for one in report.objectives:
        found = report.facts.detection if one.name == RTO else None
        arithmetic = f"{found.moved_mean_s:.0f} s (worst {found.moved_worst_s:.0f} s)" if found else ""
        name = _NAMES.get(one.name, safe(one.name))
        mean = report.users_mean_s if one.name == RTO and one.measured else None
        measured = measured_text(one) + (f" (mean {mean:.0f} s)" if mean is not None else "")
        yield ObjectiveRow(name, measured, f"{one.objective:g} {one.unit}", arithmetic, one.met)
    if report.verdict is not None:
        yield ObjectiveRow("restored", "yes" if report.restored else "NO", "yes", "", report.restored)


def measured_text(one: ObjectiveResult) -> str:
    """`62.3 s`; `never` when users were not well again, `not measured` without traffic."""
    if one.measured is None:
        return UNMEASURED if one.met else NEVER
    return amount_text(one.measured, one.unit)


def phase_rows(report: RunReport) -> Iterator[PhaseRow]:
    """Each phase; what was cut off or not reached says so."""
    for phase in report.phases:
        began, lasted = phase.started_at, phase.duration_s
        starts = f"{(began - report.run.started_at).total_seconds():.1f} s" if began else ""
        took = duration_text(lasted) if lasted is not None else "cut off" if began else "not reached"
        yield PhaseRow(phase.name, took, lasted or 0.0, starts)


def user_lines(traffic: TrafficSummary) -> Iterator[str]:
    """Totals, who answered, how fast."""
    failed = f"{traffic.failed} failed" if traffic.failed else "none failed"
    gap = f"; longest time without a good answer {amount_text(traffic.longest_outage_s)}" if traffic.failed else ""
    yield f"{counted(traffic.requests, 'request')}, {failed}{gap}"
    if traffic.by_region:
        served = (f"{safe(region) or 'an unknown region'} {count}" for region, count in traffic.by_region)
        yield f"answered by {', '.join(served)}"
        yield "latency " + ", ".join(f"p{rank} {1000 * value:.0f} ms" for rank, value in traffic.latency_s)


def moment_cells(report: RunReport, moment: Moment) -> tuple[str, str, str, str]:
    """Time of day, seconds from the start of the run, event, detail (with the region where it says none)."""
    detail, region = safe(moment.detail), safe(moment.region)
    told = f"{region}: {detail}" if region and region not in detail and detail else detail or region
    since = (moment.at - report.run.started_at).total_seconds()
    return clock_text(moment.at.astimezone(UTC)), f"{since:.1f} s", safe(moment.event), told


def trend_cells(record: DrillRecord) -> tuple[str, ...]:
    """One drill of the trend, in the order of TREND."""
    recovery = amount_text(record.rto_s) if record.rto_s is not None else NOTHING
    return (
        date_text(record.started_at),
        safe(record.region),
        record.mode.value,
        record.verdict.value if record.verdict else NOTHING,
        recovery,
        f"{record.failed} of {record.requests}" if record.requests else NOTHING,
    )


def date_text(at: datetime) -> str:
    """`2026-11-21 12:00Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def unrestored(report: RunReport, command: str = "orchestrator") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is wrong, and the commands that mend it, in their order; nothing when all is restored."""
    found = owed(report)
    if found is None:
        return (), ()
    commands = [f"{command} {safe(found.verb)}"]
    if found.by_hand:
        commands.append(f"{safe(found.by_hand)}  (should that fail, with credentials of the home account)")
    return tuple(map(safe, found.told)), tuple(commands)


def next_step(report: RunReport, command: str = "orchestrator") -> tuple[str, str]:
    """When, and what to type then."""
    run, region = report.run, safe(report.facts.region)
    if found := owed(report):
        return "next", f"{command} {safe(found.verb)}"
    if report.verdict is None and run.verb == "failover" and not run.failed:
        return f"next, once {region} works again", f"{command} failback --to {region}"
    if run.failed or report.verdict is None:
        return "next", f"{command} status"
    return "next", f"{command} report {safe(run.id)} --format html --out drill.html"
