from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator import probe
from orchestrator.clock import SystemClock
from orchestrator.ports import ProbeResult
from orchestrator.probe import BODY_BYTES, HttpProbe, LocalProbe
from tests.secure import self_signed

HOST = "us-east-1.sample.fed.dev"
Answer = Callable[[socket.socket], None]


class Region:
    """One loopback server: takes one request per connection, then does what `answer` does. Keeps the requests."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests, self.names = list[bytes](), list[str | None]()
        self._answer, self._tls = answer, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"end")
            self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            with plain:
                plain.settimeout(5)
                if plain.recv(3, socket.MSG_PEEK) == b"end":
                    return
                try:
                    self._converse(plain)
                except OSError:
                    continue

    def _converse(self, plain: socket.socket) -> None:
        with self._tls.wrap_socket(plain, server_side=True) if self._tls else plain as connection:
            self.requests.append(connection.recv(65536))
            self._answer(connection)


@pytest.fixture
def region() -> Iterator[Callable[..., Region]]:
    """region(answer, tls=None) -> a Region, stopped at the end."""
    opened = list[Region]()

    def make(answer: Answer, tls: ssl.SSLContext | None = None) -> Region:
        opened.append(Region(answer, tls))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _says(text: bytes) -> Answer:
    return lambda connection: connection.sendall(text)


def _http(status: str, body: bytes = b"") -> Answer:
    return _says(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body))


def _local(port: int) -> LocalProbe:
    return LocalProbe(SystemClock(), {"us-east-1": "127.0.0.1"}, port)


def _get(asked: LocalProbe | HttpProbe, path: str = "/health") -> ProbeResult:
    return asked.get(host=HOST, target="127.0.0.1", region="us-east-1", path=path)


def test_a_local_region_is_asked_by_address_under_the_host_name(region: Callable[..., Region]) -> None:
    server = region(_http("200 OK", b'{"release": "1"}'))

    found = _get(_local(server.port), "/health?deep=1")

    assert (found.ok, found.status, found.body, found.error) == (True, 200, '{"release": "1"}', "")
    assert found.latency_s > 0
    assert server.requests[0].startswith(b"GET /health?deep=1 HTTP/1.1\r\nHost: us-east-1.sample.fed.dev\r\n")


@pytest.mark.parametrize(("status", "ok"), [("204 No Content", True), ("301 Moved", False), ("503 Busy", False)])
def test_only_2xx_is_ok(region: Callable[..., Region], status: str, ok: bool) -> None:
    found = _get(_local(region(_http(status)).port))

    assert (found.ok, found.status) == (ok, int(status[:3]))
    assert found.error == ""


def test_a_long_body_is_cut(region: Callable[..., Region]) -> None:
    found = _get(_local(region(_http("200 OK", b"x" * 1_000_000)).port))

    assert found.ok
    assert len(found.body) == BODY_BYTES


def test_a_chunked_body_is_read(region: Callable[..., Region]) -> None:
    answer = _says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")

    assert _get(_local(region(answer).port)).body == "ok"


def test_bytes_that_are_no_text_do_not_matter(region: Callable[..., Region]) -> None:
    assert _get(_local(region(_http("200 OK", b"\xff\xfe")).port)).ok


@pytest.mark.parametrize(
    "answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000]
)
def test_what_is_no_http_answer_is_an_error(region: Callable[..., Region], answer: bytes) -> None:
    found = _get(_local(region(_says(answer)).port))

    assert (found.ok, found.status) == (False, 0)
    assert found.error.startswith(("not an HTTP answer", "no connection"))


def test_a_refused_connection_is_an_error() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        found = _get(_local(bound.getsockname()[1]))

    assert (found.ok, found.status) == (False, 0)
    assert found.error.startswith("no connection: ")


def test_silence_is_an_error_after_the_time_out(region: Callable[..., Region], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "ANSWER_S", 0.1)
    silence = threading.Event()
    server = region(lambda _connection: silence.wait(5) or None)

    found = _get(_local(server.port))
    silence.set()

    assert (found.ok, found.error) == (False, "no answer in time")


def test_a_dripping_answer_does_not_stretch_the_time_out(
    region: Callable[..., Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "ANSWER_S", 0.2)
    asked = threading.Event()
    dripped = list[int]()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for number in range(100):
            if asked.wait(0.05):
                return
            connection.sendall(b"x")
            dripped.append(number)

    server = region(drip)
    found = _get(_local(server.port))
    asked.set()

    assert (found.ok, found.error) == (False, "no answer in time")
    assert len(dripped) < 100


def test_a_region_without_an_address_is_an_error() -> None:
    found = LocalProbe(SystemClock(), {}, 1).get(host=HOST, target="", region="us-west-2", path="/")

    assert (found.ok, found.error) == (False, "no address stands for us-west-2")


def test_https_connects_to_the_target_and_names_the_host(
    region: Callable[..., Region], server_tls: ssl.SSLContext, certificate: Path
) -> None:
    server = region(_http("200 OK", b"ok"), server_tls)
    trusting = ssl.create_default_context(cafile=str(certificate))

    found = _get(HttpProbe(SystemClock(), port=server.port, context=trusting))

    assert (found.ok, found.status, found.body, found.error) == (True, 200, "ok", "")
    assert server.names == [HOST]
    assert b"\r\nHost: us-east-1.sample.fed.dev\r\n" in server.requests[0]


def test_a_certificate_that_nobody_vouches_for_is_named_as_such(
    region: Callable[..., Region], server_tls: ssl.SSLContext
) -> None:
    server = region(_http("200 OK"), server_tls)

    found = _get(HttpProbe(SystemClock(), port=server.port))

    assert (found.ok, found.status) == (False, 0)
    assert found.error.startswith(f"certificate error for {HOST}: ")
    assert server.requests == []


def test_a_certificate_for_another_name_is_named_as_such(
    region: Callable[..., Region], server_tls: ssl.SSLContext, certificate: Path
) -> None:
    server = region(_http("200 OK"), server_tls)
    asked = HttpProbe(SystemClock(), port=server.port, context=ssl.create_default_context(cafile=str(certificate)))

    found = asked.get(host="sample.fed.dev", target="127.0.0.1", region="us-east-1", path="/")

    assert found.error.startswith("certificate error for sample.fed.dev: ")


def test_a_plain_server_behind_https_is_a_tls_error(region: Callable[..., Region]) -> None:
    server = region(_says(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    found = _get(HttpProbe(SystemClock(), port=server.port))

    assert found.error.startswith((f"TLS error for {HOST}: ", "no connection"))


def test_a_target_that_does_not_resolve_is_an_error() -> None:
    found = HttpProbe(SystemClock()).get(host=HOST, target="a..b", region="us-east-1", path="/")

    assert (found.ok, found.status) == (False, 0)
    assert found.error != ""
