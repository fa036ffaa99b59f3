"""Reads and writes products: the function behind the REST API (payload format 1.0)."""

from __future__ import annotations

import json
import os
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from products import InvalidProduct, product_of
from shelf import Shelf, ShelfUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls."""
    return respond(event, _shelf())


def respond(event: Mapping[str, Any], shelf: Shelf) -> dict[str, Any]:
    """The answer to one request, from a given shelf. Nothing is raised to the caller."""
    try:
        status, body = _answer(event, shelf)
    except InvalidProduct as error:
        status, body = 400, {"error": "the product is not valid", "faults": error.faults}
    except ShelfUnavailable as error:
        sys.stderr.write(json.dumps({"event": "shelf_unavailable", "reason": str(error)}) + "\n")
        status, body = 503, {"error": "the table does not answer; try again"}
    where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    # API Gateway answers preflight requests; what a page may read of other answers is up to the function.
    headers["access-control-allow-origin"] = "https://www.example.com"
    return {"statusCode": status, "headers": headers, "body": json.dumps({**body, **where})}


def _answer(event: Mapping[str, Any], shelf: Shelf) -> tuple[int, dict[str, Any]]:
    method, path = event["httpMethod"], [part for part in event["path"].split("/") if part]
    match method, path:
        case "GET", ["health"]:
            return (200, {"status": "ok"}) if shelf.answers() else (503, {"status": "the table does not answer"})
        case "GET", ["products", category]:
            return 200, {"products": shelf.of_category(category)}
        case "GET", ["products", category, product_id]:
            found = shelf.get(category, product_id)
            return (200, {"product": found}) if found else (404, {"error": "there is no such product"})
        case "PUT", ["products", category, product_id]:
            product = product_of(category, product_id, event.get("body") or "")
            shelf.put(product)
            _count("ProductsWritten")
            return 200, {"product": product}
        case _:
            return 404, {"error": "there is no such path"}


@cache
def _shelf() -> Shelf:
    """One per execution environment: its connections are reused by the next requests."""
    return Shelf.connect(os.environ["TABLE_NAME"])


def _count(name: str) -> None:
    """A metric is a line in the log (embedded metric format)."""
    namespace = os.environ.get("METRICS_NAMESPACE", "")
    metric = {"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    embedded = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
    if namespace:
        sys.stdout.write(json.dumps({"_aws": embedded, name: 1}) + "\n")
