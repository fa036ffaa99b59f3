"""A WebSocket connection as a test needs it: one message out, one message in."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Request, TextMessage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Connection:
    """`opened` says whether it was accepted. Leaving the block closes it."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        place = urlsplit(url)
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._socket = socket.create_connection((place.hostname, place.port), timeout=30)
        extra = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._send(Request(host=place.netloc, target=f"{place.path}?{place.query}", extra_headers=extra))
        self.opened = isinstance(self._next(), AcceptConnection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.opened:
            self._send(CloseConnection(code=1000))
        self._socket.close()

    def say(self, text: str) -> str:
        """Sends a message; returns what comes back."""
        self._send(TextMessage(data=text))
        return self.hear()

    def hear(self) -> str:
        """The next message."""
        event = self._next()
        assert isinstance(event, TextMessage), event
        return str(event.data)

    def _send(self, event: Event) -> None:
        self._socket.sendall(self._protocol.send(event))

    def _next(self) -> Event:
        while True:
            for event in self._protocol.events():
                return event
            self._protocol.receive_data(self._socket.recv(65536) or None)
