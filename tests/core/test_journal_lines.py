"""Lines of a journal: what was written is what is read; a damaged line is named, a torn last one is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.journal_lines import event_document, events_in, is_event, line_of
from orchestrator.core.run import Event, EventKind

EVENT = Event(
    at=datetime(2026, 11, 21, tzinfo=UTC),
    run="r",
    kind=EventKind.STEP_STARTED,
    step="a",
    detail='why, "crc32": "00000000"}',
    data=(("crc32", "00000000"),),
)
LINE = line_of(EVENT).encode()
OLD = (json.dumps(event_document(EVENT)) + "\n").encode()


def read(*lines: bytes) -> tuple[Event, ...]:
    return tuple(events_in(lines, "r.jsonl"))


def test_what_was_written_is_what_is_read() -> None:
    assert read(LINE, LINE) == (EVENT, EVENT)


def test_the_checksum_is_the_last_key_and_covers_the_rest() -> None:
    told = json.loads(LINE)

    assert list(told)[-1] == "crc32"
    assert {key: value for key, value in told.items() if key != "crc32"} == event_document(EVENT)


def test_lines_of_versions_without_checksums_are_read() -> None:
    assert read(OLD, OLD, LINE) == (EVENT,) * 3


@pytest.mark.parametrize("place", range(0, len(LINE) - 1, 7))
def test_a_changed_byte_in_the_middle_is_named_with_its_line(place: int) -> None:
    changed = LINE[:place] + bytes([LINE[place] ^ 1]) + LINE[place + 1 :]

    with pytest.raises(OrchestratorError, match=r"r\.jsonl:2: this line is no event"):
        read(LINE, changed, LINE)


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (LINE.replace(b"why", b"who"), "its checksum is wrong"),
        (OLD, "its checksum is missing"),
    ],
)
def test_the_reason_is_told(damaged: bytes, said: str) -> None:
    with pytest.raises(OrchestratorError, match=f"r.jsonl:2: this line is no event: {said}"):
        read(LINE, damaged, LINE)


@pytest.mark.parametrize("length", range(len(LINE) - 1))
def test_a_torn_last_line_is_no_event_wherever_it_tore(length: int) -> None:
    assert read(LINE, LINE[:length]) == (EVENT,)
    assert not is_event(LINE[:length], "r.jsonl")


def test_a_last_line_with_a_wrong_checksum_is_no_event() -> None:
    assert read(LINE, LINE.replace(b"why", b"who")) == (EVENT,)


def test_a_line_that_lacks_only_its_end_is_an_event() -> None:
    assert read(LINE[:-1]) == (EVENT,)
    assert is_event(LINE[:-1], "r.jsonl")


@pytest.mark.parametrize(
    "damage", [b"{}", b"[]", b"\xff", OLD.replace(b"+00:00", b""), OLD.replace(b'"at"', b'"when"')]
)
def test_what_is_no_event_is_named(damage: bytes) -> None:
    with pytest.raises(
        OrchestratorError, match=r"r\.jsonl:1: this line is no event$|r\.jsonl:1: this line is no event \("
    ):
        read(damage, LINE)


@pytest.mark.parametrize("number", ["2", "99"])
def test_a_newer_format_is_refused_with_what_to_do(number: str) -> None:
    newer = OLD.replace(b'"format": 1', f'"format": {number}'.encode())

    with pytest.raises(OrchestratorError, match=f"r.jsonl:2: the journal has format {number}, this version reads 1"):
        read(OLD, newer)


@pytest.mark.parametrize("told", [b'"1"', b"0", b"null"])
def test_what_was_never_a_format_is_damage(told: bytes) -> None:
    with pytest.raises(OrchestratorError, match="this line is no event"):
        read(OLD.replace(b'"format": 1', b'"format": ' + told), OLD)


def test_kinds_of_later_versions_are_left_out() -> None:
    assert read(OLD.replace(b"step_started", b"step_pondered"), OLD) == (EVENT,)
