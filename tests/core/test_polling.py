"""The polling policy over whole waits, on a clock that only adds up: how late an end is noticed, how often is asked."""

from __future__ import annotations

import random
from math import log
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.polling import Polling

POLICY = Polling()
LENGTHS = st.floats(0.5, 7200)
DRAWS = st.floats(0, 1, exclude_max=True)


def polled(lasts_s, *, expected_s=0.0, draw=lambda: 0.5, policy=POLICY):
    """(seconds after the end at which it is noticed, questions)."""
    at, questions = 0.0, 0
    while at < lasts_s:
        at += policy.next_s(at, expected_s=expected_s, draw=draw())
        questions += 1
    return at - lasts_s, questions


def mean_of(lasts_s, expected_s):
    """Means over waits about that long: share of the wait added, questions."""
    draw = random.Random(7).random
    lengths = [lasts_s * (0.9 + 0.2 * draw()) for _ in range(400)]
    found = [polled(one, expected_s=expected_s, draw=draw) for one in lengths]
    late = fmean(delay / length for (delay, _), length in zip(found, lengths, strict=True))
    return late, fmean(questions for _, questions in found)


@given(st.floats(0, 7200), st.sampled_from([0.0, 5.0, 60.0, 240.0, 1800.0]), DRAWS)
def test_an_interval_is_never_longer_than_the_bound_that_is_told(waited_s, expected_s, draw):
    longest = 1.1 * POLICY.next_s(waited_s, expected_s=expected_s)
    share = 0.06 if expected_s else 0.04

    assert 0.9 <= POLICY.next_s(waited_s, expected_s=expected_s, draw=draw) <= longest + 1e-9
    assert longest <= 1.1 * max(1.0, expected_s / 40, share * waited_s) + 1e-9
    assert longest <= 1.1 * POLICY.longest_s


@given(LENGTHS)
def test_without_an_estimate_an_end_is_noticed_within_a_twenty_fifth_of_the_wait(lasts_s):
    late, questions = polled(lasts_s)

    assert late <= max(1.0, 0.04 * lasts_s) + 1e-9
    assert questions <= 26 + max(0.0, log(min(lasts_s, 500) / 25) / log(1.04)) + 1 + max(0.0, lasts_s - 500) / 20 + 1


@given(LENGTHS, st.floats(0.1, 10))
def test_however_wrong_an_estimate_is_an_end_is_noticed_within_its_bound(lasts_s, factor):
    expected_s = lasts_s * factor

    late, questions = polled(lasts_s, expected_s=expected_s)

    assert late <= max(1.0, expected_s / 40, 0.06 * lasts_s) + 1e-9
    growing = max(1.0, lasts_s / (0.41 * expected_s))
    assert questions <= 18 + log(growing) / log(1.035) + lasts_s / POLICY.longest_s


@pytest.mark.parametrize("lasts_s", [60.0, 90.0, 240.0, 300.0])
def test_with_a_good_estimate_little_is_added_and_few_questions_are_asked(lasts_s):
    late, questions = mean_of(lasts_s, lasts_s)

    assert late <= 0.03
    assert questions <= 35


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_an_estimate_wrong_by_two_adds_little_still(factor):
    late, questions = mean_of(240.0, 240.0 * factor)

    assert late <= 0.05
    assert questions <= 55


def test_without_an_estimate_the_mean_is_half_the_share():
    late, _ = mean_of(240.0, 0.0)

    assert late == pytest.approx(0.02, abs=0.003)


@given(DRAWS, DRAWS)
def test_waiters_that_began_together_go_on_apart(one, other):
    intervals = {POLICY.next_s(100.0, draw=draw) for draw in (one, other)}

    assert len(intervals) == len({one, other}) or abs(one - other) < 1e-9


def test_a_wait_far_beyond_its_estimate_is_asked_for_as_if_there_had_been_none():
    waits = (60.0, 200.0, 3000.0)

    assert [POLICY.next_s(one, expected_s=10.0) for one in waits] == [POLICY.next_s(one) for one in waits]
