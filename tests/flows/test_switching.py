"""Failover and failback on the simulation: what they call, what they refuse, and where users end up."""

from __future__ import annotations

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.errors import CallDenied, Refused
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.core.plan import Plane, Severity
from orchestrator.core.run import Verdict
from tests.flows.moves import deaf, move
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, WEST, Sample, topology

HOST = "sample.fed.dev"
FAR = "eu-central-1"
STORED = {("DrillLog.copies", WEST), ("Releases.listed", WEST)}
CALLS = ("DrillLog.copies", "Levers.move", "Levers.positions", "Probe.get", "Releases.listed")


@pytest.fixture
def stage():
    return Stage(Sample(topology())).deployed()


@pytest.fixture
def switch(tmp_path):
    """switch(stage, verb, region, force=False) -> the undertaking, with the log of calls emptied."""

    def made(stage, verb, region, *, force=False):
        stage.aws.gate.calls.clear()
        return move(stage, tmp_path, verb, region, force=force)

    return made


def carry_out(undertaking):
    return undertaking.carry_out(undertaking.plan(), on_event=lambda event: None)


def rules(plan):
    return [finding.rule for finding in plan.findings]


def serving(stage):
    return stage.aws.dns.answers(HOST).split(".")[2]


def test_failover_moves_users_and_failback_brings_them_back(stage, switch):
    there = carry_out(switch(stage, "failover", EAST))
    moved_to = serving(stage)
    back = carry_out(switch(stage, "failback", EAST))

    assert there.verdict is Verdict.SUCCEEDED, reasons(there)
    assert moved_to == WEST
    assert back.verdict is Verdict.SUCCEEDED, reasons(back)
    assert serving(stage) == EAST


def test_an_evacuated_region_stays_out_for_days(stage, switch):
    carry_out(switch(stage, "failover", EAST))

    stage.aws.clock.sleep(5 * 86400)

    assert serving(stage) == WEST


@pytest.mark.parametrize("alive", [True, False])
def test_failover_calls_neither_the_failing_region_nor_route_53_nor_home(switch, alive):
    stage = Stage(Sample(topology(EAST, WEST, home=FAR))).deployed()
    stage.aws.faults.silent |= {"route53", FAR} | (set() if alive else {EAST})

    run = carry_out(switch(stage, "failover", EAST))

    calls = {(call.name, call.region) for call in stage.aws.gate.calls if not call.name.startswith("Probe")}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert calls == {("Levers.move", WEST), ("Levers.positions", WEST), *STORED}
    assert serving(stage) == WEST


def test_us_east_1_may_be_black_holed_while_another_region_is_left(switch):
    stage = Stage(Sample(topology(WEST, SOUTH, EAST, home=FAR))).deployed()
    stage.aws.faults.silent |= {"route53", FAR, EAST, WEST}

    run = carry_out(switch(stage, "failover", WEST))

    calls = {(call.name, call.region) for call in stage.aws.gate.calls}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert calls == {(name, SOUTH) for name in CALLS}
    assert serving(stage) == SOUTH


def test_every_step_says_that_it_needs_the_data_plane_only(stage, switch):
    plan = switch(stage, "failover", EAST).plan()

    assert [step.id for step in plan.steps] == [
        f"lever:evacuate:{EAST}",
        f"hold:evacuate:{EAST}",
        f"answer:{OTHER}",
        "users",
    ]
    assert {step.plane for step in plan.steps} == {Plane.DATA}
    assert {step.home_region for step in plan.steps} == {WEST, ""}


def test_a_second_failover_is_done_once_users_are_elsewhere(stage, switch):
    carry_out(switch(stage, "failover", EAST))

    again = switch(stage, "failover", EAST)
    plan = again.plan()
    run = carry_out(again)

    assert [change.reason for change in plan.changes] == ["it is out already"]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {call.name for call in stage.aws.gate.mutations()} == {"Levers.move"}
    assert serving(stage) == WEST


