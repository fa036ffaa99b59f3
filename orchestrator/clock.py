"""The real clock, and the time of a run, which follows the wall clock only once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from orchestrator.ports import Clock


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


class RunClock:
    """ports.Clock of one run: `real` is asked for the wall time once, and from then on seconds are counted.

    So the difference of two times that a run tells is a duration, whoever sets this machine's clock meanwhile. `passed`
    counts them (default: `real`'s monotonic seconds). `since`: the run goes on, and no time it tells lies before that.
    """

    def __init__(
        self, real: Clock, *, passed: Callable[[], float] | None = None, since: datetime | None = None
    ) -> None:
        self._real, self._passed = real, passed or real.monotonic
        self._began_s, now = self._passed(), real.now()
        self._since = max(now, since) if since else now

    def now(self) -> datetime:
        """Aware UTC time; never goes back, and never jumps."""
        return self._since + timedelta(seconds=self._passed() - self._began_s)

    def monotonic(self) -> float:
        """Seconds for deadlines: while this machine sleeps, nobody is late."""
        return self._real.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        self._real.sleep(seconds)


def run_clock() -> RunClock:
    """Of a run that begins now on this machine; the times that it tells also pass while that sleeps."""
    return RunClock(SystemClock(), passed=AwakeClock().monotonic)


def going_on(clock: Clock, last: datetime) -> RunClock:
    """Of a run that goes on by `clock`, which jumps no more: its other times come after `last`, its last one."""
    return RunClock(clock, passed=lambda: clock.now().timestamp(), since=last)
