"""Users on the virtual clock: resolvers that keep answers for their TTL, and a request every now and then."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orchestrator.core.detection import PROBE_S
from orchestrator.core.traffic import TrafficRequest
from orchestrator.ports import ProbeResult
from orchestrator.simulation.clock import VirtualClock
from orchestrator.simulation.dns import SimulatedDns

_LONGEST_S = PROBE_S
"""No request takes longer: its answer, or the end of a user's patience."""
_NO_ANSWER_TTL_S = 10.0
"""How long a resolver remembers that a name has no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who calls: one request every 1 / `rate_per_s` seconds, by the `resolvers` in turn, each for the `hosts` in turn.

    Resolvers sit in the `regions` in turn, as latency routing sees them. `seed` shifts what their caches hold.
    """

    hosts: tuple[str, ...]
    regions: tuple[str, ...] = ("",)
    rate_per_s: float = 10.0
    resolvers: int = 8
    seed: int = 0


@dataclass(slots=True)
class _Kept:
    target: str
    until: float


@dataclass(slots=True)
class _Cache:
    """What one resolver remembers, by host."""

    region: str
    kept: dict[str, _Kept] = field(default_factory=dict)


class SimulatedUsers:
    """ports.UserTraffic. `at` of every request counts virtual seconds from `started_at`."""

    on = True

    def __init__(self, clock: VirtualClock, dns: SimulatedDns, ask: Callable[[str], ProbeResult], crowd: Crowd) -> None:
        self._clock, self._dns, self._ask, self._crowd = clock, dns, ask, crowd
        self._draw = random.Random(crowd.seed).random
        self._zero = clock.monotonic()
        self.started_at = clock.now()
        self._made: list[TrafficRequest] = []
        self._caches = [_Cache(crowd.regions[number % len(crowd.regions)]) for number in range(crowd.resolvers)]
        self._end: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to call, with caches that were filled at any moment of the last TTL. A second time: begin anew."""
        self.stop()
        self._zero, self.started_at = self._clock.monotonic(), self._clock.now()
        self._made.clear()
        for cache in self._caches:
            for host in self._crowd.hosts:
                target, ttl_s = self._resolved(cache, host)
                cache.kept[host] = _Kept(target, self._zero + self._draw() * ttl_s)
        self._end = self._clock.every(1 / self._crowd.rate_per_s, self._call)

    def stop(self) -> None:
        """End at once. Harmless when nobody calls."""
        self._end()

    def requests(self, since: int = 0) -> Sequence[TrafficRequest]:
        """All that have ended, in the order of their ends, from the one of that number on."""
        return self._ended(self._made)[since:]

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:
        """The requests that ended in the last `seconds`, in the order of their ends."""
        since = self._clock.monotonic() - self._zero - seconds
        first = len(self._made)
        while first and self._made[first - 1].at >= since - _LONGEST_S:
            first -= 1
        return tuple(one for one in self._ended(self._made[first:]) if one.ended >= since)

    def _ended(self, requests: Sequence[TrafficRequest]) -> tuple[TrafficRequest, ...]:
        now = self._clock.monotonic() - self._zero
        return tuple(sorted((one for one in requests if one.ended <= now), key=lambda one: one.ended))

    def _call(self) -> None:
        turn, resolver = divmod(len(self._made), len(self._caches))
        host = self._crowd.hosts[turn % len(self._crowd.hosts)]
        target = self._address(self._caches[resolver], host)
        answer = self._ask(target) if target else ProbeResult(False, 0, "", 0.0, f"{host} does not resolve")
        self._made.append(
            TrafficRequest(
                at=self._clock.monotonic() - self._zero,
                latency_s=answer.latency_s,
                resolver=resolver,
                address=target,
                status=answer.status,
                region=target.split(".")[2] if answer.status else "",
                error=answer.error,
                host=host,
            )
        )

    def _address(self, cache: _Cache, host: str) -> str:
        now = self._clock.monotonic()
        kept = cache.kept[host]
        if now >= kept.until:
            target, ttl_s = self._resolved(cache, host)
            kept = cache.kept[host] = _Kept(target, now + ttl_s)
        return kept.target

    def _resolved(self, cache: _Cache, host: str) -> tuple[str, float]:
        """The API domain that name servers answer now, and for how long it may be kept."""
        found = self._dns.ask(host, draw=self._draw(), client_region=cache.region)
        return (found.values[0], float(found.ttl_s)) if found.values else ("", _NO_ANSWER_TTL_S)
