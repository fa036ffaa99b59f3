"""The journal: every event on disk at once; a disk that fills up ends the record, never the run."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.core.errors import OrchestratorError, UsageError
from orchestrator.core.journal_lines import event_document, line_of
from orchestrator.core.run import Event, EventKind
from orchestrator.journal import FileJournal, find_run, list_runs, read_journal, recorded

EVENT = Event(at=datetime(2026, 11, 21, tzinfo=UTC), run="r", kind=EventKind.STEP_STARTED, step="a", detail="why")


def test_an_event_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    with FileJournal(tmp_path, "r") as journal:
        journal.append(EVENT)
        (line,) = (tmp_path / "r.jsonl").read_text().splitlines()

    assert json.loads(line)["step"] == "a"


def test_without_a_folder_to_write_to_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(OrchestratorError, match="nothing was started"):
        FileJournal(tmp_path / "file", "r")


def test_a_text_that_no_file_can_hold_is_written_escaped(tmp_path: Path) -> None:
    with FileJournal(tmp_path, "r") as journal:
        journal.append(Event(at=EVENT.at, run="r", kind=EventKind.STEP_FAILED, detail="bad \ud800 text"))

    assert json.loads((tmp_path / "r.jsonl").read_text())["detail"] == "bad \ud800 text"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_ends_the_record_and_says_so_once_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").symlink_to("/dev/full")
    heard: list[Event] = []
    with FileJournal(tmp_path, "r") as journal:
        tell = recorded(journal, heard.append)
        tell(EVENT)
        tell(EVENT)

    assert [event.kind for event in heard] == [EventKind.JOURNAL_LOST, EventKind.STEP_STARTED, EventKind.STEP_STARTED]
    assert "No space left" in heard[0].detail
    assert "r.jsonl" in heard[0].detail


def test_a_journal_that_is_deleted_meanwhile_ends_no_run(tmp_path: Path) -> None:
    heard: list[Event] = []
    with FileJournal(tmp_path, "r") as journal:
        tell = recorded(journal, heard.append)
        tell(EVENT)
        (tmp_path / "r.jsonl").unlink()
        tell(EVENT)

    assert heard == [EVENT, EVENT]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_in_a_folder_that_is_read_only_nothing_starts(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(OrchestratorError, match="make the folder writable"):
        FileJournal(tmp_path, "r")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that nobody can write to")
def test_in_a_folder_that_takes_no_files_nothing_starts() -> None:
    with pytest.raises(OrchestratorError, match="make the folder writable"):
        FileJournal(Path("/proc/self"), "r")


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        (b"", 0),
        (b'{"format": 1, "at', 0),
        (line_of(EVENT).encode()[:-2], 0),
        (line_of(EVENT).encode()[:-1], 1),
        (line_of(EVENT).encode(), 1),
    ],
)
def test_a_run_that_goes_on_appends_after_its_last_whole_line(tmp_path: Path, left: bytes, kept: int) -> None:
    path = written(tmp_path, line_of(EVENT).encode() + left)
    with FileJournal(tmp_path, "r") as journal:
        journal.append(EVENT)

    assert read_journal(path) == (EVENT,) * (kept + 2)
    assert path.read_bytes() == line_of(EVENT).encode() * (kept + 2)


def test_the_journal_of_a_newer_version_is_not_appended_to(tmp_path: Path) -> None:
    path = written(tmp_path, LINE.replace(b'"format": 1', b'"format": 2') + b"\n")

    with pytest.raises(OrchestratorError, match="format 2, this version reads 1"):
        FileJournal(tmp_path, "r")
    assert b'"format": 2' in path.read_bytes()


# -- reading ------------------------------------------------------------------------------------------------------

LINE = json.dumps(event_document(EVENT)).encode()
"""As versions without checksums wrote it."""
FIRST, SECOND = "20261121T120000Z-deploy-a1b2c3", "20261121T130000Z-drill-d4e5f6"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "r.jsonl"
    path.write_bytes(content)
    return path


def kept(folder: Path) -> Path:
    for name in (FIRST, SECOND):
        (folder / f"{name}.jsonl").touch()
    (folder / "notes.txt").touch()
    (folder / "zebra.jsonl").touch()
    (folder / "99991231T000000Z-DROP-a1b2c3.jsonl").touch()
    (folder / "folder.jsonl").mkdir()
    return folder


def test_what_was_appended_is_what_is_read(tmp_path: Path) -> None:
    told = [EVENT, Event(at=EVENT.at, run="r", kind=EventKind.PLANNED, detail="\ud800", data=(("plan", "{}"),))]
    with FileJournal(tmp_path, "r") as journal:
        for event in told:
            journal.append(event)

    assert read_journal(tmp_path / "r.jsonl") == tuple(told)


@pytest.mark.parametrize("torn", [b"", LINE[:40], b"\0" * 30, LINE[:-1], b"[1"])
def test_a_torn_last_line_is_no_event(tmp_path: Path, torn: bytes) -> None:
    assert read_journal(written(tmp_path, LINE + b"\n" + torn)) == (EVENT,)


def test_a_last_line_that_lacks_only_its_end_is_an_event(tmp_path: Path) -> None:
    assert read_journal(written(tmp_path, LINE)) == (EVENT,)


@pytest.mark.parametrize(
    "broken",
    [
        b"{}",
        b"[]",
        b"",
        b"\xff",
        b"[" * 100_000,
        LINE.replace(b'"at"', b'"when"'),
        LINE.replace(b"+00:00", b""),
        LINE.replace(b'"data": {}', b'"data": []'),
        LINE.replace(b'"format": 1', b'"format": "1"'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, broken: bytes) -> None:
    with pytest.raises(OrchestratorError, match=r"r\.jsonl:2: this line is no event"):
        read_journal(written(tmp_path, LINE + b"\n" + broken + b"\n" + LINE))


def test_a_newer_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OrchestratorError, match="format 2, this version reads 1"):
        read_journal(written(tmp_path, LINE.replace(b'"format": 1', b'"format": 2') + b"\n"))


def test_kinds_of_later_versions_are_left_out(tmp_path: Path) -> None:
    later = LINE.replace(b"step_started", b"step_pondered")

    assert read_journal(written(tmp_path, later + b"\n" + LINE + b"\n")) == (EVENT,)


def test_a_line_that_never_ends_is_not_read_whole() -> None:
    with pytest.raises(OrchestratorError, match="larger than any run writes"):
        read_journal(Path("/dev/zero"))


def test_a_journal_that_is_not_there_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(OrchestratorError, match=r"r\.jsonl: the journal cannot be read"):
        read_journal(tmp_path / "r.jsonl")


def test_runs_are_listed_by_their_time_and_files_of_others_are_none(tmp_path: Path) -> None:
    assert list_runs(kept(tmp_path)) == (FIRST, SECOND)
    assert list_runs(tmp_path / "missing") == ()


def test_a_folder_that_is_none_cannot_be_listed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OrchestratorError, match="cannot be listed"):
        list_runs(tmp_path / "file")


@pytest.mark.parametrize(
    ("asked", "found"), [(FIRST, FIRST), ("20261121T12", FIRST), ("latest", SECOND), (SECOND, SECOND)]
)
def test_a_run_is_found_by_name_by_beginning_or_as_the_latest(tmp_path: Path, asked: str, found: str) -> None:
    assert find_run(kept(tmp_path), asked).stem == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("20261121T", "2 runs that are kept here begin with"),
        (FIRST.replace("a1b2", "a1b3"), f"did you mean {FIRST}"),
        ("../../etc/passwd", "orchestrator report lists"),
        ("", "orchestrator report lists"),
        ("x", "no run x is kept here"),
    ],
)
def test_an_unknown_run_is_wrong_usage_and_says_how_to_find_it(tmp_path: Path, asked: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        find_run(kept(tmp_path), asked)


def test_nothing_is_the_latest_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run is kept here"):
        find_run(tmp_path, "latest")
