"""The sample application, on a DynamoDB that lives in this process."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from app import respond
from moto import mock_aws
from store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name, value in (("REGION", "us-east-1"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("RELEASE", "0123456789ab")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield Store.connect("orders")


def event(method: str, path: str, body: object = None, **query: str) -> dict[str, Any]:
    return {
        "rawPath": path,
        "requestContext": {"http": {"method": method}, "requestId": "r"},
        **({"body": body if isinstance(body, str) else json.dumps(body)} if body is not None else {}),
        **({"queryStringParameters": query} if query else {}),
    }


def ask(store: Store, method: str, path: str, body: object = None, **query: str) -> tuple[int, dict[str, Any]]:
    answer = respond(event(method, path, body, **query), store)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_order_is_created_and_read(store: Store) -> None:
    status, created = ask(store, "POST", "/orders", {"item": " tea ", "quantity": 2})
    order = created["order"]

    assert (status, order["item"], order["quantity"]) == (201, "tea", 2)
    assert ask(store, "GET", f"/orders/{order['id']}")[1]["order"] == order


def test_orders_are_listed_newest_first_page_by_page(store: Store) -> None:
    ids = [f"{at:024x}" for at in range(5)]
    for order_id in ids:
        store.put({"id": order_id, "item": "tea", "quantity": 1})

    _, first = ask(store, "GET", "/orders", limit="3")
    _, second = ask(store, "GET", "/orders", limit="3", next=first["next"])

    assert [order["id"] for order in first["orders"] + second["orders"]] == ids[::-1]
    assert "next" not in second


def test_every_answer_says_region_and_release(store: Store) -> None:
    answers = [respond(event("GET", path), store) for path in ("/health", "/orders", "/nowhere")]

    assert {answer["headers"]["x-region"] for answer in answers} == {"us-east-1"}
    assert {json.loads(answer["body"])["release"] for answer in answers} == {"0123456789ab"}


def test_health_is_the_health_of_the_table(store: Store) -> None:
    assert ask(store, "GET", "/health")[0] == 200
    assert ask(replace(store, table="gone"), "GET", "/health")[0] == 503


def test_an_unavailable_table_is_a_503_and_says_so_in_the_log(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    status, body = ask(replace(store, table="gone"), "GET", "/orders")

    assert (status, body["error"]) == (503, "the table does not answer; try again")
    assert json.loads(capsys.readouterr().err)["event"] == "store_unavailable"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", ["the body is not JSON"]),
        ("", ["the body is not JSON"]),
        ("[" * 9000, ["the body is not JSON"]),
        ("x" * 20_000, ["the body has more than 10000 bytes"]),
        ([], ["an order is an object with item and quantity"]),
        (
            {"item": " ", "quantity": True, "price": 1},
            [
                "item must be a text of 1 to 200 characters",
                "quantity must be a whole number from 1 to 1000",
                "'price' is not part of an order",
            ],
        ),
    ],
)
def test_wrong_input_is_answered_with_every_fault(store: Store, body: object, said: list[str]) -> None:
    status, answer = ask(store, "POST", "/orders", body)

    assert (status, answer["faults"]) == (400, said)


def test_a_body_in_base64_is_read(store: Store) -> None:
    encoded = base64.b64encode(b'{"item": "tea", "quantity": 1}').decode()

    answer = respond({**event("POST", "/orders", encoded), "isBase64Encoded": True}, store)

    assert answer["statusCode"] == 201


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/orders/1/items", {}, 404),
        ("GET", "/orders/unknown", {}, 404),
        ("GET", f"/orders/{'0' * 24}", {}, 404),
        ("DELETE", "/orders", {}, 405),
        ("POST", "/health", {}, 405),
        ("GET", "/orders", {"limit": "0"}, 400),
        ("GET", "/orders", {"limit": "x"}, 400),
        ("GET", "/orders", {"next": "x"}, 400),
    ],
)
def test_other_requests_are_refused(store: Store, method: str, path: str, query: dict[str, str], status: int) -> None:
    assert ask(store, method, path, **query)[0] == status
