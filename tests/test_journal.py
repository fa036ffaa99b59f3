"""The journal: every event on disk at once; a disk that fills up ends the record, never the run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.run import Event, EventKind
from orchestrator.journal import FileJournal, recorded

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
