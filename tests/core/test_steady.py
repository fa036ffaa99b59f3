"""The cool-down of a failback: who must answer, how often and for how long, and when nobody waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.levers import LeverKind, Position, lever_of, levers
from orchestrator.core.plan import Plan, Plane
from orchestrator.core.planning.switch import plan_switch
from orchestrator.core.planning.switch_request import RegionAnswer, SwitchRequest
from tests.sample_world import EAST, NAMES, SOUTH, TWO_ACCOUNTS, WEST, Sample, topology

WORLD = Sample(topology(EAST, WEST, SOUTH, accounts=TWO_ACCOUNTS)).topology
REGIONS = (EAST, WEST, SOUTH)


def lever(region: str, kind: LeverKind = LeverKind.EVACUATE):
    return lever_of(WORLD, NAMES.prefix, region, kind)


OUT = {**dict.fromkeys(levers(WORLD, NAMES.prefix), Position.IN), lever(EAST): Position.OUT}


def planned(*, well: tuple[str, ...] = REGIONS, **changes: object) -> Plan:
    answers = tuple(
        RegionAnswer(account=account, region=region, ok=region in well, release="r1")
        for account in TWO_ACCOUNTS
        for region in REGIONS
    )
    made = SwitchRequest(
        topology=WORLD,
        environment=WORLD.environments[0],
        names=NAMES,
        region=EAST,
        position=Position.IN,
        positions=OUT,
        answers=answers,
    )
    return plan_switch(replace(made, **changes))  # type: ignore[arg-type]


def steady(plan: Plan):
    return [step for step in plan.steps if step.id.startswith("steady:")]


def test_a_region_that_returns_answers_as_often_as_checkers_want_in_every_account_before_its_lever_moves():
    plan = planned()

    asked = steady(plan)
    assert [step.id for step in asked] == [f"steady:{account}" for account in TWO_ACCOUNTS]
    assert {step.plane for step in asked} == {Plane.DATA}
    for step, account in zip(asked, TWO_ACCOUNTS, strict=True):
        host = WORLD.environments[0].regional_host_for(account, EAST)
        health = WORLD.health
        assert step.action == ProbeRegion(
            account, EAST, host, host, health.path, "r1", health.failure_threshold, health.interval_s
        )
    moves = next(step for step in plan.steps if step.id.startswith("lever:"))
    assert moves.needs == tuple(step.id for step in asked)


@pytest.mark.parametrize(
    ("interval_s", "threshold", "seconds", "deadline_s"), [(10, 3, 20, 200), (30, 3, 60, 600), (10, 1, 0, 60)]
)
def test_the_cool_down_is_as_long_as_checkers_need_and_who_flaps_is_waited_for_ten_times_as_long(
    interval_s: int, threshold: int, seconds: int, deadline_s: int
):
    health = replace(WORLD.health, interval_s=interval_s, failure_threshold=threshold)

    step, _ = steady(planned(topology=replace(WORLD, health=health)))

    assert f"must answer for {seconds} s" in step.reason
    assert step.deadline_s == deadline_s


@pytest.mark.parametrize(
    "changes",
    [
        {"force": True},
        {"well": (EAST,)},
        {"positions": {**OUT, lever(WEST): Position.OUT, lever(SOUTH): Position.OUT}},
        {"positions": {**OUT, lever(WEST, LeverKind.DRILL): Position.OUT, lever(SOUTH): Position.UNKNOWN}},
    ],
    ids=["forced", "nobody else answers", "all others are out", "nobody else is known to be in service"],
)
def test_nobody_waits_where_it_is_forced_or_nobody_else_serves(changes: dict[str, object]):
    plan = planned(**changes)  # type: ignore[arg-type]

    assert steady(plan) == []
    assert next(step for step in plan.steps if step.id.startswith("lever:")).needs == ()


def test_a_failover_has_no_cool_down():
    assert steady(planned(position=Position.OUT, positions={**OUT, lever(EAST): Position.IN})) == []
