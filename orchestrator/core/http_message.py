"""HTTP/1.1 as bytes: the request of a checker or a user, and what the answer says. No connection is made here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST_HEAD_BYTES = 65_536
_STATUS_LINE = re.compile(r"HTTP/1\.[01] (\d{3})(?: (.*))?")
_BLANK_LINE = b"\r\n\r\n"


class NotHttp(ValueError):
    """What came is no answer of HTTP/1."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as far as it has come. Header names are in lower case; `complete` once nothing more is announced."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    complete: bool


def get_request(host: str, path: str, *, agent: str) -> bytes:
    """The bytes of `GET path` for a host, asking for the connection to be closed. NotHttp when they make no request."""
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {agent}", "Accept: */*", "Connection: close")
    if any(not line.isascii() or not line.isprintable() for line in lines) or " " in path:
        raise NotHttp(f"neither a host and a path: {host!r} {path!r}")
    return "\r\n".join((*lines, "", "")).encode("ascii")


def parse_answer(raw: bytes) -> HttpAnswer | None:
    """What has arrived so far; None until the head is whole. Raises NotHttp."""
    head, blank, rest = raw.partition(_BLANK_LINE)
    if not raw[:5].startswith(b"HTTP/"[: len(raw[:5])]) or len(head) > MOST_HEAD_BYTES:
        raise NotHttp("not an HTTP answer")
    if not blank:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise NotHttp("not an HTTP answer")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body, complete = _body(rest, headers)
    return HttpAnswer(int(status[1]), status[2] or "", headers, body, complete)


def _body(rest: bytes, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """The body so far, and whether it is whole; without a length it ends with the connection."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _joined(rest)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return rest[: int(length)], len(rest) >= int(length)
    return rest, False


def _joined(rest: bytes) -> tuple[bytes, bool]:
    """The chunks that have arrived, put together."""
    parts: list[bytes] = []
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return b"".join(parts), False
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            raise NotHttp("a chunk without a size") from None
        if size == 0:
            return b"".join(parts), True
        parts.append(rest[:size])
        rest = rest[size + 2 :]
