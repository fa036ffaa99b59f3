"""Gateways over real botocore clients: answers come from Stubber, or byte by byte from a loopback server."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import Stubber

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.sessions import Call, Sessions, TimeOuts

HOME = "999999999999"
_LONGEST_S = 5.0


class ManualClock:
    """Time that passes only by sleeping; `slept` holds every sleep in seconds."""

    def __init__(self) -> None:
        self.elapsed, self.slept = 0.0, list[float]()

    def now(self) -> datetime:
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += seconds


class RawServer:
    """Answers every request with the next of `answers` (the last one repeats); None: accept and say nothing.

    Nothing is answered before another server, `after`, has been asked.
    """

    def __init__(self, answers: list[bytes | None], after: RawServer | None = None) -> None:
        self.answers, self.requests, self._after = answers, list[bytes](), after
        self._asked = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        self._ended.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._ended.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(_LONGEST_S)
            request = _whole_request(connection)
            if not request:
                return
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
            self._asked.set()
            if self._after:
                self._after._asked.wait(_LONGEST_S)
            if answer is None:
                self._ended.wait()
            else:
                connection.sendall(answer)


def _whole_request(connection: socket.socket) -> bytes:
    """Head and body, which may come in packets of their own; b"" when the client went away."""
    received = connection.recv(65536)
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", received)
    while received and len(received.partition(b"\r\n\r\n")[2]) < int(length[1] if length else 0):
        more = connection.recv(65536)
        if not more:
            break
        received += more
    return received


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def sessions() -> Iterator[Sessions]:
    opened = Sessions("aws", credentials=LocalAccounts(HOME))
    opened.home_account()
    yield opened
    opened.close()


@pytest.fixture
def stubbed(sessions: Sessions) -> Iterator[Callable[..., Stubber]]:
    """stubbed(service, region, account="", time_outs=None) -> an active Stubber; every answer must be asked for.

    Accounts other than home share one, as they share a client.
    """
    stubbers = dict[int, Stubber]()

    def make(service: str, region: str, account: str = "", time_outs: TimeOuts | None = None) -> Stubber:
        client = sessions.client(service, region=region, account=account, time_outs=time_outs)
        if id(client) not in stubbers:
            stubbers[id(client)] = Stubber(client)
            stubbers[id(client)].activate()
        return stubbers[id(client)]

    yield make
    for stubber in stubbers.values():
        stubber.assert_no_pending_responses()
        stubber.deactivate()


@pytest.fixture
def serving() -> Iterator[Callable[..., RawServer]]:
    """serving(answer, ..., after=None) -> a RawServer on a free loopback port."""
    servers = list[RawServer]()

    def make(*answers: bytes | None, after: RawServer | None = None) -> RawServer:
        servers.append(RawServer(list(answers), after))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def connected() -> Iterator[Callable[..., Sessions]]:
    """connected(url, on_call=None) -> Sessions with short time-outs over that endpoint."""
    opened = list[Sessions]()

    def make(url: str, on_call: Callable[[Call], None] | None = None) -> Sessions:
        time_outs = TimeOuts(connect_s=0.2, read_s=0.2)
        opened.append(
            Sessions("aws", credentials=LocalAccounts(HOME), endpoint_url=url, on_call=on_call, time_outs=time_outs)
        )
        return opened[-1]

    yield make
    for one in opened:
        one.close()
