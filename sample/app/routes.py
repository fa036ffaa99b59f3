"""Which request does what."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orders import InvalidOrder, is_id, new_order

if TYPE_CHECKING:
    from store import Store

MAX_BODY_BYTES = 10_000
MAX_LIMIT = 100


@dataclass(frozen=True)
class Answer:
    """Status, body and what the headers need beyond the usual."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def route(event: dict[str, Any], store: Store) -> Answer:
    """The answer to a request. Raises StoreUnavailable, except for /health, which reports it."""
    method = event["requestContext"]["http"]["method"]
    path = [part for part in event.get("rawPath", "/").split("/") if part]
    if path == ["health"]:
        return _allow(method, {"GET": lambda: health(store)})
    if path == ["orders"]:
        return _allow(method, {"GET": lambda: list_orders(event, store), "POST": lambda: create_order(event, store)})
    if len(path) == 2 and path[0] == "orders":
        return _allow(method, {"GET": lambda: read_order(path[1], store)})
    return Answer(404, {"error": "there is no such path"})


def health(store: Store) -> Answer:
    """Healthy is who can serve an order: a function without its table is not."""
    if store.answers():
        return Answer(200, {"status": "ok"})
    return Answer(503, {"status": "the table does not answer"})


def create_order(event: dict[str, Any], store: Store) -> Answer:
    """POST /orders."""
    try:
        order = new_order(_json(event))
    except InvalidOrder as error:
        return Answer(400, {"error": "the order is not valid", "faults": error.faults})
    store.put(order)
    return Answer(201, {"order": order}, {"location": f"/orders/{order['id']}"})


def read_order(order_id: str, store: Store) -> Answer:
    """GET /orders/{id}."""
    order = store.get(order_id) if is_id(order_id) else None
    if order is None:
        return Answer(404, {"error": "there is no such order"})
    return Answer(200, {"order": order})


def list_orders(event: dict[str, Any], store: Store) -> Answer:
    """GET /orders?limit=&next=."""
    query = event.get("queryStringParameters") or {}
    limit = query.get("limit", "20")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= MAX_LIMIT):
        return Answer(400, {"error": f"limit must be a number from 1 to {MAX_LIMIT}"})
    after = query.get("next", "")
    if after and not is_id(after):
        return Answer(400, {"error": "next must be what an earlier answer said"})
    orders, following = store.page(int(limit), after=after)
    return Answer(200, {"orders": orders} | ({"next": following} if following else {}))


def _allow(method: str, actions: dict[str, Any]) -> Answer:
    if method not in actions:
        return Answer(405, {"error": f"{method} is not allowed here"}, {"allow": ", ".join(sorted(actions))})
    answer: Answer = actions[method]()
    return answer


def _json(event: dict[str, Any]) -> object:
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        if len(raw) > MAX_BODY_BYTES:
            raise InvalidOrder([f"the body has more than {MAX_BODY_BYTES} bytes"])
        return json.loads(raw)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidOrder(["the body is not JSON"]) from error
