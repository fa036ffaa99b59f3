"""ports.ZoneServers: the servers that a zone is delegated to, or the name server of the embedded AWS."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

_PATIENCE_S = 3.0
_DNS_PORT = 53


class DelegatedServers:
    """Found anew for each question: their names may have changed, and they are asked seldom."""

    def addresses(self, zone: str, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """{} where this network lets nobody ask but its own resolver. Not to be called from within an event loop."""
        from orchestrator.name_servers import name_servers

        servers = name_servers(zone, _PATIENCE_S) if names else ()
        return asyncio.run(_asked(servers, _DNS_PORT, names)) if servers else {}


class LocalServers:
    """The embedded AWS has one, on loopback, for every zone."""

    def __init__(self, port: int) -> None:
        self._port = port

    def addresses(self, zone: str, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:  # noqa: ARG002 - the protocol's
        """{} when it does not answer."""
        return asyncio.run(_asked(("127.0.0.1",), self._port, names))


async def _asked(servers: tuple[str, ...], port: int, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    from orchestrator.name_lookup import DnsServerLookup, NoAddress

    lookup = DnsServerLookup(servers, port)

    async def told(name: str) -> dict[str, tuple[str, ...]]:
        try:
            return {name: (await lookup(name)).addresses}
        except NoAddress:
            return {}

    answers = await asyncio.gather(*(told(name) for name in names))
    return {name: addresses for each in answers for name, addresses in each.items()}
