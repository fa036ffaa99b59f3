"""The clock of `--local`: waiting for an embedded AWS that has ended would take until every deadline has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.clock import SystemClock

if TYPE_CHECKING:
    from orchestrator.local import LocalAws


class LocalClock(SystemClock):
    """The system's clock, which refuses to wait for nobody."""

    def __init__(self, running: LocalAws) -> None:
        self._running = running

    def sleep(self, seconds: float) -> None:
        """Block this thread. Raises OrchestratorError when the embedded AWS is not there any more."""
        from orchestrator.local import ensure_running

        ensure_running(self._running)
        super().sleep(seconds)