def test_a_second_failover_fails_as_well_while_users_are_still_on_the_failing_region(stage, switch):
    west = lever_of(stage.sample.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)
    stage.aws.levers.move(west, Position.OUT)
    runs = [carry_out(deaf(switch(stage, "failover", EAST, force=True))) for _ in range(2)]

    assert [run.verdict for run in runs] == [Verdict.FAILED, Verdict.FAILED]
    assert f"200 from {EAST}" in reasons(runs[1])[f"answer:{OTHER}"]


@pytest.mark.parametrize("fault", ["silent", "sick"])
def test_failover_to_a_region_that_does_not_answer_is_refused_and_force_names_the_price(stage, switch, fault):
    getattr(stage.aws.faults, fault).add(WEST)

    refused = switch(stage, "failover", EAST)
    forced = switch(stage, "failover", EAST, force=True).plan()

    with pytest.raises(Refused, match="no other region is proven to answer"):
        carry_out(refused)
    assert stage.aws.gate.mutations() == ()
    assert [(one.rule, one.fix) for one in forced.findings if one.rule == "standby-unproven"] == [
        ("standby-unproven", "users may get no answer at all until a region is mended")
    ]
    assert len(forced.steps) == 4


def test_of_three_regions_the_last_in_service_is_not_taken_out(switch):
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    for region in (SOUTH, WEST):
        assert carry_out(switch(stage, "failover", region)).verdict is Verdict.SUCCEEDED

    with pytest.raises(Refused, match="is out already: without us-east-1 nobody would answer"):
        carry_out(switch(stage, "failover", EAST, force=True))


def test_a_lever_that_lives_in_the_failing_region_is_read_by_dns(stage, switch):
    carry_out(switch(stage, "failover", WEST))
    stage.aws.faults.silent |= {"route53"}

    with pytest.raises(Refused, match="us-west-2 is out already"):
        carry_out(switch(stage, "failover", EAST))
    assert not any(call.region == EAST and call.name != "Probe.get" for call in stage.aws.gate.calls)


def test_a_standby_whose_lever_nobody_can_read_is_refused_and_force_takes_the_risk(stage, switch):
    refused = deaf(switch(stage, "failover", EAST))
    forced = deaf(switch(stage, "failover", EAST, force=True)).plan()

    with pytest.raises(Refused, match="nobody could read whether it is held out as well"):
        carry_out(refused)
    assert rules(forced) == ["levers-unread", "standby-unproven"]
    assert len(forced.steps) == 4


OTHERS = "a1b2c3d4e5f6"


def landing(stage, *releases):
    """The releases with which runs end well, one an hour; a record of the others' is kept in the west."""
    place = (WEST, NAMES.artifact_bucket(WEST), "production")
    stage.aws.releases.put(*place, OTHERS, "{}")
    for number, release in enumerate(releases):
        stage.aws.clock.sleep(3600)
        stage.aws.releases.land(*place, release, f"run-{number}")


def test_a_standby_that_runs_an_older_release_than_the_last_that_ended_well_is_told_without_asking_the_primary(
    stage, switch
):
    mine = stage.sample.inputs.release
    landing(stage, mine, OTHERS)

    plan = switch(stage, "failover", EAST).plan()

    (finding,) = [one for one in plan.findings if one.rule == "standby-older"]
    assert (finding.where, finding.severity) == (WEST, Severity.WARNING)
    assert f"answers with release {mine}" in finding.message
    assert f"{OTHERS} last ended well in every region" in finding.message
    assert plan.steps
    assert not any(call.region == EAST and call.name != "Probe.get" for call in stage.aws.gate.calls)


def test_a_standby_whose_release_was_gone_back_to_and_ended_well_again_is_not_older(stage, switch):
    mine = stage.sample.inputs.release
    landing(stage, mine, OTHERS, mine)

    plan = switch(stage, "failover", EAST).plan()

    assert not {"standby-older", "standby-unproven-release"} & set(rules(plan))


