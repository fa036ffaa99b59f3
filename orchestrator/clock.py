"""The real clock."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime


class SystemClock:
    """ports.Clock on this machine: UTC wall time, the monotonic clock, real sleep."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; not moved by changes of the wall clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread; nothing to do for zero and less."""
        if seconds > 0:
            time.sleep(seconds)


class AwakeClock(SystemClock):
    """The same, but its monotonic seconds also pass while this machine sleeps: leases do not wait for a laptop."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, with those of a closed lid."""
        if sys.platform == "linux":
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        if sys.platform == "darwin":
            # Python's own monotonic clock stands still there while the machine sleeps, this one does not.
            return time.clock_gettime(time.CLOCK_MONOTONIC)
        return time.monotonic()
