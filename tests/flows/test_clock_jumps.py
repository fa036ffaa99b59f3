"""A wall clock that is wrong, or set in the middle of whatever: durations, leases and measures stay right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from orchestrator.app.locking import RunLock
from orchestrator.clock import RunClock, going_on
from orchestrator.core.drill import DrillMode
from orchestrator.core.errors import LockHeld
from orchestrator.core.journal_lines import events_in
from orchestrator.core.lock import Owner
from orchestrator.core.measure import measure
from orchestrator.core.run_report import RunFacts, RunReport
from orchestrator.lock import Seat
from orchestrator.ports import Clock
from orchestrator.simulation import Faults, Gate, VirtualClock
from orchestrator.simulation.lock_store import SimulatedLockStore
from tests.flows.drilled import Drilled
from tests.invariants import violations
from tests.mischief import Fault, Kind
from tests.sample_world import EAST, WEST
from tests.scenarios import BY_NAME, play, smooth
from tests.theatre import Director, Part
from tests.witness import Finished

JUMPS_S = (600.0, -600.0)
MOMENTS = (0.0, 0.1, 0.4, 0.7, 0.95)
"""Shares of the time that it takes undisturbed; at 0 the clock is wrong from the beginning."""
SCENARIOS = ("first", "release", "drill-switch", "drill-outage", "failover")


def courses(end: Finished) -> list[list[tuple[str, str, float]]]:
    """Of each command, as its journal tells it: every event, and how long after the first."""
    told = [tuple(events_in(one.record.splitlines(keepends=True), one.verb)) for one in end.commands]
    return [
        [(event.kind.value, event.step, round((event.at - events[0].at).total_seconds(), 3)) for event in events]
        for events in told
    ]


@cache
def undisturbed(name: str) -> list[list[tuple[str, str, float]]]:
    return courses(play(BY_NAME[name]))


@pytest.mark.parametrize("jump_s", JUMPS_S)
@pytest.mark.parametrize("name", SCENARIOS)
def test_whenever_the_wall_clock_is_set_every_event_comes_at_its_second(name, jump_s):
    lasts_s = smooth(BY_NAME[name]).lasts_s

    for share in MOMENTS:
        end = play(BY_NAME[name], [Fault(Kind.JUMP, share * lasts_s, lasts_s=jump_s)])

        assert violations(end) == [], share
        assert courses(end) == undisturbed(name), share


# -- drills -------------------------------------------------------------------------------------------------------


class SetClock:
    """A clock whose wall time somebody sets, by so many seconds at a moment (monotonic seconds)."""

    def __init__(self, clock: Clock, at_s: float, jump_s: float) -> None:
        self._clock, self._at_s, self._jump = clock, at_s, timedelta(seconds=jump_s)
        self.monotonic, self.sleep = clock.monotonic, clock.sleep

    def now(self) -> datetime:
        return self._clock.now() + (self._jump if self.monotonic() >= self._at_s else timedelta())


def reported(at_s: float, jump_s: float) -> RunReport:
    """A drill under traffic; the wall clock is set so long after its beginning."""
    drill = Drilled(mode=DrillMode.OUTAGE)
    stage = drill.stage
    clock = RunClock(SetClock(stage.aws.clock, stage.aws.clock.monotonic() + at_s, jump_s))
    drill.stage = replace(stage, ports=replace(stage.ports, clock=clock))
    run = drill.run()
    facts = RunFacts(region=EAST, mode=drill.mode, regions=(EAST, WEST), rto_s=180, longest_gap_s=180)
    return measure(run, facts, stage.users.requests(), stage.users.started_at)


@cache
def undisturbed_report() -> RunReport:
    return reported(1e9, 0.0)


@pytest.mark.parametrize("jump_s", JUMPS_S)
@pytest.mark.parametrize("at_s", [1.0, 60.0, 150.0])
def test_whenever_the_wall_clock_is_set_a_drill_measures_the_same(at_s, jump_s):
    report, smoothly = reported(at_s, jump_s), undisturbed_report()

    assert report.objectives == smoothly.objectives
    assert report.verdict is smoothly.verdict
    assert [(one.name, one.duration_s) for one in report.phases] == [
        (one.name, one.duration_s) for one in smoothly.phases
    ]
    assert {one.name for one in report.objectives if one.measured is not None} >= {"rto", "longest_gap"}


# -- the lock -----------------------------------------------------------------------------------------------------

_HOME = (Seat(WEST, "home"), None)
_DIES_AT_S, _ASKS_EACH_S = 30.0, 5.0


def waited(part: str, at_s: float, jump_s: float) -> float:
    """When somebody who waits for the lock of a machine that stands still gets it; the clock of one `part` is set."""
    clock, taken = VirtualClock(), list[float]()
    store = SimulatedLockStore(clock, Gate(Faults()))

    def lock(part: Part) -> RunLock:
        return RunLock(store, part.clock, _HOME, command="deploy --break-lock", keep=part.keeping)

    def hold(part: Part) -> None:
        with lock(part).held(Owner(by="ann", host="laptop", run="run-a", purpose="deploy")):
            part.clock.sleep(_DIES_AT_S + 1)

    def wait(part: Part) -> None:
        while not taken:
            try:
                with lock(part).held(Owner(by="bob", host="runner", run="run-b", purpose="deploy")):
                    taken.append(part.clock.monotonic())
            except LockHeld:
                part.clock.sleep(_ASKS_EACH_S)

    parts = [Part("holder", hold, pauses={_DIES_AT_S: 3600.0}), Part("waiter", wait, begins_at=1.0)]
    for one in parts:
        if one.name == part:
            one.jumps[at_s] = jump_s
    Director(clock, Gate(Faults())).play(parts)
    assert [one.error for one in parts] == [None, None]
    return taken[0]


@pytest.mark.parametrize("jump_s", JUMPS_S)
@pytest.mark.parametrize("at_s", [0.0, 20.0, 45.0, 80.0])
@pytest.mark.parametrize("part", ["holder", "waiter"])
def test_whenever_a_wall_clock_is_set_a_lock_is_had_when_its_lease_has_ended(part, at_s, jump_s):
    smoothly = waited("nobody", 0.0, 0.0)

    assert waited(part, at_s, jump_s) == smoothly > _DIES_AT_S


# -- runs that go on ----------------------------------------------------------------------------------------------


def test_a_run_that_goes_on_after_the_clock_was_set_back_tells_no_earlier_time():
    clock = VirtualClock()
    before = RunClock(SetClock(clock, 0.0, 600.0))
    clock.sleep(100)
    last = before.now()

    after = going_on(RunClock(clock), last)
    times = [after.now()]
    clock.sleep(60)
    times.append(after.now())

    assert times == [last, last + timedelta(seconds=60)]


def test_the_journal_of_a_run_that_goes_on_never_goes_back():
    died_ahead = [Fault(Kind.JUMP, 0.0, lasts_s=600.0), Fault(Kind.DIE_AFTER, 4)]

    end = play(BY_NAME["release"], died_ahead, resume=True)

    record = max((one.record for one in end.commands), key=len)
    times = [event.at for event in events_in(record.splitlines(keepends=True), "journal")]
    assert sum(b'"run_started"' in line for line in record.splitlines()) > 1
    assert times == sorted(times)


def test_a_run_that_goes_on_later_tells_the_time_that_it_is():
    clock = VirtualClock()
    last = clock.now()
    clock.sleep(3600)

    assert going_on(RunClock(clock), last).now() == last + timedelta(hours=1)
