from __future__ import annotations

from datetime import UTC

from orchestrator.clock import AwakeClock, SystemClock


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
