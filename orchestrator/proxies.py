"""The proxy that HTTPS_PROXY and NO_PROXY name, read as the SDK reads them, and a way through it to a TLS server."""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from orchestrator.core.errors import Refused

UNKNOWN_HOST = "unknown.invalid"
"""For questions about any host: what NO_PROXY says of all holds for it too."""
_VARIABLE = "https_proxy"
_LONGEST_HEAD = 8192
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*")


class NotAProxy(OSError):
    """What should name a proxy does not. The text never holds it: there may be a password in it."""


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
    """The proxy for an HTTPS connection to this host, None for a direct one. Raises NotAProxy."""
    from urllib.request import getproxies, proxy_bypass

    url = getproxies().get("https", "")
    return None if not url or proxy_bypass(host) else proxy_at(url)


def proxy_at(url: str) -> Proxy:
    """The proxy of a URL; `HOST:PORT` will do. Raises NotAProxy."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
    except ValueError:
        raise _not_a_proxy() from None
    if not host or port == 0 or parts.scheme not in ("http", "https"):
        raise _not_a_proxy()
    speaks_tls = parts.scheme == "https"
    authorization = "" if user == b":" else f"Basic {base64.b64encode(user).decode()}"
    return Proxy(host, port or (443 if speaks_tls else 80), authorization, speaks_tls)


def ensure_usable() -> None:
    """Raises Refused where the environment names a proxy that is none, and something would go through it."""
    try:
        proxy_for(UNKNOWN_HOST)
    except NotAProxy as broken:
        fix = "write http://HOST:PORT there (a port is 1 to 65535), or unset it where no proxy is needed"
        raise Refused(str(broken), where="the environment of this command", fix=fix) from None


def _not_a_proxy() -> NotAProxy:
    """Names the variable as it is spelt here: both spellings count, the small one first."""
    spelt = [name for name, value in os.environ.items() if value and name.lower() == _VARIABLE]
    name = _VARIABLE if _VARIABLE in spelt else next(iter(spelt), _VARIABLE.upper())
    return NotAProxy(f"{name} holds no URL of a proxy")


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
