"""What a run came to: phases, recovery, objectives and verdict from steps and users alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.detection import detection, lever_detection
from orchestrator.core.drill import DrillMode, DrillVerdict
from orchestrator.core.measure import drill_record, measure, rto_s
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict
from orchestrator.core.run_report import RunFacts
from orchestrator.core.traffic import TrafficRequest
from tests.report.drill_runs import (
    ABORTED,
    EVERY,
    FAILBACK,
    FAILOVER,
    FAILOVER_STEPS,
    KILLED,
    OLD,
    OUTAGE,
    OUTAGE_STEPS,
    OUTAGE_USERS,
    PASSED,
    SKIPPED,
    SWITCH,
    SWITCH_STEPS,
    SWITCHED,
    UNRESTORED,
    at,
    events_of,
    report_of,
    traffic,
)
from tests.report.samples import NOON, PRIMARY, STANDBY, run


def durations(events: Sequence[Event]) -> dict[str, float | None]:
    return {phase.name: phase.duration_s for phase in report_of(events).phases}


def test_each_phase_of_a_drill_starts_where_the_one_before_ended() -> None:
    found = durations(PASSED)

    assert found == {
        "decision": 0.3,
        "outage": 0.2,
        "checkers see it": 27.5,
        "name servers answer": 1.0,
        "first good answer": pytest.approx(7.05),
        "all resolvers good": pytest.approx(24.95),
        "hold": 30.0,
        "put back": 0.5,
        "all good again": 58.5,
    }


def test_the_lever_of_a_drill_that_moves_one_has_a_phase_of_its_own_name() -> None:
    assert list(durations(SWITCHED))[:2] == ["decision", "lever"]


def test_a_failback_begins_with_its_cool_down() -> None:
    found = durations(FAILBACK)

    assert list(found)[:3] == ["cool-down", "decision", "lever"]
    assert found["cool-down"] == pytest.approx(0.05)


def test_a_failover_has_the_phases_that_it_has_steps_and_users_for() -> None:
    assert list(durations(FAILOVER)) == [
        "decision",
        "lever",
        "alarm agrees",
        "name servers answer",
        "first good answer",
    ]


def test_without_traffic_no_phase_tells_of_users() -> None:
    found = durations(events_of(OUTAGE_STEPS))

    assert "first good answer" not in found
    assert "all resolvers good" not in found


def test_a_phase_that_was_cut_off_has_no_end_and_what_followed_starts_with_its_own_step() -> None:
    phases = {phase.name: phase for phase in report_of(ABORTED).phases}

    assert phases["all resolvers good"].started_at is not None
    assert phases["all resolvers good"].duration_s is None
    assert phases["hold"].started_at is None
    assert (phases["put back"].started_at, phases["put back"].duration_s) == (at(40.5), 0.5)


def test_a_drill_that_never_began_has_a_decision_without_an_end() -> None:
    steps = [("take-out", 0.0, None, SKIPPED, "interrupted before it began")]
    report = report_of(events_of(steps, ended=(0.1, "interrupted")))

    assert [phase.duration_s for phase in report.phases] == [None, None]
    assert (report.verdict, report.restored) == (DrillVerdict.ABORTED, True)


# -- recovery -----------------------------------------------------------------------------------------------------


def test_an_outage_is_counted_from_its_begin_to_the_end_of_the_last_lost_request() -> None:
    assert rto_s(report_of(PASSED)) == pytest.approx(max(one.ended for one in OUTAGE_USERS if not one.ok) - 2 - 0.5)


def test_a_moved_lever_is_counted_from_the_decision_and_to_the_last_user_who_met_the_region() -> None:
    report = report_of(SWITCHED)

    assert report.traffic is not None
    assert report.traffic.failed == 0
    assert 50 < (rto_s(report) or 0) < 61


def test_users_of_other_regions_alone_are_not_affected() -> None:
    users = traffic(until=90, gone=0.4, moved=(-9.0,) * 4)
    report = report_of(events_of(SWITCH_STEPS, facts=SWITCH, requests=users))

    assert (rto_s(report), report.verdict) == (0.0, DrillVerdict.PASSED)
    assert "no user was affected" in report.why


def test_users_who_never_got_well_have_no_recovery_time_and_miss_the_objective() -> None:
    steps = tuple(one for one in OUTAGE_STEPS if one[0] != "users")
    report = report_of(events_of(steps, requests=traffic(until=150, gone=0.4, moved=(999.0,) * 4)))
    objectives = {one.name: one for one in report.objectives}

    assert (objectives["rto"].measured, objectives["rto"].met) == (None, False)
    assert "not every user was well again" in report.why
    assert report.verdict is DrillVerdict.FAILED


def test_one_resolver_that_was_left_behind_is_enough_to_have_no_recovery_time() -> None:
    assert rto_s(report_of(ABORTED)) is None


def test_a_stray_failure_at_the_end_counts_as_long_as_all_had_been_well() -> None:
    users = traffic(until=85, gone=0.4, moved=(35.0, 45.0, 55.0, 60.0))
    stray = TrafficRequest(at=90.0, latency_s=0.5, status=0, error="no answer in time")

    assert rto_s(report_of(events_of(OUTAGE_STEPS, requests=[*users, stray]))) == pytest.approx(88.0)


def test_traffic_that_saw_nothing_of_the_outage_meets_no_objective() -> None:
    before = traffic(until=-1, gone=99, moved=(99.0,))
    report = report_of(events_of(OUTAGE_STEPS, requests=before))

    assert (rto_s(report), report.verdict) == (None, DrillVerdict.FAILED)


# -- objectives and verdict ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "verdict", "restored", "why"),
    [
        (PASSED, DrillVerdict.PASSED, True, "after the outage; us-east-1 is back"),
        (SWITCHED, DrillVerdict.PASSED, True, "after the decision; us-east-1 is back"),
        (ABORTED, DrillVerdict.ABORTED, True, "stopped by its guard: us-west-2: 9 of 20 answers failed"),
        (UNRESTORED, DrillVerdict.FAILED, False, "us-east-1 is not back; put-back failed: account 111111111111"),
        (KILLED, DrillVerdict.ABORTED, False, "broken off: nothing tells of its end; us-east-1 is not back"),
        (FAILOVER, None, True, "after the decision"),
        (FAILBACK, None, True, "0 of 70 requests failed"),
        (OLD, None, True, "no traffic ran"),
    ],
    ids=EVERY,
)
def test_the_verdict_says_why(events: Sequence[Event], verdict: DrillVerdict | None, restored: bool, why: str) -> None:
    report = report_of(events)

    assert (report.verdict, report.restored) == (verdict, restored)
    assert why in report.why


def test_a_drill_whose_operator_stopped_it_is_aborted() -> None:
    assert report_of(events_of(OUTAGE_STEPS, ended=(99, "interrupted"))).why.startswith("stopped by its operator")


def test_a_return_that_nobody_could_confirm_is_none() -> None:
    steps = [one if one[0] != "users-back" else (*one[:3], EventKind.STEP_FAILED, "2 of 4") for one in OUTAGE_STEPS]

    assert report_of(events_of(steps, ended=(150.3, "failed"))).restored is False


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (RunFacts(region=PRIMARY, mode=DrillMode.OUTAGE), []),
        (RunFacts(region=PRIMARY, mode=DrillMode.OUTAGE, rto_s=180), ["rto", "longest_gap"]),
        (replace(OUTAGE, longest_gap_s=20), ["rto", "longest_gap", "availability"]),
    ],
)
def test_only_what_was_asked_for_is_an_objective(facts: RunFacts, names: list[str]) -> None:
    report = report_of(events_of(OUTAGE_STEPS, facts=facts, requests=OUTAGE_USERS))

    assert [one.name for one in report.objectives] == names


def test_a_missed_objective_fails_the_drill_and_is_never_rounded_to_a_met_one() -> None:
    facts = replace(OUTAGE, rto_s=59, longest_gap_s=1000, availability_percent=95)
    report = report_of(events_of(OUTAGE_STEPS, facts=facts, requests=OUTAGE_USERS))

    assert report.verdict is DrillVerdict.FAILED
    assert report.why.startswith("rto: 59.1 s, the objective is 59 s")
    assert "availability: 68.09 %, the objective is 95 %" in report.why


def test_without_traffic_the_steps_alone_judge_and_the_report_says_so() -> None:
    report = report_of(events_of(OUTAGE_STEPS))

    assert (report.verdict, report.traffic) == (DrillVerdict.PASSED, None)
    assert {(one.measured, one.met) for one in report.objectives} == {(None, True)}
    assert report.why.startswith("no traffic ran")


def test_a_failed_failover_says_which_step() -> None:
    steps = [(*one[:3], EventKind.STEP_FAILED, "no answer") for one in FAILOVER_STEPS[:1]]

    assert "failed: no answer" in report_of(events_of(steps, verb="failover", ended=(1, "failed"))).why


def test_a_failover_that_left_a_resolver_behind_says_so() -> None:
    users = traffic(until=33, gone=0.0, moved=(10.0, 20.0, 25.0, 99.0))
    report = report_of(
        events_of(FAILOVER_STEPS, verb="failover", facts=SWITCH, requests=users, ended=(33.1, "succeeded"))
    )

    assert (report.why, report.verdict) == ("not every user was well again", None)


def test_the_arithmetic_is_that_of_the_lever_where_a_lever_was_moved() -> None:
    assert report_of(PASSED).facts.detection == detection(10, 3, 60)
    assert report_of(SWITCHED).facts.detection == lever_detection(60)
    assert report_of(FAILOVER).facts.detection == lever_detection(60)


@pytest.mark.parametrize(("steps", "outage"), [(OUTAGE_STEPS, True), (SWITCH_STEPS, False)])
def test_a_table_top_drill_is_counted_as_what_it_played(steps: Sequence[tuple[object, ...]], outage: bool) -> None:
    facts = replace(OUTAGE, mode=DrillMode.TABLETOP)
    report = report_of(events_of(steps, facts=facts))  # type: ignore[arg-type]

    assert ("outage" in {phase.name for phase in report.phases}) is outage


def test_a_deploy_has_users_and_a_timeline_but_nothing_to_judge() -> None:
    report = measure(run(), RunFacts(), [TrafficRequest(at=1.0, latency_s=0.1, status=500)], NOON)

    assert (report.verdict, report.phases, report.objectives, report.why) == (None, (), (), "")
    assert report.traffic is not None
    assert [one.event for one in report.timeline] == ["start", "first failure", "end"]
    assert drill_record(report) is None


def test_an_older_failover_tells_its_region_by_its_lever() -> None:
    assert report_of(OLD).facts.region == PRIMARY


def test_a_drill_is_one_line_of_the_trend() -> None:
    found = drill_record(report_of(PASSED), by="ops")
    bare = drill_record(report_of(events_of(OUTAGE_STEPS, facts=None)))

    assert found is not None
    assert (found.region, found.mode, found.verdict) == (PRIMARY, DrillMode.OUTAGE, DrillVerdict.PASSED)
    assert (found.requests, found.by) == (len(OUTAGE_USERS), "ops")
    assert bare is not None
    assert (bare.requests, bare.rto_s) == (0, None)


# -- timeline -----------------------------------------------------------------------------------------------------


def test_the_timeline_tells_steps_and_users_in_order() -> None:
    found = report_of(PASSED).timeline

    assert [one.event for one in found] == [
        "first answer",
        "decision",
        "outage begins",
        "first failure",
        "checkers see it",
        "name servers answer",
        "first good answer",
        "first answer",
        "last failure",
        "all resolvers good",
        "hold ends",
        "put back",
        "last answer",
        "last answer",
        "all good again",
        "end",
    ]
    assert {one.region for one in found if one.event == "first answer"} == {PRIMARY, STANDBY}
    assert list(found) == sorted(found, key=lambda one: one.at)


def test_what_failed_stands_in_the_timeline() -> None:
    assert any(one.event == "step failed" and "UpdateStage" in one.detail for one in report_of(UNRESTORED).timeline)


def test_a_failed_step_that_was_never_timed_is_no_moment() -> None:
    broken = run(StepRecord(id="a", status=StepStatus.FAILED), verdict=Verdict.FAILED)

    assert [one.event for one in measure(broken, RunFacts()).timeline] == ["start", "end"]


# -- whatever happened --------------------------------------------------------------------------------------------

NAMES = (*(name for name, *_ in SWITCH_STEPS), *(name for name, *_ in FAILOVER_STEPS[:2]))
TIMES = st.one_of(st.none(), st.floats(0, 300).map(at))
RECORDS = st.builds(
    StepRecord, id=st.sampled_from(NAMES), status=st.sampled_from(StepStatus), started_at=TIMES, ended_at=TIMES
)
USERS = st.builds(
    TrafficRequest,
    at=st.floats(0, 300),
    latency_s=st.floats(0, 20),
    status=st.sampled_from((0, 200, 503)),
    region=st.sampled_from(("", PRIMARY, STANDBY)),
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    steps = draw(st.lists(RECORDS, unique_by=lambda one: one.id, max_size=len(NAMES)))
    verdict, verb = draw(st.sampled_from(Verdict)), draw(st.sampled_from(("drill", "failover", "failback", "deploy")))
    return replace(run(*steps, verdict=verdict, verb=verb), ended_at=at(300))


@settings(max_examples=300, deadline=None)
@given(runs(), st.lists(USERS, max_size=8), st.sampled_from(DrillMode), st.floats(-20, 20))
def test_no_duration_is_negative_and_phases_never_overlap(
    drawn: Run, users: list[TrafficRequest], mode: DrillMode, zero: float
) -> None:
    report = measure(drawn, replace(OUTAGE, mode=mode), users, at(zero))
    told = [phase for phase in report.phases if phase.started_at is not None and phase.ended_at is not None]

    assert all((phase.duration_s or 0) >= 0 for phase in told)
    assert all(one.ended_at <= two.started_at for one, two in pairwise(told))  # type: ignore[operator]
    assert (rto_s(report) or 0) >= 0
    if report.phases and len(told) == len(report.phases):
        total = sum(phase.duration_s or 0 for phase in told)
        assert total == pytest.approx((told[-1].ended_at - drawn.started_at).total_seconds())  # type: ignore[operator]
    if report.verdict is DrillVerdict.PASSED:
        assert report.restored
        assert all(one.met for one in report.objectives)
        assert not drawn.failed


def test_the_sum_of_the_phases_is_the_time_until_all_was_good_again() -> None:
    report = report_of(PASSED)
    total = sum(phase.duration_s or 0 for phase in report.phases)

    assert report.run.started_at + timedelta(seconds=total) == at(150)


def test_the_mean_over_users_stands_beside_the_slowest_of_them() -> None:
    report = report_of(PASSED)

    assert report.users_mean_s is not None
    assert 0 < report.users_mean_s <= rto_s(report)
