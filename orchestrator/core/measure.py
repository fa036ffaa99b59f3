"""What a run came to: a pure reading of its steps and its users, judged against the objectives.

The same function measures a run that has just ended and one that is read from its journal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from orchestrator.core.detection import lever_detection
from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.history import History
from orchestrator.core.phases import phases
from orchestrator.core.recovery import Recovery, recovery
from orchestrator.core.run import EventKind, Run, StepStatus, Verdict
from orchestrator.core.run_report import ObjectiveResult, RunFacts, RunReport
from orchestrator.core.switch_course import Course, course_of
from orchestrator.core.timeline import timeline
from orchestrator.core.traffic import TrafficRequest, TrafficSummary, summarize

RTO, LONGEST_GAP, AVAILABILITY = "rto", "longest_gap", "availability"
"""Names of the objectives, as regions.yaml has them."""


def measure(
    run: Run, facts: RunFacts, requests: Sequence[TrafficRequest] = (), traffic_from: datetime | None = None
) -> RunReport:
    """Phases, objectives, timeline and verdict. `traffic_from`: the zero of the requests' times.

    Without requests nothing but the steps judges a drill. Runs that are no drills have no verdict here.
    """
    course = course_of(run, facts, requests, traffic_from)
    traffic = summarize(requests) if requests else None
    report = RunReport(
        run=replace(
            run,
            clock_factor=facts.clock_factor,
            traffic=traffic,
            traffic_from=traffic_from,
            failed_requests=tuple(one for one in requests if not one.ok),
        ),
        facts=facts,
        traffic=traffic,
        traffic_from=traffic_from,
        requests=tuple(requests),
        timeline=timeline(run, course, requests, traffic_from),
    )
    if course is None:
        return report
    found = recovery(course)
    report = replace(
        report,
        facts=_with_arithmetic(course),
        phases=phases(course),
        objectives=tuple(_objectives(course, found, traffic)),
        restored=course.restored,
        users_mean_s=found.mean_s,
    )
    return _judged(report, course, found)


def measure_history(told: History, past: Sequence[DrillRecord] = ()) -> RunReport:
    """The report of a run that its journal tells of. `past`: earlier drills, oldest first."""
    report = measure(told.run, told.facts, told.requests, told.traffic_from)
    return replace(report, findings=told.findings, steps=told.steps, proof=told.proof, past=tuple(past))


def drill_record(report: RunReport, by: str = "") -> DrillRecord | None:
    """The drill in one line, for the trend; None for what is no drill."""
    if report.verdict is None:
        return None
    return DrillRecord(
        run=report.run.id,
        region=report.facts.region,
        mode=report.facts.mode or DrillMode.SWITCH,
        started_at=report.run.started_at,
        by=by,
        ended_at=report.run.ended_at,
        verdict=report.verdict,
        rto_s=rto_s(report),
        requests=report.traffic.requests if report.traffic else 0,
        failed=report.traffic.failed if report.traffic else 0,
    )


def rto_s(report: RunReport) -> float | None:
    """The measured recovery time in seconds, None when it was not measured or never reached."""
    return next((one.measured for one in report.objectives if one.name == RTO), None)


def amount_text(value: float, unit: str = "s") -> str:
    """`62.3 s`, `99.95 %`: rounded to the worse side, so that a narrow miss does not look like a hit."""
    rounded = math.floor(round(value * 100, 6)) / 100 if unit == "%" else math.ceil(round(value * 10, 6)) / 10
    return f"{rounded:g} {unit}"


# -- objectives ---------------------------------------------------------------------------------------------------


def _with_arithmetic(course: Course) -> RunFacts:
    """A moved lever has an arithmetic of its own: no failure has to be detected first."""
    told = course.facts.detection
    if told is None or course.outage:
        return course.facts
    return replace(course.facts, detection=lever_detection(told.ttl_s))


def _objectives(course: Course, found: Recovery, traffic: TrafficSummary | None) -> Iterator[ObjectiveResult]:
    facts = course.facts
    if facts.rto_s and course.leaves:
        yield _at_most(RTO, facts.rto_s, found.rto_s, traffic)
    gap = facts.longest_gap_s or facts.rto_s
    if gap:
        yield _at_most(LONGEST_GAP, gap, traffic.longest_outage_s if traffic else None, traffic)
    if facts.availability_percent:
        share = 100 * (traffic.requests - traffic.failed) / traffic.requests if traffic else None
        yield ObjectiveResult(
            name=AVAILABILITY,
            unit="%",
            objective=facts.availability_percent,
            measured=share,
            met=share is None or share >= facts.availability_percent,
        )


def _at_most(name: str, objective: float, measured: float | None, traffic: TrafficSummary | None) -> ObjectiveResult:
    """Without traffic nothing is missed; with traffic and without a measurement nothing is met."""
    met = traffic is None if measured is None else measured <= objective
    return ObjectiveResult(name=name, unit="s", objective=objective, measured=measured, met=met)


# -- verdict ------------------------------------------------------------------------------------------------------


def _judged(report: RunReport, course: Course, found: Recovery) -> RunReport:
    if not course.drill:
        return replace(report, why="; ".join(_failed(course)) or _recovered(report, course, found))
    stopped = _stopped(course)
    if stopped and not _lost(course):
        return replace(report, verdict=DrillVerdict.ABORTED, why=_with_rest(stopped, course))
    faults = tuple(_faults(report, course))
    if faults:
        return replace(report, verdict=DrillVerdict.FAILED, why="; ".join(faults))
    return replace(report, verdict=DrillVerdict.PASSED, why=_with_rest(_recovered(report, course, found), course))


def _stopped(course: Course) -> str:
    if course.guard and course.guard.status is StepStatus.FAILED:
        return f"stopped by its guard: {course.guard.reason}"
    if course.run.verdict is not Verdict.INTERRUPTED:
        return ""
    if any(event.kind is EventKind.RUN_ENDED for event in course.run.events):
        return "stopped by its operator"
    return "broken off: nothing tells of its end"


def _lost(course: Course) -> bool:
    """Whether putting back itself went wrong: worse than having been stopped."""
    return any(one.status is StepStatus.FAILED for one in (course.put_back, *course.back) if one)


def _faults(report: RunReport, course: Course) -> Iterator[str]:
    if not report.restored:
        yield f"{course.facts.region} is not back"
    yield from _failed(course)
    for one in report.objectives:
        if not one.met:
            yield _missed(one)


def _failed(course: Course) -> Iterator[str]:
    yield from (f"{step.id} failed: {step.reason}" for step in course.run.failed)


def _missed(one: ObjectiveResult) -> str:
    name = one.name.replace("_", " ")
    if one.measured is None:
        return f"{name}: not every user was well again, the objective is {one.objective:g} {one.unit}"
    return f"{name}: {amount_text(one.measured, one.unit)}, the objective is {one.objective:g} {one.unit}"


def _recovered(report: RunReport, course: Course, found: Recovery) -> str:
    if report.traffic is None:
        return "no traffic ran: the steps alone were judged"
    if not course.leaves:
        return f"{report.traffic.failed} of {report.traffic.requests} requests failed"
    if found.rto_s is None:
        return "not every user was well again"
    if found.at is None:
        return "no user was affected"
    return f"users were well again {amount_text(found.rto_s)} after the {'outage' if course.outage else 'decision'}"


def _with_rest(text: str, course: Course) -> str:
    return f"{text}; {course.facts.region} is {'back' if course.restored else 'not back'}"
