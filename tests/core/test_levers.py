"""Where levers live, and which moves are refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from orchestrator.core.check_health import AlarmState
from orchestrator.core.dns import InsufficientData
from orchestrator.core.lever_rules import safe_to_take_out
from orchestrator.core.levers import CLUSTER, LeverKind, Position, alarm_rule, lever_of, lever_region, levers
from orchestrator.core.metric_alarm import Point, alarm_state
from tests.sample_world import EAST, SOUTH, WEST, by_arc, control_arn, topology

PREFIX = "sample-production"
IN, OUT, UNKNOWN = Position.IN, Position.OUT, Position.UNKNOWN


@pytest.mark.parametrize("names", [(EAST, WEST), (WEST, EAST), (EAST, WEST, SOUTH), (SOUTH, EAST, WEST)])
def test_a_lever_never_lives_in_the_region_that_it_switches(names):
    regions = topology(*names)

    assert all(lever.place in names and lever.place != lever.region for lever in levers(regions, PREFIX))


def test_a_lever_stays_where_it_is_when_roles_change():
    before, after = topology(EAST, WEST, SOUTH), topology(SOUTH, WEST, EAST)

    assert set(levers(before, PREFIX)) == set(levers(after, PREFIX))


def test_one_region_alone_has_no_levers():
    alone = replace(topology(), regions=topology().regions[:1])

    assert lever_region(alone, EAST) == ""
    assert levers(alone, PREFIX) == ()
    assert [one.message for one in safe_to_take_out(alone, EAST, {})] == [f"{EAST} is the only region"]


def test_a_drill_ends_without_data_and_an_evacuation_does_not():
    drill, evacuate = (lever_of(topology(), PREFIX, EAST, kind) for kind in LeverKind)

    assert (drill.metric, drill.alarm) == (f"Drill-{EAST}", f"{PREFIX}-drill-{EAST}")
    assert drill.without_data is InsufficientData.HEALTHY
    assert evacuate.without_data is InsufficientData.LAST_KNOWN_STATUS


@pytest.mark.parametrize(("drill", "evacuate"), list(product((IN, OUT, UNKNOWN), repeat=2)))
def test_the_last_region_is_never_taken_out(drill, evacuate):
    regions = topology()
    positions = {
        lever_of(regions, PREFIX, WEST, LeverKind.DRILL): drill,
        lever_of(regions, PREFIX, WEST, LeverKind.EVACUATE): evacuate,
    }

    found = safe_to_take_out(regions, EAST, positions)

    assert bool(found) == (OUT in (drill, evacuate))
    way = f"failback --to {WEST}" if evacuate is OUT else f"drill {WEST} --put-back"
    assert all(one.fix == f"bring one back first: orchestrator {way}" for one in found)


def test_of_three_regions_two_may_be_out():
    regions = topology(EAST, WEST, SOUTH)
    west = lever_of(regions, PREFIX, WEST, LeverKind.EVACUATE)
    south = lever_of(regions, PREFIX, SOUTH, LeverKind.EVACUATE)

    assert safe_to_take_out(regions, EAST, {west: OUT, south: IN}) == ()
    assert len(safe_to_take_out(regions, EAST, {west: OUT, south: OUT})) == 1


@pytest.mark.parametrize(
    ("kind", "days_later"), [(LeverKind.DRILL, AlarmState.OK), (LeverKind.EVACUATE, AlarmState.ALARM)]
)
def test_without_a_new_datum_a_drill_ends_by_itself_and_an_evacuation_stays(kind, days_later):
    rule, out = alarm_rule(kind), [Point(0.0, 1.0)]

    state = alarm_state(rule, out, now=5 * 86400, before=alarm_state(rule, out, now=1))

    assert state is days_later


def test_under_arc_a_routing_control_evacuates_and_a_metric_drills():
    drill, evacuate = (lever_of(by_arc(topology()), PREFIX, EAST, kind) for kind in LeverKind)

    assert (drill.routing_control, drill.place, drill.call) == ("", WEST, "PutMetricData")
    assert (evacuate.routing_control, evacuate.place) == (control_arn(EAST), CLUSTER)
    assert evacuate.call == "UpdateRoutingControlStates"


@pytest.mark.parametrize(
    ("made", "position", "said"),
    [
        (topology(), OUT, f"Evacuate-{EAST} is out"),
        (topology(), IN, f"Evacuate-{EAST} is in"),
        (by_arc(topology()), OUT, f"routing control of {EAST} is Off"),
        (by_arc(topology()), IN, f"routing control of {EAST} is On"),
    ],
)
def test_a_position_is_said_in_the_words_of_what_is_written(made, position, said):
    assert lever_of(made, PREFIX, EAST, LeverKind.EVACUATE).setting(position) == said


def test_each_environment_has_routing_controls_of_its_own():
    made = by_arc(topology())
    (production,) = made.environments
    theirs = tuple((region, f"{arn}f") for region, arn in production.routing_controls)
    both = replace(made, environments=(production, replace(production, name="staging", routing_controls=theirs)))

    lever = lever_of(both, "sample-staging", EAST, LeverKind.EVACUATE)

    assert lever.routing_control == f"{control_arn(EAST)}f"
