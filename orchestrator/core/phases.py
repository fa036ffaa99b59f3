"""The phases of a drill, failover or failback: each starts where the one before ended, so that they add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.run_report import Phase
from orchestrator.core.switch_course import STEADY, Course, ended


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a phase ends. `at` None: it did not. `began`: where it may start when phases before it were cut off."""

    name: str
    at: datetime | None
    began: datetime | None = None


def phases(course: Course) -> tuple[Phase, ...]:
    """Only what the run had in mind. A phase that was cut off has a start and no end, what came after it neither.

    What is put back after that starts with its own step: the time in between belongs to the phase that was cut off.
    """
    found: list[Phase] = []
    cursor, cut = course.run.started_at, False
    for mark in _marks(course):
        if mark.at is None:
            found.append(Phase(name=mark.name, started_at=None if cut else cursor))
            cut = True
            continue
        if cut and mark.began is not None:
            cursor = max(cursor, mark.began)
        end = max(cursor, mark.at)
        found.append(Phase(name=mark.name, started_at=cursor, ended_at=end))
        cursor, cut = end, False
    return tuple(found)


def _marks(course: Course) -> Iterator[_Mark]:
    lever = course.lever
    if steady := tuple(step for step in course.run.steps if step.id.startswith(STEADY)):
        yield _Mark("cool-down", ended(steady))
    yield _Mark("decision", lever.started_at)
    yield _Mark("outage" if course.outage else "lever", ended((lever,)))
    if course.agree:
        yield _Mark(course.noticed, ended(course.agree))
    if course.answers:
        yield _Mark("name servers answer", ended(course.answers))
    if course.requests:
        yield _Mark("first good answer", first_good(course))
        # Without traffic nobody was asked, however soon that step ended.
        if course.users:
            yield _Mark("all resolvers good", ended(course.users))
    if course.hold:
        yield _Mark("hold", ended(course.hold))
    if course.put_back:
        yield _Mark("put back", ended((course.put_back,)), course.put_back.started_at)
    if course.back:
        yield _Mark("all good again", ended(course.back))


def first_good(course: Course) -> datetime | None:
    """When the first user was served where the run wants users to be served."""
    found = next((one for one in course.window if course.elsewhere(one)), None)
    return course.moment(found.ended) if found else None
