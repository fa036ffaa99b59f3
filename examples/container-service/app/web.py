"""Short links over HTTP: what runs in the container. Listens on PORT, ends when it is told to."""

from __future__ import annotations

import hmac
import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from links import InvalidLink, Links, LinksUnavailable, link_of

MOST_BYTES = 10_000


class Web(ThreadingHTTPServer):
    """The server, and what its answers need. Threads of requests are waited for when it ends."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], links: Links, token: str) -> None:
        super().__init__(address, Answer)
        self.links, self.token = links, token


class Answer(BaseHTTPRequestHandler):
    """One request. Nothing is raised to the caller."""

    server: Web
    protocol_version = "HTTP/1.1"
    timeout = 65  # longer than the load balancer keeps a connection, so that it is the one who closes

    def do_GET(self) -> None:
        """`/health`, or where a short link leads."""
        if self.path == "/health":
            healthy = self.server.links.answers()
            self._say(200 if healthy else 503, {"status": "ok" if healthy else "the table does not answer"})
            return
        try:
            address = self.server.links.get(self.path.removeprefix("/"))
        except LinksUnavailable as error:
            self._fail(error)
            return
        if address is None:
            self._say(404, {"error": "there is no such link"})
        else:
            self._say(302, {"leads_to": address}, location=address)

    def do_POST(self) -> None:
        """`/links`: make one. For whoever knows the token."""
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
            self.close_connection = True  # what was not read would be taken for the next request
            self._say(413, {"error": f"a body has a length, and {MOST_BYTES} bytes at most"})
            return
        body = self.rfile.read(int(length))
        if self.path != "/links":
            self._say(404, {"error": "there is no such path"})
        elif not hmac.compare_digest((self.headers.get("authorization") or "").encode(), self.server.token.encode()):
            self._say(403, {"error": "the token is not right"})
        else:
            self._make(body)

    def _make(self, body: bytes) -> None:
        try:
            link = link_of(body)
            self.server.links.add(link)
        except InvalidLink as error:
            self._say(400, {"error": str(error)})
        except LinksUnavailable as error:
            self._fail(error)
        else:
            self._say(201, {"link": link})

    def _fail(self, error: LinksUnavailable) -> None:
        sys.stderr.write(json.dumps({"event": "links_unavailable", "reason": str(error)}) + "\n")
        self._say(503, {"error": "the table does not answer; try again"})

    def _say(self, status: int, body: dict[str, Any], **headers: str) -> None:
        where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
        text = json.dumps({**body, **where}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.send_header("cache-control", "no-store")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """The load balancer has an access log."""


def main() -> None:
    """Serve until SIGTERM, then end what was begun."""
    port = int(os.environ.get("PORT", "8080"))
    server = Web(("", port), Links.connect(os.environ["TABLE_LINKS"]), os.environ["LINKS_TOKEN"])
    # In a thread of its own: shutdown waits for the loop that this one runs.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
