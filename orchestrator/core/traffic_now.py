"""What users meet right now: who serves them and how often, what failed so far, and whether that has just turned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.core.run import Event, EventKind
from orchestrator.core.traffic import TrafficRequest

SOMEBODY = "an unknown region"
RECENT_S = 1.0
"""The time over which answers are counted."""
_MISSED = 3
"""A user who has heard nothing for so many turns is served by nobody now."""
_PATIENCE_S = 3.0
"""But not before this time: a function that starts cold is slow, not down."""
_WAITING = "no answer yet"
_TURN = ("turn", "yes")
_FAILING = ("failing", "yes")
_Caller = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Last:
    """What one resolver met last at one host, and how long after the time before (0: there was none)."""

    caller: _Caller
    at_s: float
    gap_s: float
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersNow:
    """What was met lately, and the sums since the start.

    `recent` tells when each request became known, in seconds of the looker's own clock, and who answered it well (""
    for a failure). `last` holds the same of the last request of each resolver to each host: they call in turns, and
    between two of one's turns there may be seconds. `error` is the latest failure's, "" as long as there was none.
    """

    requests: int = 0
    failed: int = 0
    recent: tuple[tuple[float, str], ...] = ()
    last: tuple[_Last, ...] = ()
    now_s: float = 0.0
    error: str = ""
    met: frozenset[str] = frozenset()
    """Who was there when somebody last answered, or did not (""), and whether users waited."""

    def after(self, new: Sequence[TrafficRequest], now_s: float) -> UsersNow:
        """The same a moment later, with the requests that have ended since."""
        lost = [one for one in new if not one.ok]
        kept = tuple(seen for seen in self.recent if now_s - seen[0] < RECENT_S)
        now = UsersNow(
            requests=self.requests + len(new),
            failed=self.failed + len(lost),
            recent=(*kept, *((now_s, _met(one)) for one in new)),
            last=_lasts(self.last, new, now_s),
            now_s=now_s,
            error=(lost[-1].error or f"status {lost[-1].status}") if lost else self.error,
        )
        seen = frozenset(now._seen())
        return replace(now, met=(seen | {_WAITING} if now.waiting else seen) or self.met)

    @property
    def serving(self) -> tuple[tuple[str, float], ...]:
        """Each region that serves now, with its good answers a second; who serves most first.

        0.0: its users are between two turns.
        """
        counts = Counter(region for region in self._seen() if region)
        return tuple((region, self._rate(region)) for region, _ in sorted(counts.items(), key=_most_first))

    @property
    def failing(self) -> bool:
        """Whether anybody's requests fail now."""
        return "" in self._seen()

    @property
    def failing_per_s(self) -> float:
        """Failures a second."""
        return self._rate("")

    def _rate(self, region: str) -> float:
        return sum(1 for _, met in self.recent if met == region) / RECENT_S

    @property
    def waiting(self) -> bool:
        """Whether some users have heard nothing for several turns, while others have."""
        return 0 < sum(map(self._is_fresh, self.last)) < len(self.last)

    def _seen(self) -> list[str]:
        """Who answered in the last second; and for users who were not there in it, who answered them last."""
        between = [one.region for one in self.last if self.now_s - one.at_s >= RECENT_S and self._is_fresh(one)]
        return [region for _, region in self.recent] + between

    def _is_fresh(self, one: _Last) -> bool:
        gap_s = one.gap_s or max((other.gap_s for other in self.last), default=0.0)
        return self.now_s - one.at_s < max(_PATIENCE_S, gap_s * _MISSED)

    def event(self, at: datetime, run: str, detail: str, *, turn: bool = False) -> Event:
        """For whoever watches the run; never on record, where the requests themselves are."""
        sums = (("requests", str(self.requests)), ("failed", str(self.failed)))
        data = (*sums, *((_FAILING,) if self.failing else ()), *((_TURN,) if turn else ()))
        return Event(at=at, run=run, kind=EventKind.TRAFFIC, detail=detail, data=data)

    def turned(self, before: UsersNow) -> bool:
        """Whether others serve than `before`, or requests have begun or ceased to fail, or to wait.

        Silence of all is no turn.
        """
        return self.met != before.met


def is_turn(event: Event) -> bool:
    """Whether an event tells that others serve now, or that requests began or ceased to fail."""
    return event.kind is EventKind.TRAFFIC and _TURN in event.data


def is_failing(event: Event) -> bool:
    """Whether an event of `UsersNow` tells of requests that fail now."""
    return event.kind is EventKind.TRAFFIC and _FAILING in event.data


def _lasts(before: Iterable[_Last], new: Iterable[TrafficRequest], now_s: float) -> tuple[_Last, ...]:
    known = {one.caller: one for one in before}
    came = {(one.resolver, one.host): _met(one) for one in new}
    for caller, region in came.items():
        past = known.get(caller)
        known[caller] = _Last(caller, now_s, now_s - past.at_s if past else 0.0, region)
    return tuple(known.values())


def _met(request: TrafficRequest) -> str:
    return (request.region or SOMEBODY) if request.ok else ""


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
