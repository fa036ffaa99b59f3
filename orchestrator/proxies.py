"""The proxy that HTTPS_PROXY and NO_PROXY name, read as the SDK reads them, and a way through it to a TLS server."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_LONGEST_HEAD = 8192
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens; as text never more than that. `authorization`: the header's value, "" without credentials."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)
    speaks_tls: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def proxy_for(host: str) -> Proxy | None:
    """The proxy for an HTTPS connection to this host, None for a direct one."""
    from urllib.request import getproxies, proxy_bypass

    url = getproxies().get("https", "")
    return None if not url or proxy_bypass(host) else proxy_at(url)


def proxy_at(url: str) -> Proxy:
    """The proxy of a URL; `HOST:PORT` will do. What is no URL is a proxy that nobody finds."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    speaks_tls = parts.scheme == "https"
    try:
        port = parts.port
    except ValueError:
        port = None
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    authorization = "" if user == ":" else f"Basic {base64.b64encode(user.encode()).decode()}"
    return Proxy(parts.hostname or "", port or (443 if speaks_tls else 80), authorization, speaks_tls)


def tunnel(connection: socket.socket, proxy: Proxy, target: tuple[str, int], left_s: Callable[[], float]) -> None:
    """Have a proxy that is connected to lead on to the target. Raises OSError with what it says instead of yes."""
    if proxy.speaks_tls:
        raise OSError("a proxy that is asked over TLS itself (https://) cannot be used here")
    place = f"{target[0]}:{target[1]}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    lines += [f"Proxy-Authorization: {proxy.authorization}"] if proxy.authorization else []
    connection.settimeout(left_s())
    connection.sendall("\r\n".join((*lines, "", "")).encode("ascii"))
    head = b""
    # Nothing comes after the head before we speak: the server behind it waits for our side of TLS.
    while b"\r\n\r\n" not in head:
        connection.settimeout(left_s())
        more = connection.recv(1024)
        head += more
        if not more or len(head) > _LONGEST_HEAD:
            raise OSError("the proxy's answer is none")
    status = _STATUS.match(head)
    if status is None or not status[1].startswith(b"2"):
        said = status[0].partition(b" ")[2].decode("latin-1") if status else "nothing that HTTP knows"
        raise OSError(f"the proxy says {said}")
