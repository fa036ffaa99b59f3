"""The name servers of a zone, asked directly by traffic, so that no cache but its own stands before Route 53."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

_LONGEST_QUESTION_S = 2.0


def name_servers(zone: str, patience_s: float, *, system: str = "", port: int = 53) -> tuple[str, ...]:
    """The IPv4 addresses of the zone's authoritative name servers that answer from here, sorted.

    Found through the system's resolver, or that at the address `system`; `port` is that of every server. () when nobody
    tells them within `patience_s` seconds, and when none answers: networks often let nobody ask but their own resolver.
    Not to be called from within an event loop.
    """
    from dns.exception import DNSException

    try:
        return asyncio.run(_within(patience_s, zone.rstrip("."), system, port))
    except (DNSException, OSError):
        return ()


async def _within(patience_s: float, zone: str, system: str, port: int) -> tuple[str, ...]:
    async with asyncio.timeout(patience_s):
        resolver = _resolver(system, port)
        told = await resolver.resolve(f"{zone}.", "NS", lifetime=patience_s)
        hosts = sorted({str(record.target) for record in told})
        found = await asyncio.gather(*(_addresses(resolver, host, patience_s) for host in hosts))
        addresses = sorted({address for each in found for address in each})
        longest_s = min(_LONGEST_QUESTION_S, patience_s / 2)
        answers = await asyncio.gather(*(_answers_for(zone, address, port, longest_s) for address in addresses))
    return tuple(address for address, answering in zip(addresses, answers, strict=True) if answering)


def _resolver(system: str, port: int) -> Resolver:
    from dns.asyncresolver import Resolver

    made = Resolver(configure=not system)
    if system:
        made.nameservers, made.port = [system], port
    return made


async def _addresses(resolver: Resolver, host: str, patience_s: float) -> tuple[str, ...]:
    from dns.exception import DNSException

    try:
        told = await resolver.resolve(host, "A", lifetime=patience_s)
    except DNSException:
        return ()
    return tuple(str(record) for record in told)


async def _answers_for(zone: str, address: str, port: int, longest_s: float) -> bool:
    """Whether the server itself answers: a network that catches all questions answers without authority."""
    import dns.asyncbackend
    import dns.asyncquery
    import dns.flags
    import dns.message
    import dns.rcode
    from dns.exception import DNSException

    query = dns.message.make_query(f"{zone}.", "SOA")
    backend = dns.asyncbackend.get_backend("asyncio")
    try:
        told = await dns.asyncquery.udp(query, address, timeout=longest_s, port=port, backend=backend)
    except (DNSException, OSError):
        return False
    return told.rcode() is dns.rcode.NOERROR and bool(told.flags & dns.flags.AA)
