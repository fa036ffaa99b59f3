"""The container's code, asked over HTTP as the load balancer does."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.examples.aws_in_process import in_process
from tests.examples.gallery import code

web = code("container-service", "web")
LINK = {"id": "spring", "address": "https://www.example.com/spring"}


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with in_process() as aws:
        server = web.Web(("127.0.0.1", 0), web.Links.connect(aws.table("id")), "right")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def ask(server: Any, method: str, path: str, body: object = None, token: str = "right") -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection(*server.server_address, timeout=10)
    try:
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        connection.request(method, path, body=data, headers={"Authorization": token})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        connection.close()


def test_a_link_is_made_and_leads_on(server: Any) -> None:
    made, _, _ = ask(server, "POST", "/links", LINK)

    status, headers, body = ask(server, "GET", "/spring")

    assert (made, status, headers["location"]) == (201, 302, LINK["address"])
    assert (body["region"], body["release"]) == ("us-east-1", "0123456789ab")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"id": "health"}, "id must have 3 to 40 lower-case letters, digits and dashes, and not be health"),
        ({"address": "http://x.example.com"}, "address must begin with https:// and have 2000 characters at most"),
        (
            {"address": "https://x/\r\nset-cookie: a"},
            "address must begin with https:// and have 2000 characters at most",
        ),
        ({"address": "https://["}, "address must begin with https:// and have 2000 characters at most"),
    ],
)
def test_a_wrong_link_is_refused(server: Any, changed: dict[str, str], error: str) -> None:
    status, _, body = ask(server, "POST", "/links", {**LINK, **changed})

    assert (status, body["error"]) == (400, error)


@pytest.mark.parametrize(
    ("method", "path", "body", "token", "status"),
    [
        ("GET", "/health", None, "", 200),
        ("GET", "/nowhere", None, "", 404),
        ("GET", "/a/b", None, "", 404),
        ("POST", "/links", "{", "right", 400),
        ("POST", "/links", LINK, "wrong", 403),
        ("POST", "/links", LINK, "", 403),
        ("POST", "/others", LINK, "right", 404),
        ("POST", "/links", "x" * 10_001, "right", 413),
    ],
)
def test_others_are_told(server: Any, method: str, path: str, body: object, token: str, status: int) -> None:
    assert ask(server, method, path, body, token)[0] == status


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("GET", "/spring"), ("POST", "/links")])
def test_without_its_table_the_region_is_not_healthy(server: Any, method: str, path: str) -> None:
    there = server.links
    server.links = replace(there, table="gone")
    try:
        status, _, _ = ask(server, method, path, LINK)
    finally:
        server.links = there

    assert status == 503
