"""When those who take over exceed the limits of a drill."""

from __future__ import annotations

import pytest

from orchestrator.core.drill import Limits
from orchestrator.core.takeover import Observation, exceeded

LIMITS = Limits(error_rate_percent=25, latency_ms=500, window_s=30)


def good(count: int, latency_s: float = 0.1) -> list[Observation]:
    return [Observation(float(number), ok=True, latency_s=latency_s) for number in range(count)]


def bad(count: int) -> list[Observation]:
    return [Observation(float(number), ok=False, latency_s=0.0) for number in range(count)]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (good(10), ""),
        (bad(2), ""),
        (good(9) + bad(3), "the last 3 answers failed"),
        (good(6) + bad(2), ""),
        (good(5) + bad(2), "2 of 7 answers failed (29 %), more than 25 %"),
        (bad(2) + good(5), "2 of 7 answers failed (29 %), more than 25 %"),
        (good(5, 0.6), "answers take 600 ms in the median, more than 500 ms"),
        (good(4, 0.1) + good(3, 9.0), ""),
    ],
)
def test_limits_are_exceeded_by_rates_and_medians_of_enough_answers(seen: list[Observation], told: str) -> None:
    assert exceeded(seen, LIMITS) == told


def test_a_limit_of_all_answers_is_never_exceeded() -> None:
    assert exceeded(bad(10), Limits(error_rate_percent=100, latency_ms=500, window_s=30)) == ""
