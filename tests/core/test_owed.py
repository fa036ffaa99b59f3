"""What a drill still owes, and how it is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.drill import DrillMode, DrillVerdict
from orchestrator.core.owed import owed
from orchestrator.core.run_report import RunReport
from tests.report.drill_runs import (
    ABORTED,
    ABORTED_STEPS,
    ANSWER_BACK,
    FAILED,
    FAILOVER,
    KILLED,
    OUTAGE_STEPS,
    PASSED,
    SKIPPED,
    SWITCH,
    SWITCH_STEPS,
    UNRESTORED,
    UNRESTORED_LEVER,
    Told,
    events_of,
    report_of,
)

PUT_BACK = "drill us-east-1 --put-back"
AWS = (
    "aws cloudwatch put-metric-data --region us-west-2 --namespace sample-production"
    " --metric-name Drill-us-east-1 --value 0"
)
STILL_OUT = "us-east-1 may still be out of service"
REFUSED = "until it is put right, deployments and other drills are refused"
FALLS_BACK = "a drill lever falls back by itself some minutes after it was last written"
SWITCH_KILLED = events_of(SWITCH_STEPS[:3], facts=SWITCH, ended=None, meant=SWITCH_STEPS)
BACK_UNPROVEN: tuple[Told, ...] = (
    *OUTAGE_STEPS[:9],
    (ANSWER_BACK, 91.5, 600.0, FAILED, "it is not answered"),
    ("users-back", 600.0, None, SKIPPED, f"needs {ANSWER_BACK}, which failed"),
)


@pytest.mark.parametrize("events", [PASSED, ABORTED, FAILOVER], ids=["passed", "aborted", "failover"])
def test_who_put_everything_back_owes_nothing(events: object) -> None:
    assert owed(report_of(events)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("report", "told", "verb", "by_hand"),
    [
        (
            report_of(UNRESTORED),
            (STILL_OUT, "put-back failed: account 111111111111: UpdateStage was denied", REFUSED),
            PUT_BACK,
            "",
        ),
        (
            report_of(UNRESTORED_LEVER),
            (
                STILL_OUT,
                "put-back failed: not done within 600 s: CloudWatch in us-west-2 does not answer",
                FALLS_BACK,
                REFUSED,
            ),
            PUT_BACK,
            AWS,
        ),
        (report_of(KILLED), (STILL_OUT, "nothing tells that it was put back", REFUSED), PUT_BACK, ""),
        (
            report_of(SWITCH_KILLED),
            (STILL_OUT, "nothing tells that it was put back", FALLS_BACK, REFUSED),
            PUT_BACK,
            AWS,
        ),
        (
            report_of(events_of(BACK_UNPROVEN)),
            (
                "us-east-1 was put back, but nothing proves that it serves again",
                f"{ANSWER_BACK} failed: it is not answered",
            ),
            "status",
            "",
        ),
    ],
    ids=["outage", "lever", "killed", "lever killed", "unproven"],
)
def test_what_is_owed_names_what_failed_and_the_way_out(
    report: RunReport, told: tuple[str, ...], verb: str, by_hand: str
) -> None:
    found = owed(report)

    assert found is not None
    assert (found.told, found.verb, found.by_hand) == (told, verb, by_hand)


def test_a_simulation_owes_nothing_to_aws() -> None:
    report = report_of(UNRESTORED_LEVER)
    found = owed(replace(report, facts=replace(report.facts, mode=DrillMode.TABLETOP)))

    assert found is not None
    assert (found.told[0], found.verb, found.by_hand) == ("us-east-1 is not back in the simulation", "status", "")


def test_the_embedded_aws_and_a_plan_that_nobody_kept_leave_the_tools_own_command() -> None:
    report = report_of(UNRESTORED_LEVER)
    embedded = owed(replace(report, facts=replace(report.facts, simulated="the embedded AWS")))
    planless = owed(replace(report, steps=()))

    assert [one.by_hand for one in (embedded, planless) if one] == ["", ""]


def test_a_drill_whose_guard_ended_it_and_that_could_not_be_put_back_has_failed() -> None:
    steps: tuple[Told, ...] = (*ABORTED_STEPS[:7], ("put-back", 40.5, 600.0, FAILED, "denied"))
    report = report_of(events_of(steps, ended=(600.1, "failed")))

    assert report.verdict is DrillVerdict.FAILED
    assert "us-east-1 is not back" in report.why
    assert "put-back failed: denied" in report.why
