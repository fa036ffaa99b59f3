"""What somebody who watches knows: the last good look, what turned and when it was seen, what went wrong since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.status import Status
from orchestrator.core.status_changes import StatusChange, status_changes

KEPT = 200
"""So many changes are remembered: a watch may run for days."""


@dataclass(frozen=True, slots=True)
class Look:
    """One answer of `status`: when it came (UTC) and how many seconds it took."""

    status: Status
    at: datetime
    took_s: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """A change, and when it was seen: the time of the look that met it."""

    at: datetime
    change: StatusChange


@dataclass(frozen=True, slots=True)
class Trouble:
    """Looks that failed in a row: how many, and the latest error with its time."""

    error: OrchestratorError
    at: datetime
    times: int = 1


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything seen so far. `seen` is newest look first; `fresh` are the changes of the last good look."""

    look: Look | None = None
    seen: tuple[Sighting, ...] = ()
    fresh: tuple[StatusChange, ...] = ()
    trouble: Trouble | None = None

    def after(self, look: Look) -> Watch:
        """One more look; compared with the last good one, however long ago that was."""
        fresh = status_changes(self.look.status, look.status) if self.look else ()
        seen = (*(Sighting(look.at, change) for change in fresh), *self.seen)
        return Watch(look, seen[:KEPT], fresh)

    def troubled(self, error: OrchestratorError, at: datetime) -> Watch:
        """A look that failed: what was seen before stays."""
        times = self.trouble.times + 1 if self.trouble else 1
        return replace(self, trouble=Trouble(error, at, times))
