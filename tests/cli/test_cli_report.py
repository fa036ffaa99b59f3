"""`report`: from the journals of a state folder to a document, without AWS and without regions.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.run import Event
from orchestrator.core.run_report import JOURNAL_INCOMPLETE, RunReport
from orchestrator.journal import FileJournal
from tests.cli.fake_app import FakeApp
from tests.report.drill_runs import ABORTED, FAILOVER, PASSED, SWITCHED, report_of

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


def test_a_journal_that_was_cut_off_says_where_more_may_be(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = state / "runs" / f"{FIRST}.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))

    assert main(["report", FIRST]) == 0
    said = capsys.readouterr()

    assert "interrupted" in said.out
    assert said.err.startswith("warning: the journal on this machine tells no end: ")
    assert f"orchestrator report --remote {FIRST}" in said.err


# -- runs that this machine has not kept --------------------------------------------------------------------------

CONFIG = """\
application: shop
partition: aws
home_region: us-west-2
regions:
  us-east-1: {role: primary}
  us-west-2: {role: secondary}
environments:
  production: {accounts: ["111111111111"], host: shop.fed.dev, hosted_zone: fed.dev}
code:
  app: {path: app}
stack_sets:
  infra: {blueprint: "blueprints.infra:Infra"}
  compute: {blueprint: "blueprints.compute:Compute"}
"""


@pytest.fixture
def without_credentials(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of somebody who has none."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(state / "missing"))
    Path("regions.yaml").write_text(CONFIG)
    return state


def test_without_credentials_an_unknown_run_is_still_wrong_usage(
    without_credentials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "20261121T120000Z-deploy-000000"]) == 64
    said = capsys.readouterr().err

    assert "is kept here, and the artifact buckets could not be asked: " in said
    assert "Traceback" not in said


@pytest.mark.parametrize("words", [["report", "--remote"], ["report", "--remote", FIRST]])
def test_without_credentials_the_buckets_are_not_asked_and_it_is_said_why(
    without_credentials: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(words) == 1
    said = capsys.readouterr()

    assert said.out == ""
    assert "credentials" in said.err
    assert "Traceback" not in said.err


def test_a_run_that_is_kept_needs_no_credentials(without_credentials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, FIRST)["verdict"] == "passed"


def test_without_credentials_an_emptied_journal_is_named_and_why_the_buckets_have_no_better_one(
    without_credentials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (without_credentials / "runs" / f"{FIRST}.jsonl").write_bytes(b"")

    assert main(["report", FIRST]) == 1
    said = capsys.readouterr().err

    assert "it tells of nothing" in said
    assert "the artifact buckets have no better copy of it: " in said
    assert f"{FIRST}.jsonl" in said


def test_a_broken_configuration_does_not_hide_that_the_run_is_not_kept(
    without_credentials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("regions.yaml").write_text("regions: 5\n")

    assert main(["report", "20261121T120000Z-deploy-000000"]) == 64
    assert "is kept here" in capsys.readouterr().err


class Partial(FakeApp):
    """An application whose reports lack a part of their journals."""

    def run_report(self, settings: object, run: str, *, remote: bool = False) -> RunReport:
        lacking = Finding(JOURNAL_INCOMPLETE, Severity.WARNING, "journal", "lines are missing", "ask again")
        return replace(report_of(PASSED), findings=(lacking,))


def test_a_report_of_a_part_is_made_with_a_warning_beside_it(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", FIRST], app=Partial()) == 0
    said = capsys.readouterr()

    assert said.out.startswith("drill of us-east-1")
    assert said.err == "warning: lines are missing; ask again\n"
