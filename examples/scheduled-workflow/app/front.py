"""Takes payments and shows settlements: the function behind the HTTP API (payload format 2.0)."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger import Ledger, LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile("[a-z0-9-]{8,64}")
_MERCHANT = re.compile("[a-z0-9-]{1,40}")


class InvalidPayment(Exception):
    """What is wrong with a payment, for its caller."""


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls."""
    return respond(event, _ledger(), now=time.time())


def respond(event: Mapping[str, Any], ledger: Ledger, *, now: float) -> dict[str, Any]:
    """The answer to one request. Nothing is raised to the caller."""
    try:
        status, body = _answer(event, ledger, now)
    except InvalidPayment as error:
        status, body = 400, {"error": str(error)}
    except LedgerUnavailable as error:
        sys.stderr.write(json.dumps({"event": "ledger_unavailable", "reason": str(error)}) + "\n")
        status, body = 503, {"error": "the tables do not answer; try again"}
    where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps({**body, **where})}


def _answer(event: Mapping[str, Any], ledger: Ledger, now: float) -> tuple[int, dict[str, Any]]:
    method = event["requestContext"]["http"]["method"]
    path = [part for part in event.get("rawPath", "/").split("/") if part]
    match method, path:
        case "GET", ["health"]:
            return (200, {"status": "ok"}) if ledger.answers() else (503, {"status": "the tables do not answer"})
        case "POST", ["payments"]:
            payment = payment_of(event.get("body") or "", now)
            ledger.add(payment)
            return 201, {"payment": payment}
        case "GET", ["settlements", day]:
            found = ledger.settlement(day) if _DAY.fullmatch(day) else None
            return (200, {"settlement": found}) if found else (404, {"error": "that day is not settled"})
        case _:
            return 404, {"error": "there is no such path"}


def payment_of(body: str, now: float) -> dict[str, Any]:
    """`id` (the caller's: a repetition is one payment), `merchant`, `cents`; of today. Raises InvalidPayment."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidPayment("the body is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidPayment("a payment is an object with id, merchant and cents")
    payment_id, merchant, cents = given.get("id"), given.get("merchant"), given.get("cents")
    if not isinstance(payment_id, str) or not _ID.fullmatch(payment_id):
        raise InvalidPayment("id must have 8 to 64 lower-case letters, digits and dashes")
    if not isinstance(merchant, str) or not _MERCHANT.fullmatch(merchant):
        raise InvalidPayment("merchant must have 1 to 40 lower-case letters, digits and dashes")
    if type(cents) is not int or not 1 <= cents <= 100_000_000:
        raise InvalidPayment("cents must be a whole number from 1 to 100000000")
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    return {"day": day, "id": payment_id, "merchant": merchant, "cents": cents}


@cache
def _ledger() -> Ledger:
    """One per execution environment."""
    return Ledger.connect(os.environ["TABLE_PAYMENTS"], os.environ["TABLE_SETTLEMENTS"])
