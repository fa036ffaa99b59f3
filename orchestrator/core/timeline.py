"""What happened when, in one list: the moments of the steps and those of the users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from orchestrator.core.phases import first_good
from orchestrator.core.run import Run, StepRecord, StepStatus
from orchestrator.core.run_report import Moment
from orchestrator.core.switch_course import Course, ended
from orchestrator.core.traffic import TrafficRequest


def timeline(
    run: Run, course: Course | None, requests: Sequence[TrafficRequest], traffic_from: datetime | None
) -> tuple[Moment, ...]:
    """Sorted by time; the decision is the first, the end of the run the last of its instant."""
    started = Moment(run.started_at, "decision" if course else "start", run.verb)
    found = [started, *_failed_steps(run), *(_switching(course) if course else ())]
    if requests and traffic_from is not None:
        found += _users(requests, traffic_from)
    found.append(Moment(run.ended_at, "end", run.verdict.value))
    return tuple(sorted(found, key=lambda one: one.at))


def _failed_steps(run: Run) -> Iterator[Moment]:
    for step in run.failed:
        if step.ended_at:
            yield Moment(step.ended_at, "step failed", f"{step.id}: {step.reason}", step.region)


def _switching(course: Course) -> Iterator[Moment]:
    region = course.facts.region
    out = "outage begins" if course.outage else "lever out" if course.leaves else "lever in"
    yield from _at(ended((course.lever,)), out, course.lever.reason, region)
    yield from _at(ended(course.agree), course.noticed, _said(course.agree))
    yield from _at(ended(course.answers), "name servers answer", _said(course.answers))
    wanted = f"by another region than {region}" if course.leaves else f"by {region}"
    yield from _at(first_good(course), "first good answer", wanted)
    if course.requests:
        yield from _at(ended(course.users), "all resolvers good", _said(course.users))
    yield from _at(ended(course.hold), "hold ends")
    if course.put_back:
        yield from _at(ended((course.put_back,)), "put back", course.put_back.reason, region)
    yield from _at(ended(course.back), "all good again", _said(course.back))


def _at(at: datetime | None, event: str, detail: str = "", region: str = "") -> Iterator[Moment]:
    if at is not None:
        yield Moment(at, event, detail, region)


def _said(steps: Sequence[StepRecord]) -> str:
    """What the last of them said: the one that was waited for."""
    done = [step for step in steps if step.ended_at and step.status is StepStatus.SUCCEEDED]
    return max(done, key=lambda step: step.ended_at or datetime.min).reason if done else ""


def _users(requests: Sequence[TrafficRequest], zero: datetime) -> Iterator[Moment]:
    """Who served first and last, and the failures' first and last."""
    told = sorted(requests, key=lambda one: one.ended)
    bad = [one for one in told if not one.ok]
    for name, some in (("first failure", bad[:1]), ("last failure", bad[1:][-1:])):
        yield from (_moment(zero, one, name, one.error or f"status {one.status}") for one in some)
    for region in dict.fromkeys(one.region for one in told if one.ok and one.region):
        served = [one for one in told if one.ok and one.region == region]
        yield _moment(zero, served[0], "first answer", f"{region} serves")
        yield _moment(zero, served[-1], "last answer", f"{len(served)} answers of {region}")


def _moment(zero: datetime, request: TrafficRequest, event: str, detail: str) -> Moment:
    return Moment(zero + timedelta(seconds=request.ended), event, detail, request.region)
