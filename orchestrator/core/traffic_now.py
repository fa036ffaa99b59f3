"""What users meet right now: who serves them and how often, what failed so far, and whether that has just turned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.run import Event, EventKind
from orchestrator.core.traffic import TrafficRequest

SOMEBODY = "an unknown region"
RECENT_S = 1.0
"""Who has answered for so long ago does not serve now. Every user calls more often than that."""


_TURN = ("turn", "yes")
_FAILING = ("failing", "yes")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersNow:
    """What was met lately, and the sums since the start.

    `recent` tells when each request became known, in seconds of the looker's own clock, and who answered it well (""
    for a failure). `error` is the latest failure's, "" as long as there was none.
    """

    requests: int = 0
    failed: int = 0
    recent: tuple[tuple[float, str], ...] = ()
    error: str = ""
    met: frozenset[str] = frozenset()
    """Who was there when somebody last answered, or did not ("")."""

    def after(self, new: Sequence[TrafficRequest], now_s: float) -> UsersNow:
        """The same a moment later, with the requests that have ended since."""
        lost = [one for one in new if not one.ok]
        kept = tuple(seen for seen in self.recent if now_s - seen[0] < RECENT_S)
        recent = (*kept, *((now_s, (one.region or SOMEBODY) if one.ok else "") for one in new))
        return UsersNow(
            requests=self.requests + len(new),
            failed=self.failed + len(lost),
            recent=recent,
            error=(lost[-1].error or f"status {lost[-1].status}") if lost else self.error,
            met=frozenset(region for _, region in recent) or self.met,
        )

    @property
    def serving(self) -> tuple[tuple[str, float], ...]:
        """Each region that serves now, with its good answers a second; who serves most first."""
        counts = Counter(region for _, region in self.recent if region)
        return tuple((region, count / RECENT_S) for region, count in sorted(counts.items(), key=_most_first))

    @property
    def failing_per_s(self) -> float:
        """Failures a second."""
        return sum(1 for _, region in self.recent if not region) / RECENT_S

    def event(self, at: datetime, run: str, detail: str, *, turn: bool = False) -> Event:
        """For whoever watches the run; never on record, where the requests themselves are."""
        sums = (("requests", str(self.requests)), ("failed", str(self.failed)))
        data = (*sums, *((_FAILING,) if self.failing_per_s else ()), *((_TURN,) if turn else ()))
        return Event(at=at, run=run, kind=EventKind.TRAFFIC, detail=detail, data=data)

    def turned(self, before: UsersNow) -> bool:
        """Whether others serve than `before`, or requests have begun or ceased to fail. Silence is no turn."""
        return self.met != before.met


def is_turn(event: Event) -> bool:
    """Whether an event tells that others serve now, or that requests began or ceased to fail."""
    return event.kind is EventKind.TRAFFIC and _TURN in event.data


def is_failing(event: Event) -> bool:
    """Whether an event of `UsersNow` tells of requests that fail now."""
    return event.kind is EventKind.TRAFFIC and _FAILING in event.data


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
