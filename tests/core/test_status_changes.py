"""What turned between two looks: each subject, the order, what is not told twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.levers import LeverKind, Position
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.status import Answering, InstanceCounts, LastDrill
from orchestrator.core.status_changes import StatusChange, Subject, status_changes
from orchestrator.core.topology import RegionRole
from tests.report.samples import NOON, PRIMARY, STANDBY, WARNING, region_status, status

EAST = region_status(PRIMARY, RegionRole.PRIMARY)
WEST = region_status(STANDBY, RegionRole.SECONDARY)
WELL = status(EAST, WEST)
DRILL = LastDrill(region=PRIMARY, mode="outage", verdict="passed", started_at=NOON, rto_s=63.0)


def told(before, after):
    return [(one.subject, one.where, one.before, one.after) for one in status_changes(before, after)]


def with_lever(kind, position):
    return replace(EAST, levers=((kind, position),))


REGION_TURNS = {
    "health": (EAST, replace(EAST, healthy=False), (Subject.HEALTH, "healthy", "unhealthy")),
    "nobody knows": (EAST, replace(EAST, healthy=None), (Subject.HEALTH, "healthy", "unknown")),
    "silent": (EAST, replace(EAST, reachable=False), (Subject.REACH, "reachable", "unreachable")),
    "release": (EAST, replace(EAST, release="bbbb"), (Subject.RELEASE, "d527736e1713", "bbbb")),
    "first release": (replace(EAST, release=""), EAST, (Subject.RELEASE, "unknown", "d527736e1713")),
    "instances": (EAST, replace(EAST, instances=InstanceCounts(2, 1, 1)), (Subject.INSTANCES, "4/4", "2/4")),
    "no instances": (EAST, replace(EAST, instances=InstanceCounts()), (Subject.INSTANCES, "4/4", "unknown")),
    "replica": (EAST, replace(EAST, replica="failed"), (Subject.REPLICA, "proven", "failed")),
    "no replica": (EAST, replace(EAST, replica=""), (Subject.REPLICA, "proven", "unknown")),
    "role": (EAST, replace(EAST, role=RegionRole.SECONDARY), (Subject.REGION, "primary", "secondary")),
    "evacuated": (
        with_lever(LeverKind.EVACUATE, Position.IN),
        with_lever(LeverKind.EVACUATE, Position.OUT),
        (Subject.EVACUATE_LEVER, "in", "out"),
    ),
    "unread lever": (
        with_lever(LeverKind.DRILL, Position.IN),
        with_lever(LeverKind.DRILL, Position.UNKNOWN),
        (Subject.DRILL_LEVER, "in", "unknown"),
    ),
    "a lever that is new": (EAST, with_lever(LeverKind.DRILL, Position.IN), (Subject.DRILL_LEVER, "unknown", "in")),
}


@pytest.mark.parametrize(("before", "after", "turn"), REGION_TURNS.values(), ids=REGION_TURNS)
def test_each_fact_of_a_region_can_turn(before, after, turn):
    subject, was, becomes = turn

    assert told(status(before, WEST), status(after, WEST)) == [(subject, PRIMARY, was, becomes)]


def test_two_looks_that_met_the_same_have_no_changes():
    assert status_changes(WELL, WELL) == ()


def test_a_region_that_joins_or_leaves_the_file_is_told_once():
    alone = status(EAST)

    assert told(alone, WELL) == [(Subject.REGION, STANDBY, "absent", "secondary")]
    assert told(WELL, alone) == [(Subject.REGION, STANDBY, "secondary", "absent")]


def answered(*groups):
    return replace(WELL, answering=tuple(Answering(regions, hosts) for regions, hosts in groups))


MOVES = {
    "all together": (
        answered(((PRIMARY,), ("a.dev", "b.dev", "c.dev"))),
        answered(((STANDBY,), ("a.dev", "b.dev", "c.dev"))),
        [("a.dev and 2 more", PRIMARY, STANDBY)],
    ),
    "one account of two": (
        answered(((PRIMARY,), ("a.dev", "b.dev"))),
        answered(((PRIMARY,), ("a.dev",)), ((STANDBY,), ("b.dev",))),
        [("b.dev", PRIMARY, STANDBY)],
    ),
    "active regions lose one": (
        answered(((PRIMARY, STANDBY), ("a.dev",))),
        answered(((STANDBY,), ("a.dev",))),
        [("a.dev", f"{PRIMARY}, {STANDBY}", STANDBY)],
    ),
    "nobody is known any more": (
        answered(((PRIMARY,), ("a.dev",))),
        answered(((), ("a.dev",))),
        [("a.dev", PRIMARY, "unknown")],
    ),
    "a name that is new": (answered(), answered(((PRIMARY,), ("a.dev",))), [("a.dev", "unknown", PRIMARY)]),
}


@pytest.mark.parametrize(("before", "after", "moves"), MOVES.values(), ids=MOVES)
def test_who_answers_turns_for_all_names_that_move_alike_at_once(before, after, moves):
    assert told(before, after) == [(Subject.ANSWER, *move) for move in moves]


def test_findings_come_get_worse_and_go_but_notes_and_those_of_regions_are_told_elsewhere():
    skewed = replace(WARNING, rule="zone-drift")
    noted = Finding("note", Severity.INFO, "x", "y")
    mirrored = tuple(replace(WARNING, rule=rule) for rule in ("region-unhealthy", "instance-outdated", "release-skew"))
    where = f"{skewed.where}: zone-drift"

    assert told(WELL, status(findings=(skewed,))) == [(Subject.FINDING, where, "absent", "warning")]
    assert told(status(findings=(skewed,)), status(findings=(replace(skewed, severity=Severity.ERROR),))) == [
        (Subject.FINDING, where, "warning", "error")
    ]
    assert told(status(findings=(skewed,)), WELL) == [(Subject.FINDING, where, "warning", "absent")]
    assert told(WELL, status(findings=(noted, *mirrored))) == []


def test_operations_begin_and_end():
    working = replace(WELL, operations=("compute: UPDATE op is RUNNING",))

    assert told(WELL, working) == [(Subject.OPERATION, "compute: UPDATE op is RUNNING", "absent", "at work")]
    assert told(working, WELL) == [(Subject.OPERATION, "compute: UPDATE op is RUNNING", "at work", "absent")]


def test_a_drill_that_ended_is_told_once():
    drilled = replace(WELL, last_drill=DRILL)

    assert told(WELL, drilled) == [(Subject.DRILL, PRIMARY, "outage", "passed")]
    assert told(drilled, drilled) == []
    assert told(drilled, WELL) == []


def test_what_matters_most_to_users_comes_first():
    before = answered(((PRIMARY,), ("a.dev",)))
    dying = status(replace(EAST, healthy=False, reachable=False, replica="unreachable"), WEST, findings=(WARNING,))
    after = replace(dying, answering=(Answering((STANDBY,), ("a.dev",)),), operations=("op",))

    assert [one.subject for one in status_changes(before, after)] == [
        Subject.ANSWER,
        Subject.HEALTH,
        Subject.REACH,
        Subject.REPLICA,
        Subject.OPERATION,
    ]


def test_a_change_is_a_value():
    change = StatusChange(Subject.HEALTH, PRIMARY, "healthy", "unhealthy")

    assert status_changes(WELL, status(replace(EAST, healthy=False), WEST)) == (change,)
