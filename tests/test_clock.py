from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

from orchestrator.app.settings import Settings, open_data_plane
from orchestrator.clock import AwakeClock, RunClock, SystemClock, run_clock

ROOT = Path(__file__).parents[1]


def test_wall_time_is_aware_and_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_sleeping_lets_monotonic_time_pass() -> None:
    clock = SystemClock()
    before = clock.monotonic()

    clock.sleep(0.01)

    assert clock.monotonic() - before >= 0.01


def test_sleeping_for_no_time_returns() -> None:
    clock = SystemClock()

    clock.sleep(0)
    clock.sleep(-1)


def test_the_clock_that_is_awake_never_goes_back_and_tells_no_less_than_the_other() -> None:
    awake, other = AwakeClock(), SystemClock()
    began, began_other = awake.monotonic(), other.monotonic()
    other.sleep(0.01)
    passed_other, passed = other.monotonic() - began_other, awake.monotonic() - began

    assert passed >= passed_other


def test_the_time_of_a_run_begins_with_the_wall_and_passes_as_real_seconds_do() -> None:
    real, awake = SystemClock(), AwakeClock()
    before = real.now()
    clock = run_clock()
    began, since = clock.now(), awake.monotonic()
    clock.sleep(0.01)

    passed = clock.now() - began
    assert timedelta(seconds=0.01) <= passed <= timedelta(seconds=awake.monotonic() - since + 0.001)
    assert before <= began <= real.now() + timedelta(seconds=1)


def test_what_a_command_works_with_tells_the_time_of_its_run() -> None:
    plane = open_data_plane(Settings(config=ROOT / "regions.yaml"), region="us-east-1", failing=True)

    assert isinstance(plane.ports.clock, RunClock)
