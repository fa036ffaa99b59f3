"""The shop's code: orders are taken once, and announced by the region that took them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from tests.examples.aws_in_process import InProcess, in_process, request
from tests.examples.gallery import code

front, announce, invoice = (code("order-events", name) for name in ("front", "announce", "invoice"))
ORDER = {"id": "order-0001", "item": "samovar", "cents": 150_000}


@pytest.fixture(scope="module")
def aws() -> Iterator[InProcess]:
    with in_process() as aws:
        yield aws


@pytest.fixture(scope="module")
def connected(aws: InProcess) -> Any:
    return front.Store.connect("", "", "us-east-1")


@pytest.fixture
def store(aws: InProcess, connected: Any) -> Any:
    """With empty tables."""
    return replace(connected, orders=aws.table("id"), invoices=aws.table("order"))


@pytest.fixture(scope="module")
def shipping(aws: InProcess) -> str:
    return aws.queue()


@pytest.fixture(scope="module")
def voice(aws: InProcess, shipping: str) -> Any:
    """A topic with a queue behind it, and a bus."""
    sns, events = boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="order-news")["TopicArn"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=shipping, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    events.create_event_bus(Name="shop")
    return announce.Voice("us-east-1", sns, topic, events, "shop")


def ask(store: Any, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = front.respond(request(method, path, json.dumps(body)), store)
    return answer["statusCode"], json.loads(answer["body"])


def change(region: str = "us-east-1", name: str = "INSERT", number: str = "1") -> dict[str, Any]:
    image = {"id": {"S": ORDER["id"]}, "item": {"S": ORDER["item"]}, "cents": {"N": "150000"}, "region": {"S": region}}
    return {"eventName": name, "dynamodb": {"NewImage": image, "SequenceNumber": number}}


def test_an_order_is_taken_once_however_often_it_is_sent(store: Any) -> None:
    answers = [ask(store, "POST", "/orders", ORDER)[0] for _ in range(2)]

    assert answers == [201, 200]
    assert ask(store, "GET", "/orders/order-0001")[1]["order"] == ORDER


def test_an_order_shows_its_invoice_and_an_event_heard_twice_makes_one(store: Any) -> None:
    ask(store, "POST", "/orders", ORDER)

    written = [invoice.write(ORDER, store.client, store.invoices) for _ in range(2)]

    assert written[0] == written[1]
    assert ask(store, "GET", "/orders/order-0001")[1]["order"]["invoice"] == written[0]["invoice"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"id": "Short"}, "id must have 8 to 64 lower-case letters, digits and dashes"),
        ({"item": ""}, "item must be a text of 1 to 200 characters"),
        ({"cents": True}, "cents must be a whole number from 1 to 100000000"),
    ],
)
def test_a_wrong_order_is_refused(store: Any, changed: dict[str, Any], error: str) -> None:
    status, answer = ask(store, "POST", "/orders", {**ORDER, **changed})

    assert (status, answer["error"]) == (400, error)


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("POST", "/orders"), ("GET", "/orders/order-0001")])
def test_without_its_table_the_region_is_not_healthy_and_takes_nothing(store: Any, method: str, path: str) -> None:
    assert ask(replace(store, orders="gone"), method, path, ORDER)[0] == 503


def test_a_new_order_of_this_region_is_told_to_the_topic(aws: InProcess, voice: Any, shipping: str) -> None:
    answer = announce.tell([change()], voice)

    assert answer == {"batchItemFailures": []}
    assert [json.loads(one) for one in aws.waiting(shipping)] == [ORDER]


@pytest.mark.parametrize("other", [change(region="us-west-2"), change(name="MODIFY")])
def test_what_another_region_took_and_what_only_changed_is_not_told(
    aws: InProcess, voice: Any, shipping: str, other: dict[str, Any]
) -> None:
    announce.tell([other], voice)

    assert aws.waiting(shipping) == []


def test_from_the_first_order_that_cannot_be_told_on_all_come_back(voice: Any) -> None:
    deaf = replace(voice, topic=f"{voice.topic}-gone")

    answer = announce.tell([change(region="us-west-2", number="1"), change(number="2"), change(number="3")], deaf)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
