from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.http_message import MOST_HEAD_BYTES, NotHttp, get_request, parse_answer


def test_a_request_names_its_host_and_asks_to_close() -> None:
    lines = get_request("sample.fed.dev", "/health?deep=1", agent="a checker").decode().split("\r\n")

    assert lines[:2] == ["GET /health?deep=1 HTTP/1.1", "Host: sample.fed.dev"]
    assert "User-Agent: a checker" in lines
    assert "Connection: close" in lines
    assert lines[-2:] == ["", ""]


@pytest.mark.parametrize(
    ("host", "path"), [("a\r\nX: y", "/"), ("a", "/ HTTP/1.1"), ("a", "/\n"), ("ä.dev", "/"), ("a", "/\x7f")]
)
def test_what_would_forge_a_request_is_refused(host: str, path: str) -> None:
    with pytest.raises(NotHttp):
        get_request(host, path, agent="a")


def test_an_answer_with_a_length_is_complete_when_it_is_there() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Region: us-east-1\r\n\r\nhello, and more"

    answer = parse_answer(raw)

    assert answer is not None
    assert (answer.status, answer.reason, answer.headers["x-region"]) == (200, "OK", "us-east-1")
    assert (answer.body, answer.complete) == (b"hello", True)


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    answer = parse_answer(b"HTTP/1.0 404\r\n\r\nnot here")

    assert answer is not None
    assert (answer.status, answer.reason, answer.body, answer.complete) == (404, "", b"not here", False)


@pytest.mark.parametrize("raw", [b"", b"HTT", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"])
def test_half_a_head_is_no_answer_yet(raw: bytes) -> None:
    assert parse_answer(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/" + b"x" * MOST_HEAD_BYTES,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
    ],
)
def test_what_is_not_http_is_refused(raw: bytes) -> None:
    with pytest.raises(NotHttp):
        parse_answer(raw)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(min_value=0))
def test_chunks_are_joined_however_much_of_them_has_come(chunks: list[bytes], cut: int) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x;note\r\n%s\r\n" % (len(one), one) for one in chunks) + b"0\r\n\r\n"

    whole, part = parse_answer(head + body), parse_answer(head + body[: cut % len(body)])

    assert whole is not None
    assert part is not None
    assert (whole.body, whole.complete) == (b"".join(chunks), True)
    assert whole.body.startswith(part.body)
