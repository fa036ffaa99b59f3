"""`simulate`: what it takes, what it shows, how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.core.drill import DrillMode, DrillVerdict
from orchestrator.core.errors import ConfigurationError, Interrupted, Problem, Refused, StepFailed
from orchestrator.core.run import Verdict
from tests.cli.fake_app import FakeApp
from tests.report import simulations
from tests.report.drill_runs import ABORTED, PASSED, report_of

ROOT = Path(__file__).parents[2]
DRILLED = FakeApp(drilled=report_of(PASSED))
MISSED = replace(report_of(PASSED), verdict=DrillVerdict.FAILED)
UNUSABLE = ConfigurationError((Problem("regions.yaml", 14, 7, "regions", "two primaries", "keep one"),))


@pytest.mark.parametrize(
    ("words", "app", "code"),
    [
        ("deploy", FakeApp(), 0),
        ("deploy --format json", FakeApp(), 0),
        ("deploy", FakeApp(simulation=simulations.FAILED), 1),
        ("deploy", FakeApp(trouble=UNUSABLE), 64),
        ("deploy", FakeApp(trouble=Refused("cannot meet its objective")), 3),
        ("deploy", FakeApp(trouble=StepFailed("access:home: no")), 1),
        ("deploy", FakeApp(trouble=Interrupted("left")), 130),
        ("deploy us-east-1", FakeApp(), 64),
        ("deploy --mode outage", FakeApp(), 64),
        ("drill us-east-1", DRILLED, 0),
        ("drill us-east-1", FakeApp(drilled=report_of(ABORTED), play=lambda tell: Verdict.FAILED), 1),
        ("drill us-east-1", FakeApp(drilled=report_of(ABORTED), play=lambda tell: Verdict.INTERRUPTED), 130),
        ("drill us-east-1", FakeApp(drilled=MISSED), 1),
        ("drill", DRILLED, 64),
        ("drill us-east-1 --mode tabletop", DRILLED, 64),
        ("status", FakeApp(), 64),
        ("", FakeApp(), 64),
        ("deploy --seed -1", FakeApp(), 64),
        ("deploy --seed 2147483648", FakeApp(), 64),
        ("deploy --seed many", FakeApp(), 64),
    ],
)
def test_exit_codes(words: str, app: FakeApp, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words.split()], app=app) == code


def test_who_does_not_say_what_to_simulate_is_told_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate"], app=FakeApp()) == 64

    assert "orchestrator simulate deploy, or orchestrator simulate drill REGION" in capsys.readouterr().err


def test_a_deployment_is_shown_on_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    main(["simulate", "deploy", "--seed", "7"], app=FakeApp())
    printed = capsys.readouterr()

    assert printed.out.startswith("simulated deployment of sample production")
    assert "(seed 7)" in printed.out
    assert printed.err == ""


def test_programs_read_a_deployment(capsys: pytest.CaptureFixture[str]) -> None:
    main(["simulate", "deploy", "--format", "json", "--seed", "7"], app=FakeApp())

    assert json.loads(capsys.readouterr().out)["seed"] == 7


@pytest.mark.parametrize(
    ("words", "mode", "seed"),
    [
        ("", DrillMode.SWITCH, 0),
        ("--mode switch", DrillMode.SWITCH, 0),
        ("--mode outage --seed 3", DrillMode.OUTAGE, 3),
    ],
)
def test_a_drill_is_wished_for_in_its_mode(words: str, mode: DrillMode, seed: int) -> None:
    app = FakeApp(drilled=report_of(PASSED))

    main(["simulate", "drill", "us-east-1", *words.split()], app=app)

    ((wish, given),) = app.wishes
    assert (wish.region, wish.mode, given) == ("us-east-1", mode, seed)


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_drill_is_shown_with_its_critical_path(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["simulate", "drill", "us-east-1", "--format", kind], app=DRILLED)
    printed = capsys.readouterr().out

    assert ("critical_path" if kind == "json" else "critical path") in printed


def test_a_new_project_can_be_simulated_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["init", "."])
    capsys.readouterr()

    assert main(["simulate", "drill", "us-east-1", "--mode", "outage", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "passed"
    assert document["mode"] == "outage"
    assert document["simulated"] == "a simulation of AWS"
    assert "take-out" in {one["id"] for one in document["critical_path"]["steps"]}


def test_a_region_that_is_not_there_is_told_before_anything_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(ROOT / "regions.yaml"), "simulate", "drill", "us-east-11"]) == 64

    assert "did you mean us-east-1?" in capsys.readouterr().err
