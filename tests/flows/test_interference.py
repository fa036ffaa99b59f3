"""What others do to a run while it goes on: operations stopped, clocks set, changes that reach no name server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.simulation import Durations, InlineWorkers, SimulatedAws, World
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, NAMES, TWO_ACCOUNTS, WEST, Sample, topology

COMPUTE = NAMES.stack_set("compute")


class JumpingClock:
    """Wall time jumps by turns, as when NTP or a person sets it; monotonic time does not know."""

    def __init__(self, stage, minutes):
        self._clock, self._jump, self._asked = stage.aws.clock, timedelta(minutes=minutes), 0

    def now(self):
        self._asked += 1
        return self._clock.now() + self._jump * (self._asked % 3 - 1)

    def monotonic(self):
        return self._clock.monotonic()

    def sleep(self, seconds):
        self._clock.sleep(seconds)


def carried_out(stage, plan, *, when):
    """The run of a plan, with `when(event)` called at each event."""
    events = stage.events

    class Told(list):
        def append(self, event):
            events.append(event)
            when(event)

    stage.events = Told(events)
    try:
        return stage.carry_out(plan).run
    finally:
        stage.events = events


@pytest.mark.parametrize("accounts", [TWO_ACCOUNTS, TWO_ACCOUNTS[1:]], ids=["some cancelled", "all done by then"])
def test_a_run_whose_operation_somebody_stops_stops_too_and_changes_no_record(accounts):
    stage = Stage(Sample(topology(accounts=accounts))).deployed()
    stage.sample = stage.sample.edited(code="second")
    records = stage.aws.dns.contents

    def stop(event):
        if event.kind is EventKind.STEP_PROGRESS and event.step == f"update:compute:{WEST}":
            stage.aws.stack_sets.stop_operations(COMPUTE)

    before = {stack.name: stack.updated_at for stack, _ in stage.aws.stacks.all() if stack.region == EAST}
    run = carried_out(stage, stage.plan(), when=stop)

    after = {stack.name: stack.updated_at for stack, _ in stage.aws.stacks.all() if stack.region == EAST}
    assert run.verdict is Verdict.FAILED
    assert "ended STOPPED" in reasons(run)[f"update:compute:{WEST}"]
    assert "somebody stopped it" in reasons(run)[f"update:compute:{WEST}"]
    assert stage.aws.dns.contents == records
    assert after == before
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert stage.plan().is_empty


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_wall_clock_that_jumps_ten_minutes_fails_no_deadline(minutes):
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")
    plan = stage.plan()

    ports = replace(stage.aws.ports, clock=JumpingClock(stage, minutes))
    run = execute(plan, ports, run="jumping", emit=stage.events.append, polling=Polling(), workers=InlineWorkers()).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_a_change_that_does_not_reach_the_name_servers_fails_its_step_in_time_and_is_said_to_go_on():
    stage = Stage(Sample(topology()))
    world = World(
        home_account=HOME,
        home_region=WEST,
        zone="fed.dev",
        durations=Durations(in_sync_s=2000.0),
    )
    stage.aws = SimulatedAws(world)
    stage.do("bootstrap")

    run = stage.do("deploy")

    steps = {step.id: step for step in run.steps}
    assert run.verdict is Verdict.FAILED
    assert steps["records"].status is StepStatus.FAILED
    assert "not done within 600 s: change C" in steps["records"].reason
    assert "Route 53 has the change and goes on" in steps["records"].reason
    assert stage.plan().is_empty
