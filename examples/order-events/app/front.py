"""Takes orders and shows them: the function behind the HTTP API (payload format 2.0). It tells nobody: the table's
stream does, so an order that was taken is announced, and one that was not is not."""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from store import Store, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_CENTS = 100_000_000
_ID = re.compile("[a-z0-9-]{8,64}")


class InvalidOrder(Exception):
    """What is wrong with an order, for its caller."""


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls."""
    return respond(event, _store())


def respond(event: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """The answer to one request. Nothing is raised to the caller."""
    try:
        status, body = _answer(event, store)
    except InvalidOrder as error:
        status, body = 400, {"error": str(error)}
    except StoreUnavailable as error:
        sys.stderr.write(json.dumps({"event": "store_unavailable", "reason": str(error)}) + "\n")
        status, body = 503, {"error": "the tables do not answer; try again"}
    where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps({**body, **where})}


def _answer(event: Mapping[str, Any], store: Store) -> tuple[int, dict[str, Any]]:
    method = event["requestContext"]["http"]["method"]
    path = [part for part in event.get("rawPath", "/").split("/") if part]
    match method, path:
        case "GET", ["health"]:
            return (200, {"status": "ok"}) if store.answers() else (503, {"status": "the tables do not answer"})
        case "POST", ["orders"]:
            order = order_of(event.get("body") or "")
            # The caller chooses the id: asked again after a time-out or a failover, it is still one order.
            return (201 if store.place(order) else 200), {"order": order}
        case "GET", ["orders", order_id]:
            found = store.get(order_id) if _ID.fullmatch(order_id) else None
            return (200, {"order": found}) if found else (404, {"error": "there is no such order"})
        case _:
            return 404, {"error": "there is no such path"}


def order_of(body: str) -> dict[str, Any]:
    """`id`, `item` and `cents`. Raises InvalidOrder."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidOrder("the body is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidOrder("an order is an object with id, item and cents")
    order_id, item, cents = given.get("id"), given.get("item"), given.get("cents")
    if not isinstance(order_id, str) or not _ID.fullmatch(order_id):
        raise InvalidOrder("id must have 8 to 64 lower-case letters, digits and dashes")
    if not isinstance(item, str) or not 1 <= len(item) <= 200:
        raise InvalidOrder("item must be a text of 1 to 200 characters")
    if type(cents) is not int or not 1 <= cents <= MOST_CENTS:
        raise InvalidOrder(f"cents must be a whole number from 1 to {MOST_CENTS}")
    return {"id": order_id, "item": item, "cents": cents}


@cache
def _store() -> Store:
    """One per execution environment."""
    return Store.connect(os.environ["TABLE_ORDERS"], os.environ["TABLE_INVOICES"], os.environ["AWS_REGION"])
