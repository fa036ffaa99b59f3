"""The real clock."""

from __future__ import annotations

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
