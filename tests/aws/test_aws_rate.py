from __future__ import annotations

from typing import Any

import pytest

from orchestrator.aws.rate import TokenBucket


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(clock: Any) -> None:
    bucket = TokenBucket(clock, burst=5, per_second=2)

    for _ in range(9):
        bucket.take()

    assert clock.slept == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert clock.elapsed == pytest.approx(2.0)


def test_tokens_come_back_with_time_but_never_more_than_the_burst(clock: Any) -> None:
    bucket = TokenBucket(clock, burst=2, per_second=1)
    bucket.take()
    bucket.take()
    clock.elapsed += 3600

    for _ in range(3):
        bucket.take()

    assert clock.slept == pytest.approx([1.0])


def test_no_window_of_time_exceeds_burst_plus_rate(clock: Any) -> None:
    bucket = TokenBucket(clock, burst=5, per_second=2)
    sent = list[float]()

    for _ in range(60):
        bucket.take()
        sent.append(clock.elapsed)

    for start in sent:
        assert sum(start <= at < start + 10 for at in sent) <= 5 + 2 * 10
