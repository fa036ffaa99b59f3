"""A proxy on the loopback that leads on by CONNECT, counts whom it was asked for, and may refuse."""

from __future__ import annotations

import contextlib
import selectors
import socket
import socketserver

_LONGEST_S = 5.0


class TunnelProxy(socketserver.ThreadingTCPServer):
    """Leads on to port `leads_to` of this machine, whatever it is asked for. `refusal`: a status line instead.

    `asked`: (host:port, value of Proxy-Authorization) of each CONNECT.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, leads_to: int = 0, refusal: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Connect)
        self.leads_to, self.refusal = leads_to, refusal
        self.asked: list[tuple[str, str]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Connect(socketserver.StreamRequestHandler):
    server: TunnelProxy

    def handle(self) -> None:
        method, _, rest = self.rfile.readline().decode().partition(" ")
        headers = dict(line.split(": ", 1) for line in iter(lambda: self.rfile.readline().decode().strip(), ""))
        if method != "CONNECT":
            return
        self.server.asked.append((rest.partition(" ")[0], headers.get("Proxy-Authorization", "")))
        if self.server.refusal:
            self.wfile.write(f"HTTP/1.1 {self.server.refusal}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as onward:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with contextlib.suppress(OSError):
                _pump(self.connection, onward)


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Until either side is done."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, (one, other))
        selector.register(other, selectors.EVENT_READ, (other, one))
        while ready := selector.select(_LONGEST_S):
            for key, _ in ready:
                speaks, hears = key.data
                data = speaks.recv(65536)
                if not data:
                    return
                hears.sendall(data)
