"""Runs, events, findings and errors as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import AccessDenied, ConfigurationError, Problem, StalePlan
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.report import Style, error_text, event_line, findings_text, run_text
from tests.report.samples import ERROR, FAILED_RUN, WARNING, event, record, run

PLAIN = Style()


def test_a_run_begins_with_its_verdict_its_duration_and_its_release() -> None:
    drawn = run_text(run(record("upload:app", StepStatus.SUCCEEDED, 2.04, "version 1")), PLAIN)

    assert drawn.startswith("deploy of sample production succeeded in 1 min 15 s: release d527736e1713, 1 step\n")
    assert "✓ upload:app       2.0 s  version 1\n" in drawn
    assert drawn.endswith("\nnext: orchestrator status\n")


def test_a_failure_names_account_region_and_the_reason_of_aws_before_the_steps() -> None:
    drawn = run_text(FAILED_RUN, PLAIN)

    failure = (
        "failed update:compute:us-west-2 (account 111111111111, us-west-2)\n"
        "  Function: Resource handler returned: quota\n"
    )
    assert drawn.index(failure) < drawn.index("\nsteps\n")
    assert "3 steps, 1 failed, 1 skipped" in drawn
    assert drawn.endswith("\nnext: remove the cause, then orchestrator deploy again: what is done stays done\n")


def test_a_skipped_step_says_what_it_needed_and_has_no_duration() -> None:
    skipped = [line for line in run_text(FAILED_RUN, Style(width=120)).splitlines() if line.startswith("- records")]

    assert [line.split() for line in skipped] == [["-", "records", "needs", "update:compute:us-west-2"]]


def test_a_run_on_a_faster_clock_says_so_once() -> None:
    plain, fast = run(), replace(run(), clock_factor=10.0)

    assert "times faster" not in run_text(plain, PLAIN)
    assert run_text(fast, PLAIN).count("time ran 10 times faster here than on AWS") == 1


def test_nothing_to_do_is_good_news() -> None:
    drawn = run_text(run(verdict=Verdict.NOTHING_TO_DO), PLAIN)

    assert drawn.startswith("deploy of sample production: nothing to do; everything is as it should be\n")
    assert "next:" not in drawn


def test_an_interrupted_run_says_how_to_go_on() -> None:
    drawn = run_text(run(record("a", StepStatus.WAITING), verdict=Verdict.INTERRUPTED), PLAIN)

    assert "1 step, 1 not begun" in drawn
    assert "next: orchestrator deploy --resume 20261121T120000Z-deploy-a1b2c3 goes on" in drawn


def test_after_bootstrap_comes_plan_and_after_destroy_nothing() -> None:
    assert "\nnext: orchestrator plan\n" in run_text(run(verb="bootstrap"), PLAIN)
    assert "next:" not in run_text(run(verb="destroy"), PLAIN)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (EventKind.STEP_STARTED, "12:00:00Z start    records: because"),
        (EventKind.STEP_PROGRESS, "12:00:00Z wait     records: because"),
        (EventKind.STEP_SUCCEEDED, "12:00:00Z done     records: because"),
        (EventKind.STEP_FAILED, "12:00:00Z FAILED   records: because"),
        (EventKind.STEP_SKIPPED, "12:00:00Z skipped  records: because"),
    ],
)
def test_an_event_is_one_line_with_its_time(kind: EventKind, line: str) -> None:
    assert event_line(event(kind, "records", "because")) == line


def test_an_event_of_the_run_names_the_run() -> None:
    assert event_line(event(EventKind.RUN_ENDED, detail="failed")) == (
        "12:00:00Z end      20261121T120000Z-deploy-a1b2c3: failed"
    )


def test_findings_begin_with_the_verdict_and_the_most_severe() -> None:
    drawn = findings_text((WARNING, ERROR), PLAIN)

    assert drawn.startswith("invalid: 1 error, 1 warning\n\nerror zone-missing: fed.dev\n")


def test_no_findings_mean_valid() -> None:
    assert findings_text((), PLAIN).startswith("valid: ")
    assert findings_text((WARNING,), PLAIN).startswith("valid: 1 warning\n")


def test_an_error_says_what_where_and_what_next() -> None:
    error = AccessDenied("role deploy may not do this", where="s3:PutObject in us-east-1", fix="allow it")

    assert error_text(error, PLAIN) == (
        "error: role deploy may not do this\n  where: s3:PutObject in us-east-1\n  next: allow it\n"
    )


def test_an_error_without_place_or_remedy_is_one_line() -> None:
    assert error_text(StalePlan("the plan is stale"), PLAIN) == "error: the plan is stale\n"


def test_every_item_of_a_stale_plan_has_its_own_line() -> None:
    drawn = error_text(StalePlan("the plan is stale:\n  code app: is not as it was", fix="plan again"), PLAIN)

    assert drawn == "error: the plan is stale:\n  code app: is not as it was\n  next: plan again\n"


def test_a_configuration_error_is_one_line_per_problem() -> None:
    problems = (
        Problem("regions.yaml", 14, 7, "regions.us-east-1.role", "'primry' is no role", "write primary"),
        Problem("regions.yaml", 0, 0, "", "there is no environment"),
        Problem("regions.yaml", 3, 1, "home_region", "is the primary", severity="warning"),
    )

    assert error_text(ConfigurationError(problems), PLAIN).splitlines() == [
        "regions.yaml:14:7: regions.us-east-1.role: 'primry' is no role; write primary",
        "regions.yaml: there is no environment",
        "warning: regions.yaml:3:1: home_region: is the primary",
        "error: 2 problems; nothing was done",
    ]


def test_the_next_command_repeats_the_options_that_were_given() -> None:
    drawn = run_text(run(verb="bootstrap"), PLAIN, command="orchestrator --local")

    assert drawn.endswith("\nnext: orchestrator --local plan\n")


def test_a_run_without_steps_has_no_name_to_show() -> None:
    drawn = run_text(replace(run(verdict=Verdict.NOTHING_TO_DO), id=""), PLAIN)

    assert drawn == "deploy of sample production: nothing to do; everything is as it should be\n"


def test_of_very_many_problems_the_first_are_shown_and_all_are_counted() -> None:
    problems = tuple(Problem("regions.yaml", line, 1, "", "is wrong") for line in range(1, 251))

    lines = error_text(ConfigurationError(problems), PLAIN).splitlines()

    assert lines[-2:] == ["... and 150 more", "error: 250 problems; nothing was done"]
    assert len(lines) == 102
