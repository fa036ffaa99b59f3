"""The settlement's code: which day is settled, by which sums, and when people are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.examples.aws_in_process import InProcess, in_process, request
from tests.examples.gallery import code

front, settle = code("scheduled-workflow", "front"), code("scheduled-workflow", "settle")
NOON = 1_893_499_200.0
DAY = "2030-01-01"


@pytest.fixture(scope="module")
def aws() -> Iterator[InProcess]:
    with in_process() as aws:
        yield aws


@pytest.fixture(scope="module")
def connected(aws: InProcess) -> Any:
    return front.Ledger.connect("", "")


@pytest.fixture
def ledger(aws: InProcess, connected: Any) -> Any:
    """With empty tables."""
    return replace(connected, payments=aws.table("day", "id"), settlements=aws.table("day"))


def ask(ledger: Any, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = front.respond(request(method, path, json.dumps(body)), ledger, now=NOON)
    return answer["statusCode"], json.loads(answer["body"])


def pay(ledger: Any, number: int, merchant: str, cents: int) -> int:
    return ask(ledger, "POST", "/payments", {"id": f"payment-{number}", "merchant": merchant, "cents": cents})[0]


def steps(ledger: Any, at: str) -> Any:
    """As the workflow calls them."""
    day = settle.run({"step": "collect", "at": at}, ledger)["day"]
    merchants, total = (settle.run({"step": step, "day": day}, ledger) for step in ("per_merchant", "total"))
    return settle.run({"step": "keep", "day": day, "merchants": merchants, "total": total}, ledger)


def test_a_day_is_settled_per_merchant_and_shown(ledger: Any) -> None:
    paid = [pay(ledger, *one) for one in ((1, "tea-house", 100), (2, "bakery", 40), (3, "tea-house", 5))]
    paid.append(pay(ledger, 3, "tea-house", 5))

    kept = steps(ledger, "2030-01-02T00:31:17Z")

    assert paid == [201] * 4
    assert kept == {"day": DAY, "merchants": {"bakery": 40, "tea-house": 105}, "total": 145}
    assert ask(ledger, "GET", f"/settlements/{DAY}")[1]["settlement"] == kept


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2030-01-02T00:30:00Z", DAY),
        ("2030-01-02T02:30:00+00:00", DAY),
        (DAY, DAY),
        ("2030-01-01T00:30:00Z", "2029-12-31"),
    ],
)
def test_a_run_settles_the_day_before_it_and_a_day_that_is_named(ledger: Any, at: str, day: str) -> None:
    assert settle.collect(at, ledger) == {"day": day, "payments": 0}


def test_sums_that_differ_are_not_kept(ledger: Any) -> None:
    with pytest.raises(settle.SumsDiffer):
        settle.keep(DAY, {"tea-house": 105}, 145, ledger)

    assert ask(ledger, "GET", f"/settlements/{DAY}")[0] == 404


def test_a_step_that_there_is_not_fails(ledger: Any) -> None:
    with pytest.raises(ValueError, match="'count'"):
        settle.run({"step": "count"}, ledger)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"id": "x"}, "id must have 8 to 64 lower-case letters, digits and dashes"),
        ({"merchant": "Tea House"}, "merchant must have 1 to 40 lower-case letters, digits and dashes"),
        ({"cents": 0}, "cents must be a whole number from 1 to 100000000"),
    ],
)
def test_a_wrong_payment_is_refused(ledger: Any, changed: dict[str, Any], error: str) -> None:
    payment = {"id": "payment-1", "merchant": "tea-house", "cents": 1}

    status, answer = ask(ledger, "POST", "/payments", {**payment, **changed})

    assert (status, answer["error"]) == (400, error)


def test_without_its_table_the_region_is_not_healthy(ledger: Any) -> None:
    assert ask(ledger, "GET", "/health")[0] == 200
    assert ask(replace(ledger, settlements="gone"), "GET", "/health")[0] == 503
