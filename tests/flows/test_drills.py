"""Whole drills in virtual time: what they take, when they are broken off, and what real trouble makes of them."""

from __future__ import annotations

import pytest

from orchestrator.core.drill import DrillMode
from orchestrator.core.levers import Position
from orchestrator.core.run import StepStatus, Verdict
from tests.flows.drilled import ANSWER_BACK, Drilled, step
from tests.flows.stage import reasons
from tests.sample_world import EAST, SOUTH, WEST

MODES = list(DrillMode)


def seconds(run, moment):
    return (moment - run.started_at).total_seconds()


def in_run(drill, at_s, change):
    """Let something change `at_s` seconds into the run that begins next."""
    clock = drill.stage.aws.clock
    clock.schedule(clock.monotonic() + at_s, change)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("regions", [(), (EAST, WEST, SOUTH)], ids=["two regions", "three"])
def test_a_drill_moves_every_user_away_and_back(mode, regions):
    drill = Drilled(mode, regions=regions)

    run = drill.run()

    taken, put_back = step(run, "take-out"), step(run, "put-back")
    while_out = [
        one
        for one in drill.stage.users.requests()
        if step(run, "users").ended_at <= drill.at(one) < put_back.started_at
    ]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {(one.ok, one.region) for one in while_out} == {(True, WEST)}
    assert len(drill.moved(taken)) == 8
    assert {one.region for one in drill.last_of_each()} == {EAST}


def test_a_drill_by_lever_costs_no_request_and_an_outage_costs_some():
    by_lever, outage = Drilled(DrillMode.SWITCH), Drilled(DrillMode.OUTAGE)

    by_lever.run()
    outage.run()

    assert all(one.ok for one in by_lever.stage.users.requests())
    assert {(one.status, one.region) for one in outage.stage.users.requests() if not one.ok} == {(429, EAST)}


@pytest.mark.parametrize("mode", MODES)
def test_equal_seeds_give_equal_drills_and_others_do_not(mode):
    first, again, other = (Drilled(mode, seed=seed) for seed in (1, 1, 2))

    runs = [drill.run() for drill in (first, again, other)]

    assert runs[0].events == runs[1].events
    assert first.stage.users.requests() == again.stage.users.requests()
    assert first.stage.users.requests() != other.stage.users.requests()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at_s", [1.0, 40.0, 100.0])
def test_a_standby_that_falls_sick_ends_the_drill_within_ten_seconds(mode, at_s):
    drill = Drilled(mode)
    in_run(drill, at_s, lambda: drill.stage.aws.faults.sick.add(WEST))

    run = drill.run()

    assert run.verdict is Verdict.FAILED
    assert step(run, "watch").status is StepStatus.FAILED
    assert step(run, "hold").reason == "stopped: watch failed"
    assert seconds(run, step(run, "put-back").started_at) - at_s <= 10
    assert step(run, "put-back").status is StepStatus.SUCCEEDED
    assert step(run, "users-back").status is StepStatus.SUCCEEDED
    assert {one.region for one in drill.last_of_each()} == {EAST}


def test_an_alarm_of_the_user_ends_the_drill_too():
    from dataclasses import replace

    drill = Drilled()
    account = drill.stage.accounts[0]
    topology = drill.stage.topology
    abort = replace(topology.drills.abort, alarms=("too-many-errors",))
    drill.stage = replace(drill.stage, topology=replace(topology, drills=replace(topology.drills, abort=abort)))
    in_run(drill, 70, lambda: drill.stage.aws.alarms.ringing.add((account, WEST, "too-many-errors")))

    run = drill.run()

    assert "alarm too-many-errors is on in us-west-2" in step(run, "watch").reason
    assert seconds(run, step(run, "put-back").started_at) - 70 <= 10
    assert drill.position() is Position.IN


def test_a_region_that_really_fails_during_its_drill_gets_no_users_back():
    drill = Drilled(DrillMode.SWITCH)
    in_run(drill, 130, lambda: drill.stage.aws.faults.sick.add(EAST))

    run = drill.run()

    failed_at = run.started_at.timestamp() + 130
    later = [one for one in drill.stage.users.requests() if drill.at(one).timestamp() > failed_at]
    assert run.verdict is Verdict.FAILED
    assert step(run, "put-back").status is StepStatus.SUCCEEDED
    assert step(run, ANSWER_BACK).status is StepStatus.FAILED
    assert {(one.ok, one.region) for one in later} == {(True, WEST)}


def test_when_the_region_of_the_lever_falls_silent_the_lever_falls_back_by_itself():
    drill = Drilled(DrillMode.SWITCH)
    in_run(drill, 100, lambda: drill.stage.aws.faults.silent.add(WEST))

    run = drill.run()

    assert run.verdict is Verdict.FAILED
    assert step(run, "watch").status is StepStatus.FAILED
    assert seconds(run, step(run, "put-back").started_at) - 100 <= 10
    assert step(run, "put-back").status is StepStatus.FAILED
    assert {(one.ok, one.region) for one in drill.last_of_each()} == {(True, EAST)}


def test_a_write_of_the_lever_that_never_arrives_is_written_again():
    drill = Drilled(DrillMode.SWITCH)
    plan = drill.plan()
    drill.stage.aws.faults.lost_data = 1

    run = drill.run(plan)

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert len(drill.moved(step(run, "take-out"))) == 8


def test_writes_that_are_lost_while_the_lever_is_put_back_do_not_hold_the_region_out():
    drill = Drilled(DrillMode.SWITCH)
    plan = drill.plan()

    def lose(event):
        if (event.step, event.kind.value) == ("put-back", "step_started"):
            drill.stage.aws.faults.lost_data = 3

    run = drill.stage.carry_out(plan, run="drill", on_event=lose)

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert drill.position() is Position.IN


@pytest.mark.parametrize("call", ["DrillLog.write", "Levers.move", "Levers.positions"])
def test_a_lost_answer_is_made_good(call):
    drill = Drilled(DrillMode.SWITCH)
    plan = drill.plan()
    drill.stage.aws.faults.lose.add(call)

    run = drill.run(plan)

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert not drill.stage.aws.faults.lose
