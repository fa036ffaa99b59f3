"""Who is at work, as status shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.lock import LockRecord, Owner, Stored
from orchestrator.core.status_changes import StatusChange, Subject, status_changes
from orchestrator.report import Style, status_json, status_text
from tests.report.samples import status

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def held(by: str = "ann", age_s: float = 4) -> Stored:
    owner = Owner(by=by, host="laptop", run="run-a", purpose="deploy of release 1")
    record = LockRecord(owner=owner, fencing=3)
    return Stored(record=record, etag='"e"', written_at=NOON, read_at=NOON + timedelta(seconds=age_s))


def test_the_screen_names_who_is_at_work() -> None:
    drawn = status_text(replace(status(), lock=held()), Style())

    assert "\nat work\n  deploy of release 1 by ann on laptop holds the lock since 2026-11-21 12:00:00Z " in drawn


def test_an_owners_name_cannot_redraw_the_screen() -> None:
    drawn = status_text(replace(status(), lock=held("an\x1b[2Jn\u202e")), Style())

    assert "by an\\x1b[2Jn\\u202e on laptop" in drawn


@pytest.mark.parametrize(("age_s", "state"), [(4, "held"), (99, "expired")])
def test_programs_are_told_who_is_at_work(age_s: float, state: str) -> None:
    document = json.loads(status_json(replace(status(), lock=held(age_s=age_s))))

    assert document["lock"] == {
        "by": "ann",
        "host": "laptop",
        "run": "run-a",
        "purpose": "deploy of release 1",
        "since": "2026-11-21T12:00:00.000Z",
        "renewed_at": "2026-11-21T12:00:00.000Z",
        "state": state,
    }


def test_a_lock_that_cannot_be_read_is_held_by_nobody_known() -> None:
    document = json.loads(status_json(replace(status(), lock=replace(held(), record=None))))

    assert (document["lock"]["by"], document["lock"]["state"]) == ("", "held")


def test_a_free_lock_is_null() -> None:
    assert json.loads(status_json(status()))["lock"] is None


def test_a_watcher_sees_the_lock_taken_and_its_owner_die() -> None:
    free, taken = status(), replace(status(), lock=held())
    dead = replace(status(), lock=held(age_s=99))

    assert status_changes(free, taken) == (StatusChange(Subject.LOCK, "run-a", "absent", "held"),)
    assert status_changes(taken, dead) == (StatusChange(Subject.LOCK, "run-a", "held", "expired"),)
    assert status_changes(dead, free) == (StatusChange(Subject.LOCK, "run-a", "expired", "absent"),)
