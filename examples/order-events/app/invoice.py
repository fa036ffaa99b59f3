"""Writes an invoice for each order that it hears of on the bus. Heard twice, it is written once: the order's id decides
its number."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def handler(event: Mapping[str, Any], _: object) -> dict[str, str]:
    """What EventBridge calls. An error is raised: the event is tried again, and kept once it is given up."""
    return write(event["detail"], _client(), os.environ["TABLE_INVOICES"])


def write(order: Mapping[str, Any], client: Any, table: str) -> dict[str, str]:
    """The invoice of an order, kept."""
    number = f"R-{sha256(order['id'].encode()).hexdigest()[:12].upper()}"
    item = {"order": {"S": order["id"]}, "number": {"S": number}, "cents": {"N": str(order["cents"])}}
    client.put_item(TableName=table, Item=item)
    return {"order": order["id"], "invoice": number}


@cache
def _client() -> Any:
    import boto3

    return boto3.client("dynamodb")
