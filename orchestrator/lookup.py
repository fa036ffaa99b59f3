"""ports.NameLookup: the system's resolver, asked in a thread that nobody waits for longer than a second or two."""

from __future__ import annotations

import socket
import threading

_PATIENCE_S = 1.5


class SystemLookup:
    """Asks the system's resolver, which cannot be interrupted: a thread of its own is left behind instead."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """() also when the resolver takes longer than the patience of an operator in need."""
        found: list[str] = []

        def ask() -> None:
            found.extend(_asked(name))

        asking = threading.Thread(target=ask, name="lookup", daemon=True)
        asking.start()
        asking.join(_PATIENCE_S)
        return tuple(found)


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


def _asked(name: str) -> list[str]:
    try:
        places = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(place[4][0]) for place in places]
