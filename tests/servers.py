"""Small servers on the loopback for tests: HTTP and DNS, on free ports, stopped by the test that started them."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Answer = tuple[int, dict[str, str], bytes]


class Web(http.server.ThreadingHTTPServer):
    """Answers what `answer` is at that moment; None: accepts and says nothing until the test ends."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _WebHandler)
        self.answer: Answer | None = (200, {}, b"fine")
        self.hosts: list[str] = []
        self.paths: list[str] = []
        self.over = threading.Event()


class _WebHandler(http.server.BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        self.server.paths.append(self.path)
        if self.server.answer is None:
            self.server.over.wait(30)
            return
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # a client that reads no more than the head
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return


class NameServer:
    """Answers A records from `records`: name -> (TTL, addresses); `rcode` overrides. Counts the questions.

    `others` holds records of other types: (name, type) -> (TTL, texts); a CNAME answers a question for A.
    """

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.records: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.others: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
        self.authoritative = True
        self.rcode = dns.rcode.NOERROR
        self.truncates = False
        self.silent = False
        self.questions: list[tuple[str, str]] = []
        self._tcp = _Tcp((address, port), _StreamHandler)
        self.port = int(self._tcp.server_address[1])
        self._udp = _Udp((address, self.port), _DatagramHandler)
        self._udp.reply = self._tcp.reply = self.reply

    def serve(self) -> list[socketserver.BaseServer]:
        return [self._udp, self._tcp]

    def reply(self, wire: bytes, protocol: str) -> bytes:
        query = dns.message.from_wire(wire)
        asked = query.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(asked.rdtype)
        self.questions.append((name, protocol))
        response = dns.message.make_response(query)
        response.set_rcode(self.rcode)
        response.flags |= dns.flags.AA if self.authoritative else 0
        if self.silent:
            return b""
        if protocol == "udp" and self.truncates:
            response.flags |= dns.flags.TC
        elif found := self._record(name, kind):
            kind, ttl, texts = found
            response.answer.append(dns.rrset.from_text(asked.name, ttl, "IN", kind, *texts))
        return response.to_wire()

    def _record(self, name: str, kind: str) -> tuple[str, int, tuple[str, ...]] | None:
        if kind == "A" and name in self.records:
            return kind, *self.records[name]
        found = next((one for one in (kind, "CNAME") if (name, one) in self.others), "")
        return (found, *self.others[(name, found)]) if found else None


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    block_on_close = False
    reply: Callable[[bytes, str], bytes]


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    reply: Callable[[bytes, str], bytes]


class _DatagramHandler(socketserver.BaseRequestHandler):
    server: _Udp

    def handle(self) -> None:
        data, connection = self.request
        if answer := self.server.reply(data, "udp"):
            connection.sendto(answer, self.client_address)


class _StreamHandler(socketserver.BaseRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        length = int.from_bytes(self.request.recv(2), "big")
        answer = self.server.reply(self.request.recv(length), "tcp")
        self.request.sendall(len(answer).to_bytes(2, "big") + answer)


@contextlib.contextmanager
def serving(*servers: socketserver.BaseServer) -> Iterator[None]:
    """Serves in threads for the length of a block."""
    threads = [threading.Thread(target=one.serve_forever, args=(0.02,)) for one in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one in servers:
            if isinstance(one, Web):
                one.over.set()
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], object], *, within_s: float = 20.0) -> bool:
    """Whether a condition comes true before a deadline that only a broken program reaches."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
