"""`drill` on the command line: exit codes by verdict, what is asked, what is printed where."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.cli.main import main
from orchestrator.core.drill import DrillMode, DrillWish
from orchestrator.core.errors import Interrupted, Refused, UsageError
from orchestrator.core.measure import measure
from orchestrator.core.run import Verdict
from orchestrator.core.run_report import RunReport
from tests.cli.fake_app import FakeApp
from tests.report import samples
from tests.report.drill_runs import ABORTED, PASSED, UNRESTORED, report_of

REGION = samples.PRIMARY
FORBIDDEN = replace(samples.UPDATE, findings=(samples.ERROR,))


def drilled(report: RunReport | None, verdict: Verdict = Verdict.SUCCEEDED) -> FakeApp:
    return FakeApp(measured=report, play=lambda tell: verdict)


@pytest.mark.parametrize(
    ("words", "app", "code"),
    [
        ("--yes", drilled(report_of(PASSED)), 0),
        ("--yes", drilled(report_of(ABORTED), Verdict.FAILED), 1),
        ("--yes", drilled(report_of(UNRESTORED), Verdict.FAILED), 1),
        ("--yes", drilled(report_of(ABORTED), Verdict.INTERRUPTED), 130),
        ("--yes", FakeApp(trouble=Interrupted("left")), 130),
        ("--yes", FakeApp(planned=FORBIDDEN), 3),
        ("--yes", FakeApp(trouble=Refused("no")), 3),
        ("", drilled(report_of(PASSED)), 3),
        ("--yes", FakeApp(trouble=UsageError("no such region")), 64),
        ("--yes --mode quake", FakeApp(), 64),
        ("--yes --hold -1", FakeApp(), 64),
        ("--yes --hold 3601", FakeApp(), 64),
        ("--yes --hold soon", FakeApp(), 64),
        ("--put-back --yes", drilled(None), 0),
        ("--put-back --yes", drilled(None, Verdict.FAILED), 1),
        ("--put-back", FakeApp(planned=samples.EMPTY), 0),
    ],
)
def test_the_exit_code_is_that_of_the_verdict(
    words: str, app: FakeApp, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", REGION, *words.split()], app=app) == code

    assert "Traceback" not in capsys.readouterr().err


def test_a_drill_that_missed_its_objective_fails_although_every_step_succeeded() -> None:
    told = report_of(PASSED)
    report = measure(told.run, replace(told.facts, rto_s=1), told.requests, told.traffic_from)

    assert main(["drill", REGION, "--yes"], app=drilled(report)) == 1


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("", DrillWish(region=REGION)),
        ("--mode outage --hold 0", DrillWish(region=REGION, mode=DrillMode.OUTAGE, hold_s=0)),
        ("--mode outage --silent", DrillWish(region=REGION, mode=DrillMode.OUTAGE, silent=True)),
        ("--put-back", DrillWish(region=REGION, put_back=True)),
    ],
)
def test_the_options_are_the_wish(words: str, wish: DrillWish) -> None:
    app = drilled(report_of(PASSED))
    main(["drill", REGION, "--yes", *words.split()], app=app)

    assert app.wish == wish


def test_without_a_region_it_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "--yes"], app=FakeApp()) == 64
    assert "REGION" in capsys.readouterr().err


def test_an_empty_region_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", ""], app=FakeApp()) == 64
    assert "REGION: is given but empty: is a variable unset?" in capsys.readouterr().err


@pytest.mark.parametrize(("mode", "carried_out"), [("switch", []), ("outage", []), ("tabletop", ["drill"])])
def test_only_a_drill_that_changes_aws_asks(mode: str, carried_out: list[str]) -> None:
    app = drilled(report_of(PASSED))
    main(["drill", REGION, "--mode", mode], app=app)

    assert app.carried_out == carried_out


def test_json_is_all_that_stdout_carries(capsys: pytest.CaptureFixture[str]) -> None:
    main(["drill", REGION, "--yes", "--format", "json"], app=drilled(report_of(PASSED)))
    document = json.loads(capsys.readouterr().out)

    keys = {"run", "verdict", "region", "mode", "objectives", "phases", "traffic", "timeline", "restored"}
    assert keys <= set(document)
    assert (document["format"], document["verdict"], document["restored"]) == (1, "passed", True)


def test_what_was_put_back_is_told_as_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["drill", REGION, "--put-back", "--yes"], app=drilled(None))

    assert "succeeded" in capsys.readouterr().out


def test_the_next_command_has_the_options_that_this_one_needed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--local", "drill", REGION, "--yes"], app=drilled(report_of(UNRESTORED), Verdict.FAILED))

    assert f"orchestrator --local drill {REGION} --put-back" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--silent", "a drill of mode switch is never silent\n  where: --silent\n  next: --mode outage"),
        ("--silent --mode tabletop", "a drill of mode tabletop is never silent"),
        ("--silent --mode outage", "AWS cannot be made to accept connections and never answer"),
        ("--put-back --mode tabletop", "a simulation leaves nothing to put back"),
        ("--put-back --hold 5", "putting a region back holds nothing out"),
        ("--mode tabletop --break-lock", "a simulation takes no lock"),
        ("--mode tabletop --local", "happens in a simulation, not on the embedded AWS"),
        ("--hold 0.5", "--hold: a whole number of seconds from 0 to 3600, not 0.5"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", REGION, "--yes", *words.split()]) == 64
    assert told in capsys.readouterr().err
