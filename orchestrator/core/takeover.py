"""Whether the regions that take over stay within the limits of a drill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.core.drill import Limits

_FEWEST = 5
"""So many answers make a rate: one lost question is no abort."""
_IN_A_ROW = 3
"""So many failures without a good answer in between are no chance: whoever hangs gives few answers."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer of a region that takes over: when (seconds), whether it was good, and how long it took."""

    at: float
    ok: bool
    latency_s: float


def exceeded(seen: Sequence[Observation], limits: Limits) -> str:
    """Which limit these observations (of the last `window_s`, in order) exceed, "" for none.

    Latency is the median of the good answers: a single slow one is no reason to stop.
    """
    last = seen[-_IN_A_ROW:]
    if limits.error_rate_percent < 100 and len(last) == _IN_A_ROW and not any(one.ok for one in last):
        return f"the last {_IN_A_ROW} answers failed"
    if len(seen) < _FEWEST:
        return ""
    bad = sum(1 for one in seen if not one.ok)
    rate = 100 * bad / len(seen)
    if rate > limits.error_rate_percent:
        return f"{bad} of {len(seen)} answers failed ({rate:.0f} %), more than {limits.error_rate_percent} %"
    good = sorted(one.latency_s for one in seen if one.ok)
    median_ms = 1000 * good[len(good) // 2] if good else 0.0
    if median_ms > limits.latency_ms:
        return f"answers take {median_ms:.0f} ms in the median, more than {limits.latency_ms} ms"
    return ""
