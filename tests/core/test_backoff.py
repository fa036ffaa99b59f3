"""Pauses between tries: spread over the whole interval, growing to a bound, never shorter than AWS asks for."""

from __future__ import annotations

import pytest

from orchestrator.core.backoff import pause_s


@pytest.mark.parametrize(("attempt", "ceiling"), [(0, 1), (1, 2), (4, 16), (5, 20), (10_000, 20)])
def test_the_whole_interval_is_used_and_it_grows_to_a_bound(attempt, ceiling):
    assert pause_s(attempt, draw=0.0) == 0
    assert pause_s(attempt, draw=0.5) == ceiling / 2
    assert pause_s(attempt, draw=0.999) < ceiling


def test_what_aws_asks_for_is_the_least():
    assert pause_s(3, draw=0.0, retry_after_s=7.0) == 7
    assert pause_s(3, draw=0.5, retry_after_s=7.0) == 11
