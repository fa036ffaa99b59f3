"""A bad release that stays where it is: who asked to stop, or whose predecessor was killed, is told the way back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.errors import Interrupted
from orchestrator.core.history import history
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.resume import unproven_regions
from orchestrator.core.run import EventKind, Verdict
from orchestrator.core.state import KeptRelease
from orchestrator.report import Style, before_text, run_json, run_markdown, run_text
from orchestrator.report.html_returns import rollback_html
from orchestrator.report.returns_view import way_back
from orchestrator.report.text_run import next_command
from tests.flows.returning import RUN, Returning, running
from tests.flows.test_rollback import Heard, returning
from tests.sample_world import EAST, OTHER, WEST


class Killed(BaseException):
    """The process is gone."""


def killed_after(step: str) -> tuple[Returning, str, str]:
    """A run that was killed when `step` had ended; whoever deploys next has no journal of it."""
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))

    def die(event):
        if event.kind is EventKind.STEP_SUCCEEDED and event.step == step:
            raise Killed

    it.journal = Heard(die)
    with pytest.raises(Killed):
        it.deploy()
    return Returning(it.stage), old, new


def test_a_region_that_an_earlier_run_brought_the_bad_release_is_named_with_the_way_back():
    it, old, new = killed_after(f"update:compute:{WEST}")

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): new}
    assert [(one.layer, one.region, one.release) for one in run.rollback.left] == [("compute", WEST, old)]
    assert "an earlier run brought it this release" in run.rollback.left[0].cause
    assert f"orchestrator deploy --release {old}" in run_text(run, Style())
    assert it.told.run == run


def stopped_at_the_gate() -> tuple[Returning, str, str]:
    """Ctrl-C comes with the answer that makes the gate fail."""
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    pressed = []

    def press(event):
        if event.kind is EventKind.STEP_FAILED and not pressed:
            pressed.append(event)
            raise KeyboardInterrupt

    it.journal = Heard(press)
    return it, old, new


def test_who_asked_to_stop_while_a_gate_fails_is_told_what_stays_and_both_ways_on():
    it, old, new = stopped_at_the_gate()

    run = it.deploy()

    shown = " ".join(run_text(run, Style()).split())
    assert run.verdict is Verdict.INTERRUPTED
    assert running(it.stage) == {(OTHER, EAST): old, (OTHER, WEST): new}
    assert [(one.region, one.release, one.cause) for one in run.rollback.left] == [
        (WEST, old, "interrupted: not gone back")
    ]
    assert f"orchestrator deploy --release {old}" in shown
    assert f"orchestrator deploy --resume {run.id}" in shown
    assert it.told.run == run


def test_a_run_that_was_stopped_at_a_failing_gate_goes_on_and_back():
    it, old, _ = stopped_at_the_gate()
    it.deploy()

    run = it.deploy()

    assert run.verdict is Verdict.FAILED
    assert set(running(it.stage).values()) == {old}
    assert [one.release for one in run.rollback.back] == [old]
    assert it.told.run == run


def test_the_plan_of_a_run_that_goes_on_announces_the_return_that_would_happen():
    it, old, _ = stopped_at_the_gate()
    it.deploy()

    desired, observed = it.look()
    kept = replace(observed, releases=(KeptRelease(old, observed.taken_at),))
    plan = plan_deploy(desired, kept, {}, unproven_regions(it.told), it.stood(it.told))

    returns = [(one.layer, one.region, one.release, one.cause) for one in plan.returns]
    assert returns == [("compute", EAST, old, ""), ("compute", WEST, old, "")]


def pressed_in_the_rollback(times: int) -> tuple[Returning, str, str]:
    """Ctrl-C, so many times, while the standby is on its way back."""
    it, old, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))
    pressed = []

    def press(event):
        if event.step == f"rollback:compute:{WEST}" and len(pressed) < times:
            pressed.append(event)
            raise KeyboardInterrupt

    it.journal = Heard(press)
    return it, old, new


def test_a_rollback_that_is_left_at_once_names_the_release_before_and_not_the_broken_one():
    it, old, _ = pressed_in_the_rollback(times=2)

    with pytest.raises(Interrupted) as left:
        it.deploy()

    assert (left.value.release, left.value.run) == (old, RUN)
    assert f"orchestrator deploy --release {old}" in left.value.fix
    assert way_back(it.told.run) == old


def test_a_rollback_that_is_broken_off_names_the_way_back_first_and_says_that_resuming_goes_forward():
    it, old, new = pressed_in_the_rollback(times=1)

    run = it.deploy()

    following, before = next_command(run), " ".join(before_text(run, Style()).split())
    assert run.verdict is Verdict.INTERRUPTED
    assert following.startswith(f"orchestrator deploy --release {old} ")
    assert f"--resume {run.id} goes on with release {new}" in following
    assert f"goes forward again, with release {new}; to go back instead: orchestrator deploy --release {old}" in before


def test_the_journal_of_a_run_that_was_rolled_back_ends_with_the_runs_own_verdict():
    it, _, new = returning()
    it.stage.aws.faults.sick_releases.add((WEST, new))

    run = it.deploy()

    ended = [event for event in it.journal if event.kind is EventKind.RUN_ENDED]
    ends = [(event.detail, dict(event.data).get("round", "")) for event in ended]
    assert ends == [("failed", ""), ("succeeded", "rollback"), ("failed", "")]
    assert history(it.journal).run == run


def test_a_region_that_is_back_and_does_not_answer_is_not_called_not_rolled_back():
    it, old, new = returning()
    it.stage.aws.faults.sick_releases |= {(WEST, new), (WEST, old)}

    run = it.deploy()

    drawn = run_text(run, Style())
    shown = " ".join(drawn.split())
    assert running(it.stage)[(OTHER, WEST)] == old
    assert [(one.region, one.release) for one in run.rollback.unproven] == [(WEST, old)]
    assert (run.rollback.back, run.rollback.left) == ((), ())
    assert "\nback, but not proven to answer\n" in drawn
    assert "NOT rolled back" not in drawn
    assert shown.count("it runs the release before again") == 1
    assert f"next: orchestrator status: {WEST} runs what it ran" in shown
    for told in (run_markdown(run), "".join(rollback_html(run, 2))):
        assert "back, but not proven to answer" in told
    assert [one["region"] for one in json.loads(run_json(run))["rollback"]["returned_unproven"]] == [WEST]
