"""Asks AWS slowly enough: Route 53 refuses more than five requests a second of a whole account."""

from __future__ import annotations

import threading

from orchestrator.ports import Clock


class TokenBucket:
    """`burst` requests at once, then `per_second`. Safe for threads; waiting goes through the clock."""

    def __init__(self, clock: Clock, *, burst: int, per_second: float) -> None:
        self._clock, self._burst, self._rate = clock, burst, per_second
        self._tokens, self._seen = float(burst), clock.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Return when one more request may be sent."""
        with self._lock:
            now = self._clock.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate) - 1
            self._seen = now
            wait_s = max(0.0, -self._tokens / self._rate)
        if wait_s:
            self._clock.sleep(wait_s)
