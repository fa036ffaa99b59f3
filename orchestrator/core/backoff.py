"""How long to wait before a throttled question is asked again: full jitter, or what AWS asks for."""

from __future__ import annotations

_FIRST_S = 1.0
_LONGEST_S = 20.0


def pause_s(attempt: int, *, draw: float, retry_after_s: float | None = None) -> float:
    """Seconds before the try that follows `attempt` (from 0). `draw` is a random number in [0, 1).

    Full jitter: anything up to 1, 2, 4, ... 20 seconds, so that those who were throttled together do not come back
    together. `retry_after_s` is the least, when AWS says it (see "Exponential Backoff And Jitter", AWS Architecture
    Blog).
    """
    ceiling = min(_LONGEST_S, _FIRST_S * float(1 << min(attempt, 10)))
    return (retry_after_s or 0.0) + draw * ceiling
