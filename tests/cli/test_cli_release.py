"""`--release`, and what the command line says of a rollback."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.cli.live import View, ended_lines
from orchestrator.cli.main import main
from orchestrator.core.plan import Plan
from orchestrator.core.returns import Return, Returned
from orchestrator.core.run import Event, EventKind, Run, StepStatus, Verdict
from orchestrator.report import Style, event_line, plan_html, plan_markdown, plan_text, run_markdown, run_text
from orchestrator.report.html_returns import rollback_html
from tests.cli.fake_app import REVIEWED, FakeApp
from tests.report import samples

OLD = "0123456789ab"
BACK = Return(layer="compute", region="us-west-2", release=OLD)
STUCK = Return(layer="compute", region="us-east-1", release=OLD, cause="\x1b[31mno capacity")
INFRA = Return(layer="infra", region="us-west-2")
TABLE = Return(layer="infra", region="us-east-1", cause="holds data")


@pytest.mark.parametrize("verb", ["plan", "deploy"])
def test_the_release_that_is_asked_for_is_handed_on(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()
    words = [verb, "--release", OLD[:6]] + (["--yes"] if verb == "deploy" else [])

    assert main(words, app=app) == 0
    assert app.released == [OLD[:6]]


@pytest.mark.parametrize("name", ["", "xyz", "0123456789abc", "ABC"])
def test_what_cannot_be_a_release_is_wrong_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()

    assert main(["deploy", "--release", name], app=app) == 64
    assert app.seen == []


def test_a_run_goes_on_with_its_own_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--release", OLD, "--resume", "latest"], app=FakeApp()) == 64
    assert "exclude each other" in capsys.readouterr().err


def test_a_reviewed_plan_of_an_earlier_release_is_carried_out_with_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FakeApp()
    file = tmp_path / "plan.json"
    file.write_text(REVIEWED)

    assert main(["deploy", "--release", OLD, "--plan", str(file), "--yes"], app=app) == 0
    assert (app.released, app.carried_out) == ([OLD], ["deploy"])


def failed(*back: Return, left: tuple[Return, ...] = ()) -> Run:
    record = samples.record("gate:1:us-west-2", StepStatus.FAILED, 2.0, "answers 500")
    return replace(samples.run(record, verdict=Verdict.FAILED), rollback=Returned(back, left))


def fails(tell: Callable[[Event], None]) -> Verdict:
    return Verdict.FAILED


def test_a_run_that_was_rolled_back_is_a_failure_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--yes", "--format", "json"], app=FakeApp(play=fails)) == 1
    assert json.loads(capsys.readouterr().out)["rollback"] is None


def test_a_rollback_is_told_with_what_is_back_what_is_not_and_what_to_do() -> None:
    drawn = run_text(failed(BACK, INFRA, left=(STUCK, TABLE)), Style())

    assert f"rolled back to {OLD} in us-west-2\n" in drawn
    assert "infra rolled back to its former template in us-west-2" in drawn
    assert "NOT rolled back\n  compute of us-east-1: " in drawn
    assert "no capacity" in drawn
    assert "\x1b" not in drawn
    assert f"deploy --release {OLD} to go back everywhere" in " ".join(drawn.split())


def test_a_rollback_that_came_through_leaves_the_cause_to_be_removed() -> None:
    drawn = run_text(failed(BACK), Style())

    assert "NOT rolled back" not in drawn
    assert "next: remove the cause, then orchestrator deploy again" in drawn


def test_every_form_of_a_report_tells_of_the_rollback() -> None:
    run = failed(BACK, left=(STUCK,))

    for drawn in (run_markdown(run), "".join(rollback_html(run, 2))):
        assert f"rolled back to {OLD} in us-west-2" in drawn
        assert "NOT rolled back" in drawn
        assert "\x1b" not in drawn
    assert "".join(rollback_html(samples.run(), 2)) == ""


PLANNED: Plan = replace(samples.UPDATE, returns=(BACK, INFRA, replace(STUCK, accounts=("111111111111",)), TABLE))


@pytest.mark.parametrize("draw", [lambda plan: plan_text(plan, Style()), plan_markdown, plan_html])
def test_a_plan_says_what_a_failure_would_return(draw: Callable[[Plan], str]) -> None:
    drawn, without = draw(PLANNED), draw(samples.UPDATE)

    assert "If a gate or an instance fails" in drawn
    assert f"us-west-2 back to release {OLD}" in drawn
    assert "infra of us-west-2 back to its template of now" in drawn
    assert "infra of us-east-1: holds data" in drawn
    assert "compute of us-east-1 (account 111111111111)" in drawn
    assert "If a gate" not in without


def test_progress_tells_when_things_go_back() -> None:
    event = samples.event(EventKind.ROLLBACK, detail="gate failed; us-west-2 back to release 0123456789ab")

    assert "ROLLBACK" in event_line(event)


def test_the_live_view_counts_the_steps_of_the_way_back() -> None:
    event = replace(samples.event(EventKind.ROLLBACK, detail="back"), data=(("steps", "2"),))

    view = View(3, 0.0).after(event, 1.0)

    assert view.steps == 5
    assert "back" in "".join(ended_lines(event, Style()))
