"""The catalogue's code: what it answers, whom it lets in, when a new version is turned back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.examples.aws_in_process import in_process
from tests.examples.gallery import code

catalogue, guard, check = (code("api-and-table", name) for name in ("catalogue", "guard", "check"))


@pytest.fixture(scope="module")
def shelf() -> Iterator[Any]:
    with in_process() as aws:
        yield catalogue.Shelf.connect(aws.table("category", "id"))


def ask(shelf: Any, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = catalogue.respond({"httpMethod": method, "path": path, "body": json.dumps(body) if body else None}, shelf)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_product_is_written_read_listed_and_counted(
    shelf: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_NAMESPACE", "catalogue")
    tea = {"category": "tea", "id": "green", "title": "Green tea", "cents": 450}

    written = ask(shelf, "PUT", "/products/tea/green", {"title": "Green tea", "cents": 450})
    read, listed = (ask(shelf, "GET", path) for path in ("/products/tea/green", "/products/tea"))

    assert (written[0], written[1]["product"], read[1]["product"], listed[1]["products"]) == (200, tea, tea, [tea])
    assert json.loads(capsys.readouterr().out)["ProductsWritten"] == 1


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("/products/Tea/green", {"title": "x", "cents": 1}, ["'Tea' is no name"]),
        (
            "/products/tea/green",
            {"title": "", "cents": -1},
            ["title must be a text of 1 to 200 characters", "cents must be a whole number from 0 to 100000000"],
        ),
        ("/products/tea/green", [1], ["a product is an object with title and cents"]),
        ("/products/tea/green", None, ["the body is not JSON"]),
    ],
)
def test_a_wrong_product_is_refused_with_every_fault(shelf: Any, path: str, body: object, faults: list[str]) -> None:
    status, answer = ask(shelf, "PUT", path, body)

    assert (status, answer["faults"]) == (400, faults)


@pytest.mark.parametrize(("path", "status"), [("/products/tea/none", 404), ("/nowhere", 404), ("/health", 200)])
def test_other_paths_are_told(shelf: Any, path: str, status: int) -> None:
    assert ask(shelf, "GET", path)[0] == status


@pytest.mark.parametrize("path", ["/health", "/products/tea"])
def test_without_its_table_the_region_is_not_healthy(shelf: Any, path: str) -> None:
    assert ask(replace(shelf, table="gone"), "GET", path)[0] == 503


@pytest.mark.parametrize(
    ("headers", "token", "effect"),
    [
        ({"Authorization": "right"}, "right", "Allow"),
        ({"authorization": "right"}, "right", "Allow"),
        ({"Authorization": "wrong"}, "right", "Deny"),
        ({}, "right", "Deny"),
        (None, "", "Deny"),
    ],
)
def test_only_the_token_opens(headers: dict[str, str] | None, token: str, effect: str) -> None:
    policy = guard.decide({"headers": headers, "methodArn": "arn:x"}, token)["policyDocument"]

    assert [(one["Effect"], one["Resource"]) for one in policy["Statement"]] == [(effect, "arn:x")]


@pytest.mark.parametrize(
    ("error", "payload", "status"),
    [
        (None, b'{"statusCode": 200}', "Succeeded"),
        (None, b'{"statusCode": 503}', "Failed"),
        ("Unhandled", b'{"errorMessage": "x"}', "Failed"),
        (None, b"null", "Failed"),
        (None, b"", "Failed"),
    ],
)
def test_only_a_healthy_version_gets_users(error: str | None, payload: bytes, status: str) -> None:
    assert check.verdict(error, payload) == status
