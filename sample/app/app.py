"""Lambda's entry: an event of an HTTP API (payload format 2.0) in, an answer out. Errors never reach the caller raw."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any

from routes import Answer, route
from store import Store, StoreUnavailable


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls."""
    return respond(event, _store())


def respond(event: dict[str, Any], store: Store) -> dict[str, Any]:
    """The answer to one event, from a given store."""
    try:
        answer = route(event, store)
    except StoreUnavailable as error:
        _log("store_unavailable", event, reason=str(error))
        answer = Answer(503, {"error": "the table does not answer; try again"})
    return _http(answer)


def _http(answer: Answer) -> dict[str, Any]:
    region, release = os.environ.get("AWS_REGION", "unknown"), os.environ.get("RELEASE", "unknown")
    return {
        "statusCode": answer.status,
        "headers": {
            "content-type": "application/json",
            "cache-control": "no-store",
            "x-region": region,
            "x-release": release,
            **answer.headers,
        },
        "body": json.dumps({**answer.body, "region": region, "release": release}),
    }


@cache
def _store() -> Store:
    """One per execution environment: its connections are reused by the next requests."""
    return Store.connect(os.environ["TABLE_NAME"])


def _log(name: str, event: dict[str, Any], **fields: str) -> None:
    request = event.get("requestContext", {}).get("requestId", "")
    sys.stderr.write(json.dumps({"event": name, "request": request, **fields}) + "\n")
