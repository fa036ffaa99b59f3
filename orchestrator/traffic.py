"""Steady traffic as users make it: names resolved with a cache that honours TTL, a new connection for every request.

Runs in a thread of its own and can be stopped at any moment; what was in flight by then is not counted.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from types import MappingProxyType

from orchestrator.core.http_message import HttpAnswer, NotHttp
from orchestrator.core.traffic import TrafficRequest
from orchestrator.exchange import Limits, fetch
from orchestrator.name_lookup import CachingResolver, DnsServerLookup, NoAddress, SystemLookup
from orchestrator.ports import Clock

_AGENT = "region-failover-orchestrator traffic"
_LONGEST_ERROR = 200
_STOP_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Who calls, what and how often. `rate_per_s` is that of all workers and hosts together, in real seconds.

    Each resolver's requests take `hosts` in turn, so that each resolver meets each host. Without hosts, or at a rate of
    0, nobody calls. A worker that waits for an answer misses its turns, as a user would. Without `dns_servers` the
    system's resolver is asked, which keeps its own cache; else resolver number i asks server i of them (counted round,
    the next one when it does not answer) at `dns_port`, from one of `dns_sources` in turn ("" is any), and keeps its
    own answers.
    `regions` maps addresses to regions, for answers that do not say where they come from.
    """

    hosts: tuple[str, ...]
    path: str = "/"
    port: int = 443
    tls: bool = True
    workers: int = 8
    rate_per_s: float = 10.0
    resolvers: int = 4
    dns_servers: tuple[str, ...] = ()
    dns_port: int = 53
    dns_sources: tuple[str, ...] = ("",)
    limits: Limits = field(default_factory=Limits)
    most_requests: int = 200_000
    longest_s: float = 7200.0
    regions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class _Caller:
    """A resolver, and the hosts that those who ask it call in turn."""

    resolver: CachingResolver
    hosts: Iterator[str]


class Traffic:
    """One run of traffic. A context manager: leaving it stops the users."""

    def __init__(self, users: Users, clock: Clock, *, context: ssl.SSLContext | None = None) -> None:
        """`context` decides which certificates are trusted (the system's by default)."""
        self._users, self._clock = users, clock
        self._context = context or (ssl.create_default_context() if users.tls else None)
        self._requests: list[TrafficRequest] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._callers = tuple(_Caller(resolver, _turns(users, resolver)) for resolver in _resolvers(users, clock))
        self.started_at = clock.now()
        self._zero = clock.monotonic()

    def __enter__(self) -> Traffic:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; `started_at` (wall time) is the zero of every request's `at`. A second start is an error."""
        self.started_at, self._zero = self._clock.now(), self._clock.monotonic()
        self._thread.start()
        self._ready.wait()

    def stop(self) -> tuple[TrafficRequest, ...]:
        """End at once and return every request that has ended. Harmless when it has stopped before."""
        if self._loop is not None and self._task is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(_STOP_S)
        return self.requests()

    def requests(self) -> tuple[TrafficRequest, ...]:
        """Every request that has ended so far, in the order of their ends."""
        return tuple(self._requests)

    @property
    def running(self) -> bool:
        """False before the start, after stop, and once a bound is reached."""
        return self._thread.is_alive()

    def elapsed_s(self) -> float:
        """Seconds since the start, on the clock of every request's `at`."""
        return self._clock.monotonic() - self._zero

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        try:
            self._loop, self._task = loop, loop.create_task(self._everybody())
            loop.call_soon(self._ready.set)
            loop.run_until_complete(_until_cancelled(self._task))
            loop.run_until_complete(asyncio.sleep(0))  # lets closed connections be forgotten
        finally:
            loop.close()

    async def _everybody(self) -> None:
        if not self._users.hosts or not self._users.rate_per_s:
            return
        # A resolver without a worker would ask nothing.
        workers = max(self._users.workers, len(self._callers))
        gap = workers / self._users.rate_per_s
        turns = [gap * number / workers for number in range(workers)]
        try:
            async with asyncio.timeout(self._users.longest_s), asyncio.TaskGroup() as group:
                for number, first in enumerate(turns):
                    group.create_task(self._keep_calling(self._callers[number % len(self._callers)], first, gap))
        except TimeoutError:
            return

    async def _keep_calling(self, caller: _Caller, first: float, gap: float) -> None:
        due = first
        while len(self._requests) < self._users.most_requests:
            await asyncio.sleep(due - self.elapsed_s())
            asked = await self._call(caller.resolver, next(caller.hosts))
            if len(self._requests) < self._users.most_requests:
                self._requests.append(asked)
            missed = max(0, int((self.elapsed_s() - due) // gap))
            due += gap * (missed + 1)

    async def _call(self, resolver: CachingResolver, host: str) -> TrafficRequest:
        started, address, answer, error = self.elapsed_s(), "", None, ""
        try:
            address = await resolver.address(host)
            answer = await self._fetch(address, host)
        except (OSError, NotHttp, NoAddress) as failure:
            error = _explained(failure)
        return TrafficRequest(
            at=started,
            latency_s=self.elapsed_s() - started,
            resolver=resolver.number,
            host=host,
            address=address,
            status=answer.status if answer else 0,
            region=self._region(answer, address) if answer else "",
            error=error,
        )

    async def _fetch(self, address: str, host: str) -> HttpAnswer:
        users = self._users
        return await fetch(
            address, users.port, host=host, path=users.path, agent=_AGENT, limits=users.limits, tls=self._context
        )

    def _region(self, answer: HttpAnswer, address: str) -> str:
        """Who answered: by its header x-region, or the `region` of a JSON body, or the address."""
        return answer.headers.get("x-region") or _region_in(answer.body) or self._users.regions.get(address, "")


async def _until_cancelled(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def _resolvers(users: Users, clock: Clock) -> tuple[CachingResolver, ...]:
    if not users.dns_servers:
        return (CachingResolver(0, SystemLookup(), clock.monotonic),)
    count = users.resolvers
    return tuple(
        # Evenly over the TTL: what is measured then does not depend on the moment at which the run began.
        CachingResolver(number, _lookup(users, number), clock.monotonic, age=(number + 0.5) / count)
        for number in range(count)
    )


def _lookup(users: Users, number: int) -> DnsServerLookup:
    first = number % len(users.dns_servers)
    servers = (*users.dns_servers[first:], *users.dns_servers[:first])
    return DnsServerLookup(servers, users.dns_port, users.dns_sources[number % len(users.dns_sources)])


def _turns(users: Users, resolver: CachingResolver) -> Iterator[str]:
    """The hosts in turn; each resolver begins at another, so that no host gets all the first requests."""
    first = resolver.number % max(1, len(users.hosts))
    return cycle((*users.hosts[first:], *users.hosts[:first]))


def _region_in(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    region = told.get("region") if isinstance(told, dict) else None
    return region if isinstance(region, str) else ""


def _explained(error: Exception) -> str:
    match error:
        case TimeoutError():
            text = "no answer in time"
        case ssl.SSLCertVerificationError():
            text = f"certificate error: {error.verify_message}"
        case ssl.SSLError():
            text = f"TLS error: {error.reason or error}"
        case ConnectionRefusedError():
            text = "connection refused"
        case OSError():
            text = f"no connection: {error.strerror or error}"
        case _:
            text = str(error)
    return "".join(char if char.isprintable() else " " for char in text)[:_LONGEST_ERROR]
