"""From metrics to routing controls and back: what is made, in which order, and what forbids it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import CreateHealthCheck, MoveLever
from orchestrator.core.dns import CheckKind
from orchestrator.core.levers import Position
from orchestrator.core.plan import Plane, Severity
from orchestrator.core.routing import ADDRESS_IN, ADDRESS_OUT, position_told
from tests.core.landed import landed, plan, step_ids
from tests.sample_world import EAST, OTHER, WEST, Sample, by_arc, control_arn, topology

METRIC, ARC = Sample(topology()), Sample(by_arc(topology()))
BY_METRIC, BY_ARC = landed(METRIC), landed(ARC)
IN, OUT, UNKNOWN = Position.IN, Position.OUT, Position.UNKNOWN
MOVES = [f"lever:evacuate:{EAST}", f"lever:evacuate:{WEST}"]


def told(observed, east, west=IN):
    return replace(observed, evacuations=((EAST, east), (WEST, west)))


def without(observed, *checks, records=True):
    kept = tuple(one for one in observed.health_checks if one.id not in checks)
    return replace(observed, health_checks=kept, records=observed.records if records else ())


def step(made, identity):
    return next(one for one in made.steps if one.id == identity)


def moves(made):
    return [one.id for one in made.steps if isinstance(one.action, MoveLever)]


@pytest.mark.parametrize(
    ("addresses", "position"),
    [((ADDRESS_IN,), IN), ((ADDRESS_OUT,), OUT), ((), UNKNOWN), ((ADDRESS_IN, ADDRESS_OUT), UNKNOWN)],
)
def test_a_position_is_told_by_one_address(addresses, position):
    assert position_told(addresses) is position


@pytest.mark.parametrize(("sample", "observed"), [(METRIC, BY_METRIC), (ARC, BY_ARC)], ids=["metric", "arc"])
def test_what_has_landed_needs_nothing(sample, observed):
    assert plan(sample, observed).is_empty


def test_a_check_follows_the_routing_control_of_its_region():
    made = plan(ARC, told(BY_METRIC, IN))
    action = step(made, f"check:evacuate:{EAST}").action

    assert isinstance(action, CreateHealthCheck)
    assert (action.check.kind, action.check.routing_control) == (CheckKind.RECOVERY_CONTROL, control_arn(EAST))
    assert (action.check.alarm_name, action.check.interval_s) == ("", 0)


def test_a_new_routing_control_is_turned_on_before_a_check_follows_it():
    made = plan(ARC, told(BY_METRIC, IN))
    move = step(made, f"lever:evacuate:{EAST}")

    assert (move.action.position, move.plane, move.home_region) == (IN, Plane.DATA, "arc-cluster")
    assert move.id in step(made, f"check:evacuate:{EAST}").needs


def test_the_old_check_goes_after_the_records_have_left_it():
    made = plan(ARC, told(BY_METRIC, IN))
    steps = step_ids(made)

    assert steps.index("records") < steps.index(f"uncheck:hc-evacuate-{EAST}")
    assert f"check:evacuate:{EAST}" in step(made, f"check:in-service:{OTHER}:{EAST}").needs
    assert f"check:drill:{EAST}" not in steps


def test_back_to_metrics_nothing_is_written_to_a_lever():
    made = plan(METRIC, told(BY_ARC, IN))

    assert moves(made) == []
    assert {f"check:evacuate:{EAST}", f"uncheck:hc-evacuate-{EAST}"} <= set(step_ids(made))


@pytest.mark.parametrize(("sample", "observed"), [(ARC, BY_METRIC), (METRIC, BY_ARC)], ids=["to arc", "to metric"])
@pytest.mark.parametrize(
    ("east", "said"), [(OUT, f"{EAST} is evacuated"), (UNKNOWN, f"DNS does not tell whether {EAST}")]
)
def test_a_lever_is_exchanged_only_while_its_region_is_known_to_be_in(sample, observed, east, said):
    made = plan(sample, told(observed, east))

    (finding,) = [one for one in made.findings if one.rule == "lever-exchanged-while-out"]
    assert (finding.severity, finding.where) == (Severity.ERROR, EAST)
    assert finding.message.startswith(said)
    assert not any(one.id.startswith(("lever:", "check:", "records")) for one in made.steps)


def test_a_lever_that_nobody_asked_about_is_not_exchanged():
    made = plan(ARC, BY_METRIC)

    assert {one.where for one in made.findings if one.rule == "lever-exchanged-while-out"} == {EAST, WEST}


def test_another_routing_control_for_a_region_is_another_lever():
    (environment,) = ARC.topology.environments
    controls = ((EAST, f"{control_arn(EAST)}f"), environment.routing_controls[1])
    other = replace(ARC.topology, environments=(replace(environment, routing_controls=controls),))

    made = plan(ARC.edited(topology=other), replace(BY_ARC, evacuations=((EAST, IN),)))

    assert moves(made) == [f"lever:evacuate:{EAST}"]
    assert f"uncheck:hc-evacuate-{EAST}" in step_ids(made)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (replace(BY_ARC, health_checks=(), records=()), MOVES),
        (without(BY_ARC, f"hc-evacuate-{EAST}", records=False), MOVES[:1]),
        (without(BY_ARC, f"hc-evacuate-{EAST}"), []),
    ],
    ids=["nothing is there", "a first deployment that was interrupted", "a check that somebody deleted"],
)
def test_a_control_that_may_hold_its_region_out_is_left_as_it_is(observed, expected):
    assert moves(plan(ARC, observed)) == expected
