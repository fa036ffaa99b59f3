"""A proxy that counts the AWS requests of a tool that cannot count its own."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive", "content-length"})


class CountingProxy(ThreadingHTTPServer):
    """Forwards to `upstream` (an http URL on loopback); `seen` counts service:operation."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.seen: Counter[str] = Counter()
        self.guard = threading.Lock()

    @property
    def url(self) -> str:
        """Where to send requests."""
        return f"http://127.0.0.1:{self.server_port}"

    def note(self, operation: str) -> None:
        """Count one request."""
        with self.guard:
            self.seen[operation] += 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CountingProxy

    def _forward(self) -> None:
        body = self._body()
        self.server.note(_operation(self, body))
        upstream = HTTPConnection(self.server.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        upstream.request(self.command, self.path, body=body, headers=headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        # AWS always sends this list; the emulator leaves it out, and Sceptre's diff ends with a KeyError.
        content = content.replace(b"<StackStatus>", b"<NotificationARNs/><StackStatus>")
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _forward

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _operation(request: BaseHTTPRequestHandler, body: bytes) -> str:
    """`cloudformation:DescribeStacks`, as far as the protocol names it."""
    scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    service = scope[3] if len(scope) > 3 else "unsigned"
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0] if not target else ""
    return f"{service}:{target or action or request.command}"


@contextlib.contextmanager
def counting(upstream: str) -> Iterator[CountingProxy]:
    """A proxy that ends with the block."""
    proxy = CountingProxy(upstream)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