def test_a_standby_with_whose_release_no_run_ended_well_is_told_and_takes_over_all_the_same(stage, switch):
    landing(stage, OTHERS)

    plan = switch(stage, "failover", EAST).plan()

    (finding,) = [one for one in plan.findings if one.rule == "standby-unproven-release"]
    assert (finding.where, finding.severity) == (WEST, Severity.WARNING)
    assert "no run is known to have ended well with it" in finding.message
    assert plan.steps


def test_when_users_do_not_move_the_run_fails_and_says_who_answers(stage, switch):
    # Somebody latched the west, and its lever cannot be read without the east.
    west = lever_of(stage.sample.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)
    stage.aws.levers.move(west, Position.OUT)

    run = carry_out(deaf(switch(stage, "failover", EAST, force=True)))

    assert run.verdict is Verdict.FAILED
    assert f"200 from {EAST}" in reasons(run)[f"answer:{OTHER}"]


def test_failback_to_a_sick_region_is_refused(stage, switch):
    carry_out(switch(stage, "failover", EAST))
    stage.aws.faults.sick.add(EAST)

    with pytest.raises(Refused, match="us-east-1 is not proven to answer"):
        carry_out(switch(stage, "failback", EAST))
    assert serving(stage) == WEST


def test_failback_to_another_release_is_refused_unless_forced(stage, switch):
    carry_out(switch(stage, "failover", EAST))
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "no capacity"
    stage.do("deploy")

    with pytest.raises(Refused, match="answers with release"):
        carry_out(switch(stage, "failback", EAST))
    assert rules(switch(stage, "failback", EAST, force=True).plan()) == ["region-unproven", "data-lag-unknown"]


def test_failback_of_a_standby_waits_for_its_alarm_only(stage, switch):
    carry_out(switch(stage, "failover", WEST))

    plan = switch(stage, "failback", WEST).plan()

    assert [step.id for step in plan.steps][1:] == [f"lever:evacuate:{WEST}", f"hold:evacuate:{WEST}", "users"]


def test_a_lost_answer_to_the_lever_is_written_again(stage, switch):
    stage.aws.faults.lose.add("Levers.move")

    run = carry_out(switch(stage, "failover", EAST))

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert serving(stage) == WEST


def drilled(stage):
    """The west is held out by a drill whose lever and note lie in the east."""
    lever = lever_of(stage.sample.topology, NAMES.prefix, WEST, LeverKind.DRILL)
    note = DrillRecord(run="d1", region=WEST, mode=DrillMode.SWITCH, started_at=stage.aws.clock.now(), by="ana")
    stage.aws.drill_log.write(EAST, NAMES.artifact_bucket(EAST), note)
    stage.aws.levers.move(lever, Position.OUT)
    return stage


def test_a_failover_onto_a_region_that_a_drill_holds_out_is_refused_without_asking_the_failing_region(stage, switch):
    drilled(stage)

    with pytest.raises(Refused, match=r"drill d1 by ana.* may hold us-west-2 out.*orchestrator drill us-west-2 --put"):
        carry_out(switch(stage, "failover", EAST))
    assert not any(call.region == EAST and call.name != "Probe.get" for call in stage.aws.gate.calls)
    assert serving(stage) == EAST


def test_when_a_drill_that_nobody_knew_of_holds_the_standby_out_the_run_names_the_possibility(stage, switch):
    drilled(stage).aws.drill_log.copied = False

    run = carry_out(switch(stage, "failover", EAST))

    assert run.verdict is Verdict.FAILED
    assert "should a drill hold the others out as well" in reasons(run)[f"answer:{OTHER}"]


@pytest.mark.parametrize("call", ["Releases.listed", "DrillLog.copies"])
@pytest.mark.parametrize("error", [CallDenied("not here"), Refused("a later version"), ValueError("no URL")])
def test_whatever_goes_wrong_with_what_buckets_tell_ends_no_failover(stage, switch, call, error):
    undertaking = switch(stage, "failover", EAST)
    stage.aws.faults.refuse[call] = [error]

    run = carry_out(undertaking)

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
