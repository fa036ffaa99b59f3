"""What forbids a failover or failback, and what is only told: from positions and answers alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.levers import LeverKind, Position, lever_of, levers
from orchestrator.core.plan import Severity
from orchestrator.core.planning.switch import plan_switch
from orchestrator.core.planning.switch_request import RegionAnswer, SwitchRequest
from orchestrator.core.topology import Failover, RoutingPolicy
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, UNIT, WEST, Sample, topology


def answer(region: str, release: str, *, ok: bool = True) -> RegionAnswer:
    return RegionAnswer(account=OTHER, region=region, ok=ok, release=release, detail="" if ok else "refused")


def request(**changes: object) -> SwitchRequest:
    world = Sample(topology()).topology
    made = SwitchRequest(
        topology=world,
        environment=world.environments[0],
        names=NAMES,
        region=EAST,
        position=Position.OUT,
        positions=dict.fromkeys(levers(world, NAMES.prefix), Position.IN),
        answers=(answer(EAST, "r1"), answer(WEST, "r1")),
    )
    changed = replace(made, **changes)  # type: ignore[arg-type]
    if changed.out or "positions" in changes:
        return changed
    # Who wants a region back finds it out.
    return replace(changed, positions={**changed.positions, changed.lever: Position.OUT})


def told(made: SwitchRequest) -> dict[str, Severity]:
    """What is found, but for the note that every failback has."""
    found = plan_switch(made).findings
    return {finding.rule: finding.severity for finding in found if finding.rule != "data-lag-unknown"}


def test_a_healthy_standby_lets_the_primary_go() -> None:
    plan = plan_switch(request())

    assert plan.findings == ()
    assert [step.id for step in plan.steps][:2] == [f"lever:evacuate:{EAST}", f"hold:evacuate:{EAST}"]


def test_standbys_of_different_releases_are_told() -> None:
    three = Sample(topology(EAST, WEST, SOUTH)).topology
    answers = (answer(WEST, "r1"), answer(SOUTH, "r2"))
    positions = dict.fromkeys(levers(three, NAMES.prefix), Position.IN)

    assert told(request(topology=three, positions=positions, answers=answers)) == {"release-skew": Severity.WARNING}


def test_a_region_without_another_to_compare_with_returns_with_a_warning() -> None:
    answers = (answer(EAST, "r1"),)

    assert told(request(position=Position.IN, answers=answers)) == {"release-unknown": Severity.WARNING}


def test_a_drill_that_holds_the_returning_region_out_is_told() -> None:
    made = request(position=Position.IN)
    drill = lever_of(made.topology, NAMES.prefix, EAST, LeverKind.DRILL)

    found = told(replace(made, positions={**made.positions, drill: Position.OUT}))

    assert found["region-in-drill"] is Severity.WARNING


@pytest.mark.parametrize("policy", [RoutingPolicy.WEIGHTED, RoutingPolicy.LATENCY])
def test_where_all_regions_serve_nobody_waits_for_one_answer_to_come_back(policy: RoutingPolicy) -> None:
    made = request(position=Position.IN)
    lever = made.lever
    active = replace(made.topology, failover=Failover(policy=policy))

    plan = plan_switch(replace(made, topology=active, positions={**made.positions, lever: Position.OUT}))

    assert [step.id for step in plan.steps][1:] == [f"lever:evacuate:{EAST}", f"hold:evacuate:{EAST}", "users"]


@pytest.mark.parametrize(
    ("only", "rule"),
    [
        (answer(WEST, "", ok=False), "standby-unproven"),
        (answer(EAST, "r1"), "standby-unproven"),
    ],
)
def test_force_turns_a_refusal_into_a_price(only: RegionAnswer, rule: str) -> None:
    refused, forced = request(answers=(only,)), request(answers=(only,), force=True)

    assert told(refused)[rule] is Severity.ERROR
    assert plan_switch(refused).steps == ()
    assert told(forced)[rule] is Severity.WARNING
    assert plan_switch(forced).steps != ()


def test_who_puts_a_region_back_is_told_how_to_see_whether_its_data_has_caught_up() -> None:
    leaving = plan_switch(request())
    answers = (answer(EAST, "r1"), answer(WEST, "r1"))
    returning = plan_switch(request(position=Position.IN, answers=answers))

    (finding,) = [one for one in returning.findings if one.rule == "data-lag-unknown"]
    assert finding.severity is Severity.INFO
    assert f"ReplicationLatency (ReceivingRegion {EAST})" in finding.fix
    assert returning.steps
    assert "data-lag-unknown" not in {one.rule for one in leaving.findings}


@pytest.mark.parametrize(("mine", "rule"), [("r2", "release-differs"), ("", "release-differs")])
def test_a_returning_region_with_another_release_is_refused(mine: str, rule: str) -> None:
    answers = (answer(EAST, mine), answer(WEST, "r1"))

    assert told(request(position=Position.IN, answers=answers))[rule] is Severity.ERROR


def test_a_region_whose_lever_nobody_could_read_is_not_counted_on() -> None:
    made = request()
    west = lever_of(made.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)
    unread = replace(made, positions={**made.positions, west: Position.UNKNOWN})

    findings = {one.rule: one for one in plan_switch(unread).findings}

    assert told(unread) == {"levers-unread": Severity.INFO, "standby-unproven": Severity.ERROR}
    assert "answers, but nobody could read whether it is held out" in findings["standby-unproven"].message
    assert told(replace(unread, force=True))["standby-unproven"] is Severity.WARNING


@pytest.mark.parametrize(("once", "told_of"), [(True, ["standby-answered-once"]), (False, [])])
def test_who_answered_well_once_takes_over_with_a_warning(once: bool, told_of: list[str]) -> None:
    plan = plan_switch(request(answers=(replace(answer(WEST, "r1"), once=once),)))

    assert [one.rule for one in plan.findings] == told_of
    assert plan.steps


def test_one_region_known_to_be_in_service_is_enough() -> None:
    three = Sample(topology(EAST, WEST, SOUTH)).topology
    south = lever_of(three, NAMES.prefix, SOUTH, LeverKind.EVACUATE)
    positions = {**dict.fromkeys(levers(three, NAMES.prefix), Position.IN), south: Position.UNKNOWN}

    answers = (answer(WEST, "r1"), answer(SOUTH, "r2"))

    assert told(request(topology=three, positions=positions, answers=answers)) == {"levers-unread": Severity.INFO}


def test_a_region_that_is_out_is_no_proof_for_another() -> None:
    three = Sample(topology(EAST, WEST, SOUTH)).topology
    south = lever_of(three, NAMES.prefix, SOUTH, LeverKind.EVACUATE)
    positions = {**dict.fromkeys(levers(three, NAMES.prefix), Position.IN), south: Position.OUT}
    answers = (answer(WEST, "r1", ok=False), answer(SOUTH, "r1"))

    plan = plan_switch(request(topology=three, positions=positions, answers=answers))

    assert [one.message for one in plan.findings] == [
        f"no other region is proven to answer in 1 of 1 accounts {WEST}: refused; {SOUTH} is out of service"
    ]


@pytest.mark.parametrize(("position", "rule"), [(Position.OUT, "standby-unproven"), (Position.IN, "region-unproven")])
def test_with_organizational_units_nobody_is_asked_and_only_force_helps(position: Position, rule: str) -> None:
    world = Sample(topology(units=(UNIT,))).topology
    made = request(topology=world, environment=world.environments[0], position=position, answers=())

    plan = plan_switch(made)

    assert told(made) == {rule: Severity.ERROR}
    assert "known to AWS Organizations alone" in plan.findings[0].message
    assert told(replace(made, force=True)) == {rule: Severity.WARNING}


def test_a_returning_region_that_does_not_answer_is_refused() -> None:
    answers = (answer(EAST, "", ok=False), answer(WEST, "r1"))

    plan = plan_switch(request(position=Position.IN, answers=answers))

    assert (plan.findings[0].rule, plan.findings[0].severity) == ("region-unproven", Severity.ERROR)
    assert plan.steps == ()
    assert "refused" in plan.findings[0].message


@pytest.mark.parametrize(("position", "rule"), [(Position.OUT, "standby-unproven"), (Position.IN, "region-unproven")])
def test_where_the_lever_stands_already_users_are_still_asked_for_and_nothing_is_refused(
    position: Position, rule: str
) -> None:
    made = request(position=position, answers=())

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: position}))

    assert [(step.id, step.needs) for step in plan.steps] == [(f"answer:{OTHER}", ()), ("users", (f"answer:{OTHER}",))]
    assert (plan.complete, plan.pending_changes) == (True, ())
    assert {one.rule: one.severity for one in plan.findings} == {"lever-stands": Severity.INFO, rule: Severity.WARNING}
    assert [change.reason for change in plan.changes] == [f"it is {position.value} already"]


@pytest.mark.parametrize(("position", "moves"), [(Position.OUT, [f"lever:evacuate:{EAST}"]), (Position.IN, [])])
def test_a_lever_that_stands_already_is_written_again_only_to_leave_a_region(
    position: Position, moves: list[str]
) -> None:
    made = request(position=position)

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: position}))

    assert [step.id for step in plan.steps] == [*moves, f"hold:evacuate:{EAST}", f"answer:{OTHER}", "users"]
    assert [one.rule for one in plan.findings] == ["lever-stands"]


@pytest.mark.parametrize(("force", "steps"), [(False, []), (True, ["lever", "hold"])])
def test_with_organizational_units_a_second_failover_does_not_look_well_because_nobody_is_asked(
    force: bool, steps: list[str]
) -> None:
    world = Sample(topology(units=(UNIT,))).topology
    made = request(topology=world, environment=world.environments[0], answers=(), force=force)

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: Position.OUT}))

    assert [step.id for step in plan.steps] == [f"{one}:evacuate:{EAST}" for one in steps]
    assert plan.complete is force


def test_who_failed_over_already_is_told_that_the_others_are_out_as_well() -> None:
    made = request()
    west = lever_of(made.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: Position.OUT, west: Position.OUT}))

    assert {one.rule: one.severity for one in plan.findings}["last-region"] is Severity.WARNING
    assert [step.id for step in plan.steps] == [f"answer:{OTHER}", "users"]


def test_a_standby_comes_back_without_an_answer_to_wait_for_while_the_primary_serves() -> None:
    answers = (answer(EAST, "r1"), answer(WEST, "r1"))
    made = request(region=WEST, position=Position.IN, answers=answers)

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: Position.OUT}))

    assert [step.id for step in plan.steps][1:] == [f"lever:evacuate:{WEST}", f"hold:evacuate:{WEST}", "users"]


def test_the_primary_comes_back_once_users_are_answered_by_it() -> None:
    answers = (answer(EAST, "r1"), answer(WEST, "r1"))
    made = request(position=Position.IN, answers=answers)

    plan = plan_switch(replace(made, positions={**made.positions, made.lever: Position.OUT}))

    assert [step.id for step in plan.steps][3:] == [f"answer:{OTHER}", "users"]
