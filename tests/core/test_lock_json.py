"""The lock's record as JSON: what is written is read, and nothing else is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.core.lock import LockRecord, Owner, released, renewed
from orchestrator.core.lock_json import lock_json, lock_of

HELD = LockRecord(owner=Owner(by="ann", host="laptop", run="run-a", purpose="deploy"), fencing=3)


@pytest.mark.parametrize("record", [HELD, renewed(HELD, datetime(2026, 1, 1, tzinfo=UTC)), released(HELD)])
def test_a_record_survives_the_way_there_and_back(record: LockRecord) -> None:
    assert lock_of(lock_json(record)) == record


def test_keys_of_later_versions_are_passed_over() -> None:
    assert lock_of(json.dumps({**json.loads(lock_json(HELD)), "ticket": "OPS-1"})) == HELD


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"format": 2}', "[" * 100_000])
def test_what_is_no_record_is_none(text: str) -> None:
    assert lock_of(text) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("by", ""),
        ("by", 7),
        ("host", "x" * 501),
        ("run", None),
        ("purpose", []),
        ("fencing", 0),
        ("fencing", True),
        ("fencing", 1.5),
        ("renewed", -1),
        ("lease_s", 0),
        ("since", "yesterday"),
        ("since", "2026-01-01T00:00:00"),
        ("since", 5),
        ("released", "no"),
        ("released", None),
    ],
)
def test_a_record_with_one_value_that_means_nothing_is_none(key: str, value: Any) -> None:
    assert lock_of(json.dumps({**json.loads(lock_json(HELD)), key: value})) is None
