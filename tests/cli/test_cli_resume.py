"""`deploy --resume`: what was done is said, what is left is asked for, and the way to go on is a whole command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from orchestrator.cli.main import main
from orchestrator.core.errors import Interrupted, Refused
from orchestrator.core.run import Event, StepStatus, Verdict
from orchestrator.report import Style, before_text
from tests.cli.fake_app import FakeApp
from tests.report import samples

RUN = "20261121T120000Z-deploy-a1b2c3"


def left_at_once(_: Callable[[Event], None]) -> Verdict:
    raise Interrupted("left at once; still running: upload:app", fix="run it again", run=RUN)


def test_what_was_done_is_said_before_the_plan_of_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()

    assert main(["deploy", "--resume", RUN, "--yes"], app=app) == 0
    said = capsys.readouterr().err

    assert app.resumed == [RUN]
    assert app.carried_out == ["deploy"]
    assert said.index(f"run {RUN} goes on") < said.index("what is left:") < said.index("fingerprint")


def test_a_json_log_gets_no_line_that_is_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--resume", RUN, "--yes", "--log-format", "json"], app=FakeApp()) == 0

    for line in capsys.readouterr().err.splitlines():
        json.loads(line)


def test_a_run_of_which_nothing_is_left_is_brought_to_its_end_without_a_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = FakeApp(planned=samples.EMPTY)

    assert main(["deploy", "--resume", RUN], app=app) == 0
    assert app.carried_out == ["deploy"]


def test_without_a_terminal_and_without_yes_what_is_left_is_not_carried_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = FakeApp()

    assert main(["deploy", "--resume", RUN], app=app) == 3
    assert app.carried_out == []


def test_a_reviewed_plan_cannot_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--resume", RUN, "--plan", "plan.json"], app=FakeApp()) == 64
    assert "exclude each other" in capsys.readouterr().err


def test_who_leaves_at_once_gets_the_whole_command_that_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--local", "--environment", "production", "deploy", "--yes"]

    assert main(words, app=FakeApp(play=left_at_once)) == 130
    said = " ".join(capsys.readouterr().err.split())

    assert f"next: orchestrator --environment production --local deploy --resume {RUN} goes on" in said


def test_who_leaves_a_rollback_gets_the_command_that_goes_back_first(capsys: pytest.CaptureFixture[str]) -> None:
    def left(_: Callable[[Event], None]) -> Verdict:
        raise Interrupted("left at once", fix="go back", run=RUN, release="0" * 12)

    assert main(["--local", "deploy", "--yes"], app=FakeApp(play=left)) == 130
    said = " ".join(capsys.readouterr().err.split())

    back = f"orchestrator --local deploy --release {'0' * 12} goes back everywhere"
    assert f"next: {back}; or orchestrator --local deploy --resume {RUN} goes forward again" in said


def test_steps_that_were_under_way_or_failed_are_named() -> None:
    steps = [
        samples.record("upload:app", StepStatus.SUCCEEDED),
        samples.record("update:compute", StepStatus.RUNNING),
        samples.record("replica:app", StepStatus.FAILED, reason="no"),
        samples.record("records", StepStatus.WAITING),
    ]

    drawn = before_text(samples.run(*steps, verdict=Verdict.INTERRUPTED), Style())

    assert f"run {RUN} goes on: 1 of 4 steps were done before" in drawn
    assert "  under way: update:compute\n" in drawn
    assert "  failed: replica:app\n" in drawn


CONSENTS = ["--despite-drill", "--take-over", "shop.fed.dev", "--take-over", "eu.fed.dev"]


@pytest.mark.parametrize("play", [left_at_once, lambda _: Verdict.INTERRUPTED], ids=["at once", "in order"])
def test_the_command_that_goes_on_repeats_what_was_consented_to(
    play: Callable[[Callable[[Event], None]], Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--local", "deploy", "--yes", *CONSENTS], app=FakeApp(play=play)) == 130
    printed = capsys.readouterr()
    said = " ".join(f"{printed.err}{printed.out}".split())

    assert re.search(rf"next: orchestrator --local deploy {' '.join(CONSENTS)} --resume \S+ goes on", said)


def test_a_lock_that_is_held_is_taken_with_what_was_consented_to(capsys: pytest.CaptureFixture[str]) -> None:
    held = Refused("another run is at work", fix="to take it away: orchestrator deploy --break-lock")

    assert main(["deploy", "--yes", "--despite-drill"], app=FakeApp(trouble=held)) == 3
    assert "orchestrator deploy --despite-drill --break-lock" in capsys.readouterr().err
