"""The lock's decisions: who may take it, when it ends, which number it gets. Times are S3's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.lock import (
    LEASE_S,
    ROUNDING_S,
    UNREADABLE,
    LockRecord,
    LockState,
    Owner,
    Refusal,
    Stored,
    Write,
    acquiring,
    held_until,
    holder_text,
    is_of,
    released,
    renewed,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = Owner(by="ann", host="laptop", run="run-a", purpose="deploy of release 1")
BOB = Owner(by="bob", host="runner", run="run-b", purpose="drill of us-east-1")
HELD = LockRecord(owner=ANN, fencing=7)


def stored(record: LockRecord | None = HELD, age_s: float = 5) -> Stored:
    return Stored(record=record, etag='"e"', written_at=NOON, read_at=NOON + timedelta(seconds=age_s))


@pytest.mark.parametrize(
    ("record", "age_s", "state"),
    [
        (HELD, 0, LockState.HELD),
        (HELD, LEASE_S, LockState.HELD),
        (HELD, LEASE_S + ROUNDING_S - 1, LockState.HELD),
        (HELD, LEASE_S + ROUNDING_S, LockState.EXPIRED),
        (HELD, -3, LockState.HELD),
        (replace(HELD, lease_s=600), LEASE_S + ROUNDING_S, LockState.HELD),
        (released(HELD), 0, LockState.FREE),
        (released(HELD), 9999, LockState.FREE),
        (None, 10**9, LockState.HELD),
    ],
)
def test_a_lease_ends_by_the_servers_time_alone(record: LockRecord | None, age_s: float, state: LockState) -> None:
    assert stored(record, age_s).state is state


@pytest.mark.parametrize(
    ("found", "breaks", "decision"),
    [
        (None, "", Write(LockRecord(owner=BOB, fencing=1), "")),
        (stored(), "", Refusal(stored())),
        (stored(), "run-c", Refusal(stored())),
        (stored(), "run-a", Write(LockRecord(owner=BOB, fencing=8), '"e"')),
        (stored(released(HELD)), "", Write(LockRecord(owner=BOB, fencing=8), '"e"')),
        (stored(age_s=999), "", Write(LockRecord(owner=BOB, fencing=8), '"e"')),
        (stored(None), "", Refusal(stored(None))),
        (stored(None), UNREADABLE, Write(LockRecord(owner=BOB, fencing=int(NOON.timestamp()) + 5), '"e"')),
    ],
)
def test_the_lock_is_taken_when_nobody_has_it_or_he_is_named(
    found: Stored | None, breaks: str, decision: Write | Refusal
) -> None:
    assert acquiring(BOB, found, breaks=breaks) == decision


def test_a_renewal_keeps_number_and_owner_and_learns_since_when_once() -> None:
    first = renewed(HELD, NOON)
    second = renewed(first, NOON + timedelta(hours=1))

    assert (second.owner, second.fencing, second.renewed) == (ANN, 7, 2)
    assert first.since == second.since == NOON


@pytest.mark.parametrize(
    ("there", "mine"),
    [
        (stored(), True),
        (stored(renewed(HELD, NOON)), True),
        (stored(released(HELD)), False),
        (stored(replace(HELD, fencing=8)), False),
        (stored(replace(HELD, owner=BOB)), False),
        (stored(None), False),
        (None, False),
    ],
)
def test_an_ownership_is_recognised_by_owner_and_number(there: Stored | None, mine: bool) -> None:
    assert is_of(HELD, there) is mine


@pytest.mark.parametrize("age_s", [0, 5, 61])
def test_a_holder_stops_before_anybody_else_may_begin(age_s: float) -> None:
    found, asked_at = stored(age_s=age_s), 1000.0
    free_for_others_at = asked_at + found.ends_in_s

    assert held_until(asked_at, found) < free_for_others_at


def test_nothing_is_held_by_what_cannot_be_read() -> None:
    assert held_until(1000.0, stored(None)) < 1000.0
    assert stored(None).run == UNREADABLE


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            stored(replace(HELD, since=NOON - timedelta(hours=1)), 12.9),
            "deploy of release 1 by ann on laptop holds the lock since 2026-11-21 11:00:00Z "
            "(run run-a, renewed 12 s ago)",
        ),
        (
            stored(age_s=100),
            "deploy of release 1 by ann on laptop died with the lock since 2026-11-21 12:00:00Z "
            "(run run-a, renewed 100 s ago)",
        ),
        (stored(None), "the lock is held by what this version cannot read: a newer version, or an edited object"),
    ],
)
def test_a_holder_is_told_by_who_where_since_when_and_what_for(found: Stored, text: str) -> None:
    assert holder_text(found) == text
