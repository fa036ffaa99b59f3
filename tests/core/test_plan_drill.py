"""The plan of a drill: its steps, what puts things back, and what refuses it beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.actions import AwaitAnswer, MoveLever
from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.drill_actions import AwaitUsers, BeginOutage, EndOutage, KeepLever, Watch
from orchestrator.core.drill_windows import windows
from orchestrator.core.levers import LeverKind, Position, lever_of, levers
from orchestrator.core.plan import ChangeAction, Plane, Severity
from orchestrator.core.planning.drill import plan_drill, plan_put_back
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.status import InstanceCounts, RegionStatus, Status
from orchestrator.core.topology import Drills, Failover, RoutingPolicy
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, WEST, topology

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
RECORD = DrillRecord(run="run-2", region=EAST, mode=DrillMode.SWITCH, started_at=NOW, by="ops@box")


def seen(name: str, **changes: object) -> RegionStatus:
    world = topology(EAST, WEST, SOUTH)
    role = next(region.role for region in world.regions if region.name == name)
    made = RegionStatus(
        name=name,
        role=role,
        reachable=True,
        release="r1",
        instances=InstanceCounts(current=2),
        replica="proven",
        healthy=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def request(*regions: RegionStatus, **changes: object) -> DrillRequest:
    shown = regions or (seen(EAST), seen(WEST))
    world = topology(*(one.name for one in shown))
    made = DrillRequest(
        topology=world,
        environment=world.environments[0],
        names=NAMES,
        accounts=(OTHER,),
        region=EAST,
        mode=DrillMode.SWITCH,
        hold_s=30,
        silent=False,
        status=Status(application="sample", environment="production", serving_region=EAST, regions=shown),
        positions=dict.fromkeys(levers(world, NAMES.prefix), Position.IN),
        checks=("hc-1",),
        record=RECORD,
        records=(),
        now=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rules(made: DrillRequest) -> set[str]:
    plan = plan_drill(made)
    found = {finding.rule for finding in plan.findings if finding.severity is Severity.ERROR}
    assert bool(plan.steps) is not bool(found)
    return found


def test_a_drill_by_lever_keeps_the_lever_out_until_the_hold_is_over_and_puts_it_back() -> None:
    steps = {step.id: step for step in plan_drill(request()).steps}

    assert list(steps) == [
        "note:begin",
        "take-out",
        "keep",
        "agree",
        f"answer:{OTHER}",
        "users",
        "hold",
        "watch",
        "put-back",
        "agree-back",
        f"answer-back:{OTHER}",
        "users-back",
        "note:end",
    ]
    keep, back = steps["keep"].action, steps["put-back"]
    assert isinstance(keep, KeepLever)
    assert (keep.position, keep.until) == (Position.OUT, "hold")
    assert isinstance(back.action, MoveLever)
    assert (back.action.position, back.always, back.undoes) == (Position.IN, True, "take-out")
    assert {"hold", "watch", "keep"} == set(back.needs)


def test_no_step_of_a_drill_by_lever_needs_a_control_plane_or_the_region_itself() -> None:
    plan = plan_drill(request())

    assert {step.plane for step in plan.steps} == {Plane.DATA}
    assert EAST not in {step.home_region for step in plan.steps}


def test_an_outage_lets_the_region_fail_and_ends_by_itself_after_every_wait_of_the_drill() -> None:
    plan = plan_drill(request(mode=DrillMode.OUTAGE, silent=True))
    steps = {step.id: step for step in plan.steps}

    begin, end = steps["take-out"].action, steps["put-back"].action
    assert isinstance(begin, BeginOutage)
    assert isinstance(end, EndOutage)
    assert begin.outage == end.outage
    assert begin.outage.silent
    assert begin.lasts_s > steps["users"].deadline_s + steps["hold"].deadline_s
    assert "keep" not in steps
    assert plan.changes[0].reason.startswith("the region hangs")


@pytest.mark.parametrize(("mode", "mean", "worst"), [(DrillMode.SWITCH, 90, 180), (DrillMode.OUTAGE, 62, 94)])
def test_a_drill_says_beforehand_what_arithmetic_expects(mode: DrillMode, mean: int, worst: int) -> None:
    told = plan_drill(request(mode=mode)).findings[-1]

    assert f"{mean} s after it is out in the mean, {worst} s at worst; the objective is 180 s" in told.message


def test_everything_that_only_waits_is_guarded_and_what_puts_back_is_not() -> None:
    steps = plan_drill(request()).steps

    guarded = {step.id for step in steps if step.guard == "watch"}
    assert guarded == {"agree", f"answer:{OTHER}", "users", "hold"}
    assert all(step.waits for step in steps if step.guard)
    assert [step.id for step in steps if step.undoes and not step.waits] == ["put-back", "agree-back", "note:end"]


def test_the_lever_is_written_until_its_alarm_agrees_even_when_the_operator_is_in_a_hurry() -> None:
    by_lever = {step.id: step for step in plan_drill(request()).steps}
    outage = {step.id: step for step in plan_drill(request(mode=DrillMode.OUTAGE)).steps}

    assert not by_lever["agree-back"].waits
    assert outage["agree-back"].waits


def test_a_standby_that_is_drilled_may_be_served_by_anybody_afterwards() -> None:
    steps = {step.id: step for step in plan_drill(request(region=WEST)).steps}

    answer, users = steps[f"answer-back:{OTHER}"].action, steps["users-back"].action
    assert isinstance(answer, AwaitAnswer)
    assert answer.anywhere
    assert isinstance(users, AwaitUsers)
    assert not users.alone


@pytest.mark.parametrize(
    ("policy", "watched"), [(RoutingPolicy.FAILOVER, [WEST]), (RoutingPolicy.WEIGHTED, [WEST, SOUTH])]
)
def test_whoever_takes_over_is_watched(policy: RoutingPolicy, watched: list[str]) -> None:
    made = request(seen(EAST), seen(WEST), seen(SOUTH))
    made = replace(made, topology=replace(made.topology, failover=Failover(policy=policy)))

    watch = next(step.action for step in plan_drill(made).steps if step.id == "watch")

    assert isinstance(watch, Watch)
    assert [region for _, region, _ in watch.hosts] == watched


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"healthy": False}, "standby-unhealthy"),
        ({"healthy": None}, "standby-unproven"),
        ({"reachable": False, "why": "no answer in time"}, "standby-unreachable"),
        ({"release": "r2"}, "standby-release"),
        ({"release": ""}, "standby-release"),
        ({"replica": "missing"}, "standby-replica"),
    ],
)
def test_a_standby_that_could_not_take_over_refuses_the_drill(fault: dict[str, object], rule: str) -> None:
    assert rules(request(seen(EAST), seen(WEST, **fault))) == {rule}


@pytest.mark.parametrize(("region", "rule"), [(WEST, "standby-unhealthy"), (EAST, "region-sick")])
def test_who_fails_just_now_refuses_the_drill_although_no_checker_has_noticed_yet(region: str, rule: str) -> None:
    plan = plan_drill(request(failing=((region, OTHER, "500"), (SOUTH, OTHER, "no answer"))))

    told = [(one.rule, one.message) for one in plan.findings if one.severity is Severity.ERROR]
    assert told == [(rule, f"asked just now: 500 (account {OTHER})")]
    assert not plan.steps


def test_a_standby_further_back_does_not_matter() -> None:
    assert rules(request(seen(EAST), seen(WEST), seen(SOUTH, healthy=False))) == set()


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"release": ""}, {"not-deployed", "standby-release"}),
        ({"evacuated": True}, {"region-out"}),
        ({"drilled": True}, {"region-out"}),
        ({"healthy": False}, {"region-sick"}),
    ],
)
def test_a_region_that_is_out_or_sick_already_refuses_the_drill(fault: dict[str, object], found: set[str]) -> None:
    assert rules(request(seen(EAST, **fault), seen(WEST))) == found


def test_without_a_region_left_the_drill_is_refused() -> None:
    made = request()
    west = lever_of(made.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)

    assert rules(replace(made, positions={**made.positions, west: Position.OUT})) == {"last-region"}


def test_a_lever_that_nobody_can_read_is_not_moved() -> None:
    assert rules(request(positions={})) == {"lever-unread"}
    assert rules(request(positions={}, mode=DrillMode.OUTAGE)) == set()


def test_a_running_deployment_refuses_the_drill() -> None:
    made = request()
    status = replace(made.status, operations=("sample-production-compute: UPDATE x is RUNNING",))

    assert rules(replace(made, status=status)) == {"deployment-running"}


def test_a_drill_that_has_not_ended_refuses_the_next_and_names_the_way_out() -> None:
    other = replace(RECORD, run="run-1", started_at=NOW - timedelta(hours=1))

    plan = plan_drill(request(records=(other,)))

    assert [one.rule for one in plan.findings] == ["drill-unfinished", "drill-expected"]
    assert "--put-back" in plan.findings[0].fix


def test_a_blocked_time_refuses_the_drill() -> None:
    made = request()
    blocked = replace(made.topology, drills=Drills(blocked=windows("Fri 08:00-18:00")))

    assert rules(replace(made, topology=blocked)) == {"drill-blocked"}
    assert rules(replace(made, topology=blocked, now=NOW + timedelta(hours=8))) == set()
    assert rules(replace(made, topology=blocked, mode=DrillMode.TABLETOP)) == set()


@pytest.mark.parametrize(("hours_ago", "refused"), [(23, True), (25, False)])
def test_drills_keep_their_distance(hours_ago: int, refused: bool) -> None:
    made = request()
    distant = replace(made.topology, drills=Drills(min_distance_h=24))
    at = NOW - timedelta(hours=hours_ago)
    last = replace(RECORD, run="run-1", started_at=at, ended_at=at, verdict=DrillVerdict.PASSED)

    assert (rules(replace(made, topology=distant, records=(last,))) == {"drill-distance"}) is refused


def test_without_a_distance_another_machines_clock_that_is_fast_refuses_nothing() -> None:
    at = NOW + timedelta(seconds=30)
    last = replace(RECORD, run="run-1", started_at=at, ended_at=at, verdict=DrillVerdict.PASSED)

    assert rules(request(records=(last,))) == set()


def test_a_drill_that_never_happened_counts_for_no_distance() -> None:
    made = request()
    distant = replace(made.topology, drills=Drills(min_distance_h=24))
    aborted = replace(RECORD, run="run-1", ended_at=NOW)

    assert rules(replace(made, topology=distant, records=(aborted,))) == set()


# -- what a drill that died leaves behind ---------------------------------------------------------------------------


def test_nothing_left_behind_is_nothing_to_put_back() -> None:
    plan = plan_put_back(request())

    assert plan.is_empty
    assert plan.complete
    assert plan.changes[0].action is ChangeAction.NO_OP


def test_a_lever_that_is_still_out_is_put_back() -> None:
    made = request()

    plan = plan_put_back(replace(made, positions={**made.positions, made.lever: Position.OUT}))

    assert [step.id for step in plan.steps] == ["put-back", "agree-back"]


def test_a_dead_outage_is_ended_and_its_note_too() -> None:
    left = replace(RECORD, run="run-1", mode=DrillMode.OUTAGE)

    plan = plan_put_back(request(records=(left, replace(RECORD, run="run-0", ended_at=NOW))))

    answer = f"answer-back:{OTHER}"
    assert [step.id for step in plan.steps] == ["put-back:outage", "put-back", "agree-back", answer, "note:end:run-1"]
    assert plan.steps[1].needs == ("put-back:outage",)


def test_the_note_of_a_dead_outage_ends_once_the_region_answers_on_its_own_name() -> None:
    left = replace(RECORD, run="run-1", mode=DrillMode.OUTAGE)

    steps = {step.id: step for step in plan_put_back(request(records=(left,))).steps}

    asked = steps[f"answer-back:{OTHER}"].action
    assert isinstance(asked, AwaitAnswer)
    assert (asked.host, asked.region, asked.leaves) == (f"{EAST}.sample.fed.dev", EAST, False)
    assert steps["note:end:run-1"].needs == ("agree-back", f"answer-back:{OTHER}")


def test_where_nothing_of_the_region_stands_any_more_its_note_ends_without_an_answer() -> None:
    left = replace(RECORD, run="run-1", mode=DrillMode.OUTAGE)
    gone = seen(EAST, release="", instances=InstanceCounts())

    plan = plan_put_back(request(gone, seen(WEST), records=(left,)))

    assert [step.id for step in plan.steps] == ["put-back:outage", "put-back", "agree-back", "note:end:run-1"]
