"""Asks a region over HTTP as a user would, whatever DNS says: connects to the region itself, names the shared host.

Limits are those of Route 53's checkers (4 s to connect, 2 s to answer, 5,120 bytes); unlike them, and like users,
it does not accept a bad certificate.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

from orchestrator.ports import Clock, NameLookup, ProbeResult
from orchestrator.proxies import NotAProxy, Proxy, proxy_for, tunnel

CONNECT_S = 4.0
ANSWER_S = 2.0
BODY_BYTES = 5120
_LONGEST_ERROR = 200


class HttpProbe:
    """ports.Probe over HTTPS. `context` decides which certificates are trusted (the system's by default).

    Where HTTPS_PROXY names a proxy it asks through that one, which finds the address of `target`.
    """

    def __init__(self, clock: Clock, *, port: int = 443, context: ssl.SSLContext | None = None) -> None:
        self._clock, self._port, self._context = clock, port, context

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:  # noqa: ARG002 - the protocol's
        """GET https://host/path from `target`. `ok` is any 2xx answer."""
        context = self._context or ssl.create_default_context()

        def secured(plain: socket.socket) -> socket.socket:
            return context.wrap_socket(plain, server_hostname=host)

        try:
            proxy = proxy_for(target)
        except NotAProxy as broken:
            return ProbeResult(ok=False, status=0, body="", latency_s=0.0, error=f"no connection: {broken}")
        result = _ask(self._clock, (target, self._port), host, path, secured, proxy)
        return (
            replace(result, error=f"{result.error} (through the proxy {proxy})") if proxy and result.error else result
        )


class LocalProbe:
    """ports.Probe on the embedded AWS: plain HTTP to the loopback address that stands for the region."""

    def __init__(
        self, clock: Clock, address_of_region: Mapping[str, str], port: int, lookup: NameLookup | None = None
    ) -> None:
        """`lookup` finds the address of a name that is asked without a region."""
        self._clock, self._addresses, self._port, self._lookup = clock, dict(address_of_region), port, lookup

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:  # noqa: ARG002 - the protocol's
        """GET http://host:port/path from the region's address; `target` plays no part."""
        address = self._addresses.get(region) if region else self._told(host)
        if address is None:
            return ProbeResult(
                ok=False, status=0, body="", latency_s=0.0, error=f"no address stands for {region or host}"
            )
        return _ask(self._clock, (address, self._port), host, path, lambda plain: plain)

    def _told(self, host: str) -> str | None:
        return next(iter(self._lookup.addresses(host)), None) if self._lookup else None


def _ask(
    clock: Clock,
    address: tuple[str, int],
    host: str,
    path: str,
    secured: Callable[[socket.socket], socket.socket],
    proxy: Proxy | None = None,
) -> ProbeResult:
    started = clock.monotonic()
    try:
        with closing(_connected(clock, address, secured, proxy)) as connection:
            status, body = _exchanged(clock, connection, host, path)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return ProbeResult(
            ok=False, status=0, body="", latency_s=clock.monotonic() - started, error=_explained(error, host)
        )
    elapsed = clock.monotonic() - started
    return ProbeResult(ok=200 <= status < 300, status=status, body=body, latency_s=elapsed)


def _connected(
    clock: Clock, address: tuple[str, int], secured: Callable[[socket.socket], socket.socket], proxy: Proxy | None
) -> socket.socket:
    """A connection within CONNECT_S, over all the addresses of the name together, proxy and TLS included."""
    deadline = clock.monotonic() + CONNECT_S
    refusal: OSError = OSError("the name has no address")
    first = (proxy.host, proxy.port) if proxy else address
    for family, kind, protocol, _, place in socket.getaddrinfo(*first, type=socket.SOCK_STREAM):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(_left(clock, deadline))
            plain.connect(place)
            if proxy:
                tunnel(plain, proxy, address, lambda: _left(clock, deadline))
            plain.settimeout(_left(clock, deadline))
            return secured(plain)
        except ssl.SSLError:
            plain.close()
            raise
        except OSError as error:
            plain.close()
            refusal = error
    raise refusal


def _exchanged(clock: Clock, connection: socket.socket, host: str, path: str) -> tuple[int, str]:
    deadline = clock.monotonic() + ANSWER_S
    connection.settimeout(ANSWER_S)
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "User-Agent: region-failover-orchestrator", "Accept: */*")
    connection.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode("ascii"))
    incoming = cast(socket.socket, _Incoming(clock, connection, deadline))
    answer = http.client.HTTPResponse(incoming, method="GET")
    answer.begin()
    body = answer.read(BODY_BYTES)
    return answer.status, body.decode("utf-8", errors="replace")


def _left(clock: Clock, deadline: float) -> float:
    left = deadline - clock.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _explained(error: Exception, host: str) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            text = f"certificate error for {host}: {error.verify_message}"
        case ssl.SSLError():
            text = f"TLS error for {host}: {error.reason or error}"
        case TimeoutError():
            text = "no answer in time"
        case socket.gaierror():
            text = f"the region's name does not resolve: {error.strerror}"
        case OSError():
            text = f"no connection: {error.strerror or error}"
        case _:
            text = f"not an HTTP answer: {type(error).__name__}"
    return "".join(char if char.isprintable() else " " for char in text)[:_LONGEST_ERROR]


class _Incoming(io.RawIOBase):
    """What arrives before one deadline: a server that sends a byte now and then does not stretch it."""

    def __init__(self, clock: Clock, connection: socket.socket, deadline: float) -> None:
        self._clock, self._connection, self._deadline = clock, connection, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._clock, self._deadline))
        return self._connection.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - http.client's
        """The one thing that http.client asks of a socket."""
        return io.BufferedReader(self)
