"""What a product is. API Gateway checks bodies by the same rules; a caller who goes around it is checked here."""

from __future__ import annotations

import json
import re
from typing import Any

MOST_CENTS = 100_000_000
LONGEST_TITLE = 200
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class InvalidProduct(Exception):
    """`faults` says all that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


def product_of(category: str, product_id: str, body: str) -> dict[str, Any]:
    """The product that a request describes. Raises InvalidProduct."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidProduct(["the body is not JSON"]) from error
    if not isinstance(given, dict):
        raise InvalidProduct(["a product is an object with title and cents"])
    title, cents = given.get("title"), given.get("cents")
    faults = [f"{name!r} is no name" for name in (category, product_id) if not _NAME.fullmatch(name)]
    if not isinstance(title, str) or not 1 <= len(title) <= LONGEST_TITLE:
        faults.append(f"title must be a text of 1 to {LONGEST_TITLE} characters")
    if type(cents) is not int or not 0 <= cents <= MOST_CENTS:
        faults.append(f"cents must be a whole number from 0 to {MOST_CENTS}")
    if faults:
        raise InvalidProduct(faults)
    return {"category": category, "id": product_id, "title": title, "cents": cents}
