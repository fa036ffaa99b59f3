"""What turned between two looks at the same environment, the most important first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from orchestrator.core.levers import LeverKind
from orchestrator.core.plan import Severity
from orchestrator.core.status import RegionStatus, Status

ABSENT = "absent"
UNKNOWN = "unknown"

# Findings that repeat what is told of their region, instance or operation anyway.
_TOLD_ELSEWHERE = ("region-", "instance-", "operation-", "release-skew")


class Subject(Enum):
    """What can turn. The order is that of importance to whoever watches."""

    ANSWER = "answer"
    HEALTH = "health"
    REACH = "reach"
    EVACUATE_LEVER = "evacuate lever"
    DRILL_LEVER = "drill lever"
    REGION = "region"
    RELEASE = "release"
    INSTANCES = "current instances"
    REPLICA = "replica"
    FINDING = "finding"
    OPERATION = "operation"
    LOCK = "lock"
    DRILL = "drill"


_ORDER = {subject: place for place, subject in enumerate(Subject)}
_LEVERS = {LeverKind.EVACUATE: Subject.EVACUATE_LEVER, LeverKind.DRILL: Subject.DRILL_LEVER}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """`where` is a region, a shared name, or what a finding is about. `before` and `after` are words as shown."""

    subject: Subject
    where: str
    before: str
    after: str


def status_changes(before: Status, after: Status) -> tuple[StatusChange, ...]:
    """Everything that a watcher should see turn; () when both looks met the same."""
    found = (
        *_moved(before, after),
        *_regions(before, after),
        *_compared(Subject.FINDING, _findings(before), _findings(after)),
        *_compared(Subject.OPERATION, _operations(before), _operations(after)),
        *_compared(Subject.LOCK, _lock(before), _lock(after)),
        *_drills(before, after),
    )
    return tuple(sorted(found, key=lambda change: _ORDER[change.subject]))


def _compared(subject: Subject, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[StatusChange]:
    for where in dict.fromkeys((*before, *after)):
        was, becomes = before.get(where, ABSENT), after.get(where, ABSENT)
        if was != becomes:
            yield StatusChange(subject, where, was, becomes)


def _moved(before: Status, after: Status) -> Iterator[StatusChange]:
    """One change for all names that moved alike: there may be one for each of a thousand accounts."""
    old, new = _answers(before), _answers(after)
    alike: dict[tuple[str, str], list[str]] = {}
    for host in dict.fromkeys((*old, *new)):
        turn = (old.get(host, UNKNOWN), new.get(host, UNKNOWN))
        if turn[0] != turn[1]:
            alike.setdefault(turn, []).append(host)
    for (was, becomes), hosts in alike.items():
        more = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
        yield StatusChange(Subject.ANSWER, hosts[0] + more, was, becomes)


def _answers(status: Status) -> dict[str, str]:
    return {
        host: ", ".join(group.regions) if group.regions else UNKNOWN
        for group in status.answering
        for host in group.hosts
    }


def _regions(before: Status, after: Status) -> Iterator[StatusChange]:
    old = {region.name: region for region in before.regions}
    new = {region.name: region for region in after.regions}
    roles = ({name: region.role.value for name, region in regions.items()} for regions in (old, new))
    yield from _compared(Subject.REGION, *roles)
    for name, region in new.items():
        if name in old:
            was, becomes = _facts(old[name]), _facts(region)
            for subject, value in becomes.items():
                if was.get(subject, UNKNOWN) != value:
                    yield StatusChange(subject, name, was.get(subject, UNKNOWN), value)


def _facts(region: RegionStatus) -> dict[Subject, str]:
    counts = region.instances
    total = counts.current + counts.outdated + counts.inoperable
    return {
        Subject.HEALTH: {True: "healthy", False: "unhealthy", None: UNKNOWN}[region.healthy],
        Subject.REACH: "reachable" if region.reachable else "unreachable",
        **{_LEVERS[kind]: position.value for kind, position in region.levers},
        Subject.RELEASE: region.release or UNKNOWN,
        Subject.INSTANCES: f"{counts.current}/{total}" if total else UNKNOWN,
        Subject.REPLICA: region.replica or UNKNOWN,
    }


def _findings(status: Status) -> dict[str, str]:
    return {
        f"{one.where}: {one.rule}": one.severity.value
        for one in status.findings
        if one.severity is not Severity.INFO and not one.rule.startswith(_TOLD_ELSEWHERE)
    }


def _operations(status: Status) -> dict[str, str]:
    return dict.fromkeys(status.operations, "at work")


def _lock(status: Status) -> dict[str, str]:
    held = status.lock
    return {held.run: held.state.value} if held else {}


def _drills(before: Status, after: Status) -> Iterator[StatusChange]:
    drill = after.last_drill
    if drill is not None and drill != before.last_drill:
        yield StatusChange(Subject.DRILL, drill.region, drill.mode, drill.verdict)
