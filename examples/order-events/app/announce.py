"""Tells of new orders: the function behind the table's stream. Every region's stream has every order; each region tells
of those that it took itself, so each is told once and no region waits for another."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Voice:
    """Where it is told, and from which region."""

    region: str
    sns: Any
    topic: str
    events: Any
    bus: str


class Unheard(Exception):
    """The bus took the call and refused the event."""


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What Lambda calls with changes, in order for each key."""
    return tell(event["Records"], _voice())


def tell(records: list[dict[str, Any]], voice: Voice) -> dict[str, Any]:
    """Every new order of a batch. The first that failed and all after it come back; who listens may hear one twice."""
    from botocore.exceptions import BotoCoreError, ClientError

    for record in records:
        order = new_order(record, voice.region)
        try:
            if order is not None:
                _tell(order, voice)
        except (BotoCoreError, ClientError, Unheard) as error:
            number = record["dynamodb"]["SequenceNumber"]
            sys.stderr.write(json.dumps({"event": "order_unheard", "number": number, "reason": str(error)}) + "\n")
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def new_order(record: Mapping[str, Any], region: str) -> dict[str, Any] | None:
    """The order of a change, if it is a new one that this region took."""
    image = record["dynamodb"].get("NewImage", {})
    if record["eventName"] != "INSERT" or image.get("region", {}).get("S") != region:
        return None
    return {"id": image["id"]["S"], "item": image["item"]["S"], "cents": int(image["cents"]["N"])}


def _tell(order: Mapping[str, Any], voice: Voice) -> None:
    text = json.dumps(order)
    kind = {"kind": {"DataType": "String", "StringValue": "placed"}}
    voice.sns.publish(TopicArn=voice.topic, Message=text, MessageAttributes=kind)
    entry = {"EventBusName": voice.bus, "Source": "shop.orders", "DetailType": "placed", "Detail": text}
    if voice.events.put_events(Entries=[entry]).get("FailedEntryCount"):
        raise Unheard(voice.bus)


@cache
def _voice() -> Voice:
    """One per execution environment."""
    import boto3

    return Voice(
        region=os.environ["AWS_REGION"],
        sns=boto3.client("sns"),
        topic=os.environ["TOPIC_ORDER_NEWS"],
        events=boto3.client("events"),
        bus=os.environ["BUS_SHOP"],
    )
