"""ports.NameLookup: the system's resolver, or the name server of the embedded AWS."""

from __future__ import annotations

import socket


class SystemLookup:
    """Asks the system's resolver, which takes its own time and cannot be interrupted."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """() when nobody answers."""
        try:
            places = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(str(place[4][0]) for place in places)


class LocalLookup:
    """Asks the name server of the embedded AWS, which listens on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port

    def addresses(self, name: str) -> tuple[str, ...]:
        """() when it does not answer."""
        import asyncio

        from orchestrator.name_lookup import DnsServerLookup, NoAddress

        try:
            return asyncio.run(DnsServerLookup(("127.0.0.1",), self._port)(name)).addresses
        except NoAddress:
            return ()
