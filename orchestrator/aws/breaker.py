"""A place that does not answer is left alone for a moment: who asks it next is told at once instead of waiting too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.core.errors import AwsError, Unreachable

_ENOUGH = 3
"""So many calls in a row without an answer: one may be lost by chance."""
_REST_S = 5.0
"""Short, as the place may be back any moment; then one call is let through to find out."""
RESTING = "NotAsked"
"""The code of a call that was not made."""
TIME_OUTS = frozenset({"ConnectTimeoutError", "ReadTimeoutError"})


@dataclass(slots=True)
class _Place:
    unanswered: int = 0
    rests_until: float = field(default=float("-inf"))


class Breaker:
    """One of each service and region, by the answers that calls got. Safe for threads.

    `exempt` services are never refused: what moves users away must be tried whatever happened before. `now` tells
    monotonic seconds.
    """

    def __init__(self, *, exempt: frozenset[str], now: Callable[[], float] = time.monotonic) -> None:
        self._exempt, self._now = exempt, now
        self._places: dict[tuple[str, str], _Place] = {}
        self._lock = threading.Lock()

    @contextmanager
    def watching(self, service: str, region: str) -> Iterator[None]:
        """Around one call. Raises Unreachable before it, when the place rests."""
        if service in self._exempt:
            yield
            return
        self._pass((service, region))
        try:
            yield
        except AwsError as error:
            # Credentials are fetched within a call: the silence of their place is not this one's.
            if error.where.startswith(f"{service}:") and f" in {region} " in error.where:
                self._count((service, region), answered=error.code not in TIME_OUTS)
            raise
        else:
            self._count((service, region), answered=True)

    def _pass(self, key: tuple[str, str]) -> None:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            if place.unanswered < _ENOUGH:
                return
            now = self._now()
            if now >= place.rests_until:
                # This call finds out; the others go on resting.
                place.rests_until = now + _REST_S
                return
        service, region = key
        what = f"no answer in time, {place.unanswered} times in a row: not asked again for {_REST_S:.0f} s"
        raise Unreachable(what, where=f"{service} in {region}", fix="try again in a moment", code=RESTING)

    def _count(self, key: tuple[str, str], *, answered: bool) -> None:
        with self._lock:
            place = self._places[key]
            place.unanswered = 0 if answered else place.unanswered + 1
            if not answered and place.unanswered >= _ENOUGH:
                place.rests_until = self._now() + _REST_S
