"""The clock of `--local`: waiting for an embedded AWS that has ended would take until every deadline has passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orchestrator.clock import SystemClock

if TYPE_CHECKING:
    from orchestrator.local import LocalAws


class LocalClock(SystemClock):
    """A clock that runs `factor` times faster than the system's from now on, and refuses to wait for nobody."""

    def __init__(self, running: LocalAws, *, factor: float = 1.0) -> None:
        self._running, self._factor = running, factor
        self._since, self._began_s = super().now(), super().monotonic()

    def now(self) -> datetime:
        """The wall time of the start, and what has passed since by this clock."""
        return self._since + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds since the start."""
        return (super().monotonic() - self._began_s) * self._factor

    def sleep(self, seconds: float) -> None:
        """Block this thread. Raises OrchestratorError when the embedded AWS is not there any more."""
        from orchestrator.local import ensure_running

        ensure_running(self._running)
        super().sleep(seconds / self._factor)
