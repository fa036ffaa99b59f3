"""`report`: from the journals of a state folder to a document, without AWS and without regions.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.core.run import Event
from orchestrator.journal import FileJournal
from tests.report.drill_runs import ABORTED, FAILOVER, PASSED, SWITCHED

FIRST, SECOND = "20261121T120000Z-drill-a1b2c3", "20261121T130000Z-drill-a1b2c3"


def keep(state: Path, events: Sequence[Event], hours: int = 0, application: str = "") -> None:
    """One journal, some hours later than it was written down."""
    run = events[0].run.replace("T12", f"T{12 + hours}")
    with FileJournal(state / "runs", run) as journal:
        for event in events:
            told = dict(event.data)
            if "from" in told:
                told["from"] = (datetime.fromisoformat(told["from"]) + timedelta(hours=hours)).isoformat()
            if application and "plan" in told:
                told["plan"] = told["plan"].replace("sample", application)
            at = event.at + timedelta(hours=hours)
            journal.append(replace(event, run=run, at=at, data=tuple(told.items())))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three drills, one of another application, and a failover."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".orchestrator"
    keep(folder, PASSED)
    keep(folder, ABORTED, 1)
    keep(folder, SWITCHED, 2, application="other")
    keep(folder, FAILOVER, 3)
    return folder


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["report", *arguments, "--format", "json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.parametrize("run", [FIRST, "20261121T12"])
def test_a_kept_run_is_shown_as_text(state: Path, capsys: pytest.CaptureFixture[str], run: str) -> None:
    assert main(["report", run]) == 0
    assert capsys.readouterr().out.startswith("drill of us-east-1 in sample production: passed")


def test_the_exit_code_says_that_the_report_was_made_whatever_it_says(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert document(capsys, SECOND)["verdict"] == "aborted"


def test_the_latest_run_needs_no_name(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "latest")["verb"] == "failover"


def test_a_drill_comes_with_those_before_it_of_the_same_environment(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(state, SWITCHED, 4)  # on AWS itself, where the others were on the embedded one
    keep(state, PASSED, 5)
    (state / "runs" / "20261121T110000Z-drill-ffffff.jsonl").write_text("{}\n")

    past = document(capsys, "latest")["past"]

    assert isinstance(past, list)
    assert [one["run"] for one in past] == [FIRST, SECOND]


def test_without_a_run_those_that_are_kept_are_listed(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (state / "runs" / "20261121T200000Z-deploy-ffffff.jsonl").write_text("")
    found = document(capsys)["runs"]

    assert isinstance(found, list)
    assert [one["verdict"] for one in found] == ["", "succeeded", "passed", "aborted", "passed"]
    assert found[0]["problem"] == "the journal tells of no run: it tells of nothing"


def test_the_list_as_text(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report"]) == 0
    assert f"{SECOND}     2026-11-21 13:00Z  aborted (us-east-1)" in capsys.readouterr().out


def test_the_list_has_no_other_formats(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--format", "markdown"]) == 64
    assert "name a run" in capsys.readouterr().err


def test_markdown_goes_to_a_file_when_asked(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", FIRST, "--format", "markdown", "--out", "drill.md"]) == 0
    said = capsys.readouterr()

    assert Path("drill.md").read_text("utf-8").startswith("## drill of us-east-1")
    assert (said.out, said.err) == ("", "written to drill.md\n")


def test_a_file_that_cannot_be_written_is_wrong_usage(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", FIRST, "--out", "missing/drill.md"]) == 64
    assert "choose another --out" in capsys.readouterr().err


@pytest.mark.parametrize("run", ["20261121T120000Z-drill-a1b2c4", "../runs", "nothing"])
def test_an_unknown_run_is_wrong_usage(state: Path, capsys: pytest.CaptureFixture[str], run: str) -> None:
    assert main(["report", run]) == 64
    assert "kept here" in capsys.readouterr().err


def test_a_damaged_journal_is_named_with_its_line(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = state / "runs" / f"{FIRST}.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())

    assert main(["report", FIRST]) == 1
    said = capsys.readouterr().err

    assert said.startswith("error: this line is no event\n")
    assert f"{FIRST}.jsonl:1\n" in said
