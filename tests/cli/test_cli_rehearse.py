"""`rehearse`: exit codes by verdict, what is told where, and files that have their place before anything starts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.core.drill import DrillVerdict
from orchestrator.core.errors import Refused
from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.core.run_report import RunFacts, RunReport
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.core.traffic_now import UsersNow
from tests.cli.fake_app import FakeApp, Tell
from tests.report import samples
from tests.report.drill_runs import PASSED, report_of

GOOD = TrafficRequest(at=0.0, latency_s=0.1, status=200, region="us-east-1")


def result(stage: Stage, report: RunReport | None = None) -> StageResult:
    if stage is Stage.DRILL and report is None:
        report = report_of(PASSED)
    return StageResult(stage, report or RunReport(run=samples.run(), facts=RunFacts(), traffic=summarize([GOOD])), 12.0)


def ended(verdict: Verdict, **changes: object) -> RunReport:
    failed = samples.record("records", StepStatus.FAILED, 2.0, "the zone is gone")
    report = RunReport(run=samples.run(failed, verdict=verdict), facts=RunFacts())
    return replace(report, **changes)  # type: ignore[arg-type]


WHOLE = Rehearsal(tuple(result(stage) for stage in Stage))
FAILED = Rehearsal((result(Stage.BOOTSTRAP), result(Stage.DEPLOY, ended(Verdict.FAILED))))
STOPPED = Rehearsal((result(Stage.BOOTSTRAP), result(Stage.DEPLOY, ended(Verdict.INTERRUPTED))))
BETWEEN = Rehearsal((result(Stage.BOOTSTRAP),), "first release: interrupted", interrupted=True)
MISSED = replace(
    WHOLE,
    stages=(*WHOLE.stages[:3], result(Stage.DRILL, replace(report_of(PASSED), verdict=DrillVerdict.FAILED))),
)
CASES = {
    "everything passed": (WHOLE, 0),
    "a step failed": (FAILED, 1),
    "the drill missed its objective": (MISSED, 1),
    "a stage was interrupted": (STOPPED, 130),
    "interrupted between two runs": (BETWEEN, 130),
}


@pytest.mark.parametrize(("rehearsal", "code"), CASES.values(), ids=CASES)
def test_the_exit_code_is_that_of_the_verdict(rehearsal: Rehearsal, code: int) -> None:
    app = FakeApp(rehearsal=rehearsal)

    assert main(["rehearse"], app=app) == code
    assert app.rehearsed == ["factor 8, hold 15", "put away"]


def test_a_rehearsal_that_is_refused_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp(trouble=Refused("a rehearsal runs in this folder", fix="wait for it"))

    assert main(["rehearse"], app=app) == 3
    assert "a rehearsal runs in this folder" in capsys.readouterr().err


def test_each_stage_is_told_by_number_and_by_what_it_came_to(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse"], app=FakeApp(rehearsal=WHOLE))

    told = capsys.readouterr().err
    assert [line for line in told.splitlines() if line[:3] in {f"{number}/6" for number in range(1, 7)}] == [
        "1/6  bootstrap",
        "2/6  first release",
        "3/6  second release, under traffic",
        "4/6  outage drill of the primary (8 of AWS's seconds pass in one)",
        "5/6  failover from the primary (8 of AWS's seconds pass in one)",
        "6/6  failback to the primary (8 of AWS's seconds pass in one)",
    ]
    assert "✓ 12 s, 1 requests, 0 failed" in told


def test_the_stage_that_failed_names_step_and_reason_and_later_ones_were_not_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["rehearse"], app=FakeApp(rehearsal=FAILED))

    told = capsys.readouterr()
    assert "✗ first release: records: the zone is gone" in told.err
    assert told.out.startswith("rehearsal: failed\n  first release: records: the zone is gone\n")
    assert [line.split("  ")[0] for line in told.out.splitlines() if line.endswith("not reached")] == [
        stage.value for stage in list(Stage)[2:]
    ]


def test_a_stage_that_was_broken_off_is_not_said_to_be_unreached(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse"], app=FakeApp(rehearsal=BETWEEN))

    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("first release")]
    assert [row[-1] for row in rows] == ["interrupted"]


def test_the_document_is_that_of_the_drill_with_the_stages(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse", "--format", "json"], app=FakeApp(rehearsal=WHOLE))

    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["verb"], told["verdict"]) == (1, "rehearse", "passed")
    assert {"run", "region", "mode", "objectives", "phases", "traffic", "timeline", "restored"} <= told.keys()
    assert [stage["stage"] for stage in told["stages"]] == [stage.name.lower() for stage in Stage]


def test_a_document_without_a_drill_has_the_same_keys(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse", "--format", "json"], app=FakeApp(rehearsal=FAILED))

    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["mode"], told["traffic"], told["restored"]) == ("failed", None, None, None)


def test_every_format_is_written_and_the_page_is_named_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"

    assert main(["rehearse", "--out", str(folder)], app=FakeApp(rehearsal=WHOLE)) == 0
    assert sorted(file.name for file in folder.iterdir()) == [
        f"rehearsal.{kind}" for kind in ("html", "json", "md", "txt")
    ]
    assert (folder / "rehearsal.md").read_text().startswith("# Rehearsal: passed\n")
    assert (folder / "rehearsal.txt").read_text() == capsys.readouterr().out


def test_the_html_page_is_the_last_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse", "--out", str(tmp_path)], app=FakeApp(rehearsal=WHOLE))

    assert capsys.readouterr().err.endswith(f"report: {tmp_path / 'rehearsal.html'} (and .md, .json, .txt beside it)\n")


@pytest.mark.parametrize("blocked", ["folder", "file"])
def test_a_report_without_a_place_is_refused_before_anything_starts(tmp_path: Path, blocked: str) -> None:
    app, out = FakeApp(rehearsal=WHOLE), tmp_path / "out"
    if blocked == "folder":
        out.write_text("in the way")
    else:
        (out / "rehearsal.html").mkdir(parents=True)

    assert main(["rehearse", "--out", str(out)], app=app) == 64
    assert app.rehearsed == []


def test_a_rehearsal_that_is_refused_leaves_no_file_and_no_folder(tmp_path: Path) -> None:
    app, kept = FakeApp(trouble=Refused("a rehearsal runs in this folder")), tmp_path / "rehearsal.md"
    kept.write_text("the last one")

    assert main(["rehearse", "--out", str(tmp_path)], app=app) == 3
    assert main(["rehearse", "--out", str(tmp_path / "new" / "folder")], app=app) == 3
    assert list(tmp_path.iterdir()) == [kept]
    assert kept.read_text() == "the last one"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_rehearsal_whose_report_finds_no_room_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rehearsal.txt").symlink_to("/dev/full")

    assert main(["rehearse", "--out", str(tmp_path)], app=FakeApp(rehearsal=WHOLE)) == 1
    told = capsys.readouterr()
    assert "rehearsal: passed" in told.out
    assert "error: the report cannot be written: No space left on device" in told.err


@pytest.mark.parametrize(
    "words", ["--clock-factor 0.5", "--clock-factor 21", "--clock-factor x", "--hold -1", "--hold x"]
)
def test_impossible_options_are_wrong_usage(words: str) -> None:
    app = FakeApp(rehearsal=WHOLE)

    assert main(["rehearse", *words.split()], app=app) == 64
    assert app.rehearsed == []


def users(tell: Tell) -> Verdict:
    """Twice the same, then a turn for the worse."""
    fine = UsersNow().after([GOOD], 0.0)
    broken = fine.after([replace(GOOD, status=0, region="", error="connection refused")], 5.0)
    at = samples.event(EventKind.RUN_STARTED).at
    for event in (
        fine.event(at, "r", "first"),
        fine.event(at, "r", "second"),
        broken.event(at, "r", "turned", turn=True),
    ):
        tell(event)
    return Verdict.SUCCEEDED


def test_users_are_told_now_and_then_and_whenever_it_turns(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rehearse"], app=FakeApp(rehearsal=Rehearsal((result(Stage.BOOTSTRAP),)), play=users))

    told = [line.split("users    ")[1] for line in capsys.readouterr().err.splitlines() if "users    " in line]
    assert told == ["first", "turned"]


def test_a_json_log_has_the_events_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--log-format", "json", "rehearse"], app=FakeApp(rehearsal=Rehearsal((result(Stage.BOOTSTRAP),)), play=users))

    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one["detail"], one["requests"], one["failed"]) for one in told] == [
        ("traffic", "first", "1", "0"),
        ("traffic", "turned", "2", "1"),
    ]


def test_what_fails_while_it_is_played_still_puts_everything_away() -> None:
    def broken(tell: Tell) -> Verdict:
        raise Refused("no")

    app = FakeApp(rehearsal=WHOLE, play=broken)

    assert main(["rehearse"], app=app) == 3
    assert app.rehearsed[-1] == "put away"
