"""What an order is, and every fault of a wrong one at once."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

MAX_ITEM_LENGTH = 200
MAX_QUANTITY = 1_000


class InvalidOrder(Exception):
    """`faults` says all that is wrong, for the caller."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


def new_order(given: object) -> dict[str, Any]:
    """An order with its id, from what a caller sent. Raises InvalidOrder."""
    if not isinstance(given, Mapping):
        raise InvalidOrder(["an order is an object with item and quantity"])
    if faults := [*_faults(given), *_unknown(given)]:
        raise InvalidOrder(faults)
    return {"id": new_id(), "item": given["item"].strip(), "quantity": given["quantity"]}


def new_id() -> str:
    """Sorted by time, unique without asking anybody: two regions may take orders at the same moment."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


def is_id(text: str) -> bool:
    """Whether a text can be the id of an order at all."""
    return re.fullmatch("[0-9a-f]{24}", text) is not None


def _faults(given: Mapping[str, Any]) -> list[str]:
    item, quantity = given.get("item"), given.get("quantity")
    faults = []
    if not isinstance(item, str) or not 1 <= len(item.strip()) <= MAX_ITEM_LENGTH:
        faults.append(f"item must be a text of 1 to {MAX_ITEM_LENGTH} characters")
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        faults.append(f"quantity must be a whole number from 1 to {MAX_QUANTITY}")
    return faults


def _unknown(given: Mapping[str, Any]) -> list[str]:
    return [f"{name!r} is not part of an order" for name in sorted(map(str, given)) if name not in ("item", "quantity")]
