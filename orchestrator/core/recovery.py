"""When users were well again after a region was taken out, and how long that took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.switch_course import Course, ended
from orchestrator.core.traffic import TrafficRequest


@dataclass(frozen=True, slots=True)
class Recovery:
    """`at`: the end of the last request that failed or met the lost region. None when none did, or when it never ended.

    `rto_s` None: it could not be measured, or users were never well again before the region was put back. `mean_s`: the
    mean over the users (resolver and host), of whom the slowest makes `rto_s`.
    """

    at: datetime | None = None
    rto_s: float | None = None
    mean_s: float | None = None


def recovery(course: Course) -> Recovery:
    """Counted from the decision where a lever was moved, from the outage where a region really failed.

    A drill of the lever should lose nothing: its users are served by the region itself until DNS has moved them, and
    that time counts as well.
    """
    began = ended((course.lever,)) if course.outage else course.run.started_at
    if not course.leaves or not course.window or began is None:
        return Recovery()
    affected = [one for one in course.window if not course.elsewhere(one)]
    if not affected:
        return Recovery(None, 0.0, 0.0)
    # A stray failure at the very end does not undo that every user had been served well elsewhere.
    if ended(course.users) is None and not _all_well(course):
        return Recovery()
    at = course.moment(affected[-1].ended)
    return Recovery(at, max(0.0, (at - began).total_seconds()), _mean(course, affected, course.seconds(began)))


def _mean(course: Course, affected: list[TrafficRequest], began_s: float) -> float:
    last = {(one.resolver, one.host): 0.0 for one in course.window}
    last |= {(one.resolver, one.host): max(0.0, one.ended - began_s) for one in affected}
    return sum(last.values()) / len(last)


def _all_well(course: Course) -> bool:
    """Whether the last request of every user was served well elsewhere."""
    last = {(one.resolver, one.host): one for one in course.window}
    return all(course.elsewhere(one) for one in last.values())
