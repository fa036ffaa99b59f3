"""The steps of the workflow that settles a day. Each reads the tables anew and can be repeated."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping


class SumsDiffer(Exception):
    """A payment came in between the two sums. People are told, and settle the day again."""


def handler(event: Mapping[str, Any], _: object) -> Any:
    """What the workflow calls; errors are raised, and the workflow decides by their names."""
    return run(event, _ledger())


def run(event: Mapping[str, Any], ledger: Ledger) -> Any:
    """The result of one step."""
    match event["step"]:
        case "collect":
            return collect(event["at"], ledger)
        case "per_merchant":
            return per_merchant(event["day"], ledger)
        case "total":
            return sum(cents for _, cents in ledger.of_day(event["day"]))
        case "keep":
            return keep(event["day"], event["merchants"], event["total"], ledger)
        case step:
            raise ValueError(f"there is no step {step!r}")


def day_before(at: str) -> str:
    """The day that a run at this moment settles: the one that has just ended, in UTC."""
    return (datetime.fromisoformat(at).date() - timedelta(days=1)).isoformat()


def collect(at: str, ledger: Ledger) -> dict[str, Any]:
    """Which day, and how many payments. A day alone (`2030-01-31`) is that day: operators settle it again."""
    day = date.fromisoformat(at).isoformat() if len(at) == len("2030-01-31") else day_before(at)
    return {"day": day, "payments": sum(1 for _ in ledger.of_day(day))}


def per_merchant(day: str, ledger: Ledger) -> dict[str, int]:
    """Cents of each merchant."""
    sums: Counter[str] = Counter()
    for merchant, cents in ledger.of_day(day):
        sums[merchant] += cents
    return dict(sorted(sums.items()))


def keep(day: str, merchants: dict[str, int], total: int, ledger: Ledger) -> dict[str, Any]:
    """Keeps what was added up twice with one result."""
    if sum(merchants.values()) != total:
        raise SumsDiffer(f"{day}: {sum(merchants.values())} and {total}")
    ledger.settle(day, merchants, total)
    return {"day": day, "merchants": merchants, "total": total}


@cache
def _ledger() -> Ledger:
    """One per execution environment."""
    return Ledger.connect(os.environ["TABLE_PAYMENTS"], os.environ["TABLE_SETTLEMENTS"])
