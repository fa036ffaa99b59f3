from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from orchestrator.core.http_message import HttpAnswer, NotHttp
from orchestrator.exchange import Limits, fetch
from tests.servers import Web, free_port, serving


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    with serving(server):
        yield server


def get(port: int, **limits: float) -> HttpAnswer:
    given = Limits(
        connect_s=limits.get("connect_s", 10),
        answer_s=limits.get("answer_s", 10),
        body_bytes=int(limits.get("body_bytes", 5120)),
    )
    return asyncio.run(fetch("127.0.0.1", port, host="sample.fed.dev", path="/health", agent="test", limits=given))


def test_an_answer_is_read_with_its_head_and_body(web: Web) -> None:
    web.answer = (503, {"X-Region": "us-east-1"}, b"sorry")

    answer = get(web.server_port)

    assert (answer.status, answer.headers["x-region"], answer.body) == (503, "us-east-1", b"sorry")
    assert (web.hosts, web.paths) == (["sample.fed.dev"], ["/health"])


def test_no_more_of_the_body_is_read_than_asked_for(web: Web) -> None:
    web.answer = (200, {}, b"x" * 5_000_000)

    assert len(get(web.server_port, body_bytes=5120).body) < 100_000
    assert get(web.server_port, body_bytes=0).status == 200


def test_a_body_without_a_length_ends_with_the_connection(web: Web) -> None:
    web.answer = (200, {"Content-Length": "none"}, b"all there is")

    assert get(web.server_port).body == b"all there is"


def test_a_server_that_says_nothing_is_given_up(web: Web) -> None:
    web.answer = None

    with pytest.raises(TimeoutError):
        get(web.server_port, answer_s=0.05)


def test_a_refused_connection_is_an_error_of_its_own() -> None:
    with pytest.raises(ConnectionRefusedError):
        get(free_port())


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-server\r\n"])
def test_a_server_of_another_kind_is_not_http(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def talk() -> None:
            loop = asyncio.get_running_loop()
            listener.setblocking(False)
            asked = asyncio.create_task(
                fetch("127.0.0.1", listener.getsockname()[1], host="x", path="/", agent="test", limits=Limits())
            )
            connection, _ = await loop.sock_accept(listener)
            with connection:
                await loop.sock_sendall(connection, said)
                connection.shutdown(socket.SHUT_WR)
                await asked

        with pytest.raises(NotHttp):
            asyncio.run(talk())
