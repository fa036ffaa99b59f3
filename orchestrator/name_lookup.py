"""Names to addresses as users' resolvers do it: ask, keep the answer for its TTL, ask again."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from dns.message import Message

_ASK_S = 2.0
_TRIES = 2
_NO_ANSWER_TTL_S = 1.0
"""A failure is remembered for so long: resolvers keep SERVFAIL for at least a second (RFC 2308, RFC 9520)."""
_FOREIGN_TTL_S = 60.0
"""For so long an address may be kept that the system's resolver found without telling its TTL: that of AWS's names."""


class NoAddress(Exception):
    """The name has no address, or nobody told it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The addresses of a name, and for how many seconds they may be kept."""

    addresses: tuple[str, ...]
    ttl_s: float


class Lookup(Protocol):
    """Asks once. Raises NoAddress."""

    async def __call__(self, name: str) -> Found:
        """The IPv4 addresses of a name."""
        ...


class CachingResolver:
    """One resolver with its cache. Users of one resolver who ask for a name at the same moment share the question.

    `age` (0 to 1) is the share of its TTL for which the first answer to each name counts as kept already. Resolvers of
    users have asked at different moments; those of one run would otherwise all ask, and all move, at once.
    """

    def __init__(self, number: int, lookup: Lookup, monotonic: Callable[[], float], *, age: float = 0.0) -> None:
        self.number, self._age = number, age
        self._lookup, self._monotonic = lookup, monotonic
        self._kept: dict[str, tuple[Found, float]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def address(self, name: str) -> str:
        """One address of the name, another at each call when there are several. Raises NoAddress."""
        async with self._asking[name]:
            found, until = self._kept.get(name, (Found((), 0.0), float("-inf")))
            if self._monotonic() >= until:
                found = await self._ask(name)
        if not found.addresses:
            raise NoAddress(f"{name} does not resolve")
        turned = Found((*found.addresses[1:], found.addresses[0]), found.ttl_s)
        self._kept[name] = (turned, self._kept[name][1])
        return found.addresses[0]

    async def _ask(self, name: str) -> Found:
        try:
            found = await self._lookup(name)
        except NoAddress:
            found = Found((), _NO_ANSWER_TTL_S)
        share = 1.0 if name in self._kept else 1.0 - self._age
        self._kept[name] = (found, self._monotonic() + share * found.ttl_s)
        return found


class DnsServerLookup:
    """Asks a name server over UDP, over TCP where the answer is too long; the next server when one does not answer."""

    def __init__(self, servers: tuple[str, ...], port: int, source: str = "") -> None:
        """`servers` are addresses, at least one, the one to ask first at the front; `source` is the one to ask from."""
        self._servers, self._port, self._source = servers, port, source or None

    async def __call__(self, name: str) -> Found:
        """The addresses with the shortest TTL of the chain that leads to them; a "no" with the TTL of its SOA."""
        from dns.exception import DNSException

        problem = "no answer"
        for attempt in range(_TRIES):
            try:
                return await self._ask(name, self._servers[attempt % len(self._servers)])
            except (DNSException, OSError, NoAddress) as error:
                problem = str(error) or type(error).__name__
        raise NoAddress(f"{name}: {problem}")

    async def _ask(self, name: str, server: str) -> Found:
        import dns.asyncbackend
        import dns.asyncquery
        import dns.message
        import dns.rcode
        import dns.ttl

        query = dns.message.make_query(name, "A")
        backend = dns.asyncbackend.get_backend("asyncio")
        response, _ = await dns.asyncquery.udp_with_fallback(
            query, server, timeout=_ASK_S, port=self._port, source=self._source, backend=backend
        )
        known = response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
        if not known or not isinstance(response, dns.message.QueryMessage):
            raise NoAddress(f"the name server {server} answers {dns.rcode.to_text(response.rcode())}")
        chain = response.resolve_chaining()
        if chain.answer is None and chain.cnames and not _denied(response):
            return await self._elsewhere(str(chain.canonical_name), chain.minimum_ttl)
        addresses = tuple(str(record) for record in chain.answer) if chain.answer is not None else ()
        kept = chain.minimum_ttl < dns.ttl.MAX_TTL
        return Found(addresses, float(chain.minimum_ttl) if kept else _NO_ANSWER_TTL_S)

    async def _elsewhere(self, name: str, ttl_s: int) -> Found:
        """A zone's own server follows a CNAME no farther than its zone: the system's resolver knows the rest."""
        found = await SystemLookup()(name.rstrip("."))
        return Found(found.addresses, min(float(ttl_s), _FOREIGN_TTL_S))


def _denied(response: Message) -> bool:
    """Whether the server knows that there is nothing: it then says so with its SOA."""
    from dns.rdatatype import SOA

    return any(rrset.rdtype == SOA for rrset in response.authority)


class SystemLookup:
    """Asks the system's resolver, which tells no TTL and keeps its own cache: so nothing is kept here."""

    async def __call__(self, name: str) -> Found:
        """In a thread that nobody waits for: the system's resolver cannot be interrupted."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Found] = loop.create_future()

        def ask() -> None:
            answer = _system_answer(name)
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, told, answer)

        threading.Thread(target=ask, name="lookup", daemon=True).start()
        found = await told
        if not found.addresses:
            raise NoAddress(f"{name} does not resolve")
        return found


def _system_answer(name: str) -> Found:
    try:
        places = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return Found((), 0.0)
    return Found(tuple(str(place[4][0]) for place in places), 0.0)


def _tell(told: asyncio.Future[Found], answer: Found) -> None:
    if not told.done():
        told.set_result(answer)
