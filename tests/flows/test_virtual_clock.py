"""What is due while virtual time passes happens at its moment, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulation import VirtualClock


@given(st.lists(st.floats(0, 100), max_size=20), st.lists(st.floats(0, 30), min_size=1, max_size=10))
def test_scheduled_calls_are_made_in_order_each_at_its_moment(moments, sleeps):
    clock, seen = VirtualClock(), []
    for moment in moments:
        clock.schedule(moment, lambda due=moment: seen.append((due, clock.monotonic())))

    for seconds in sleeps:
        clock.sleep(seconds)

    passed = clock.monotonic()
    assert seen == [(moment, moment) for moment in sorted(moments) if moment <= passed]


def test_calls_due_at_one_moment_are_made_in_the_order_in_which_they_were_put_down():
    clock, seen = VirtualClock(), []
    for name in "abc":
        clock.schedule(5, lambda name=name: seen.append(name))

    clock.sleep(5)

    assert seen == ["a", "b", "c"]


def test_a_call_may_put_down_another_that_is_due_in_the_same_sleep():
    clock, seen = VirtualClock(), []
    clock.schedule(1, lambda: clock.schedule(2, lambda: seen.append(clock.monotonic())))

    clock.sleep(3)

    assert (seen, clock.monotonic()) == ([2], 3)


def test_a_recurring_call_keeps_its_rhythm_whatever_the_sleeps_until_it_is_ended():
    clock, seen = VirtualClock(), []
    end = clock.every(10, lambda: seen.append(clock.monotonic()), first_s=3)

    for seconds in (1, 30, 5):
        clock.sleep(seconds)
    end()
    clock.sleep(100)

    assert seen == [3, 13, 23, 33]


def test_what_a_call_raises_ends_the_sleep_at_its_moment_and_time_goes_on_afterwards():
    clock, seen = VirtualClock(), []

    def press_ctrl_c():
        raise KeyboardInterrupt

    clock.schedule(4, press_ctrl_c)
    clock.schedule(6, lambda: seen.append(clock.monotonic()))
    with pytest.raises(KeyboardInterrupt):
        clock.sleep(10)
    interrupted_at = clock.monotonic()

    clock.sleep(10)

    assert (interrupted_at, seen, clock.monotonic()) == (4, [6], 14)
