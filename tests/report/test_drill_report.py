"""Drills and failovers as people and programs read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from orchestrator.core.measure import drill_record, measure
from orchestrator.core.run import Event
from orchestrator.core.run_report import KeptRun, RunFacts, RunReport
from orchestrator.core.traffic import TrafficRequest
from orchestrator.report import Style, drill_json, drill_markdown, drill_text, runs_json, runs_text
from tests.report.drill_runs import (
    ABORTED,
    EVERY,
    FAILBACK,
    FAILOVER,
    KILLED,
    OUTAGE_STEPS,
    PASSED,
    SWITCHED,
    UNRESTORED,
    UNRESTORED_LEVER,
    events_of,
    report_of,
)
from tests.report.samples import FAILED_RUN, NOON, STANDBY, run

PLAIN = Style(width=80)


def with_past(events: Sequence[Event]) -> RunReport:
    past = (drill_record(report_of(SWITCHED)), drill_record(report_of(ABORTED)))
    return replace(report_of(events), past=tuple(one for one in past if one is not None))


def text(events: Sequence[Event]) -> str:
    return drill_text(report_of(events), PLAIN)


# -- text ---------------------------------------------------------------------------------------------------------


def test_the_verdict_stands_first_and_says_why() -> None:
    first, why, name, *_ = text(PASSED).splitlines()

    assert first == "drill of us-east-1 in sample production: passed in 2 min 30 s, mode outage"
    assert why == "  users were well again 59.1 s after the outage; us-east-1 is back"
    assert name == "run 20261121T120000Z-drill-a1b2c3"


def test_measured_objective_and_arithmetic_stand_beside_each_other() -> None:
    drawn = text(PASSED)

    assert "59.1 s (mean " in drawn
    assert "180 s   62 s (worst 94 s)\n" in drawn
    assert [line.split() for line in drawn.splitlines() if "restored" in line] == [["✓", "restored", "yes", "yes"]]


def test_what_missed_its_objective_is_marked() -> None:
    drawn = text(ABORTED)

    assert "✗ recovery time      never       180 s" in drawn
    assert "✗ availability     32.63 %        50 %" in drawn


def test_phases_that_did_not_end_say_so() -> None:
    drawn = text(ABORTED)

    assert "all resolvers good      36.0 s      cut off\n" in drawn
    assert "hold                            not reached\n" in drawn


@pytest.mark.parametrize("name", EVERY)
def test_no_report_is_wider_than_80_columns_but_for_a_command(name: str) -> None:
    lines = drill_text(replace(with_past(EVERY[name])), PLAIN).splitlines()

    assert [line for line in lines if len(line) > 80 and not line.startswith("  orchestrator")] == []


@pytest.mark.parametrize("name", EVERY)
def test_a_report_can_be_drawn_in_ascii_and_without_colour(name: str) -> None:
    drawn = drill_text(with_past(EVERY[name]), Style(unicode=False))

    assert drawn.isascii()
    assert "\\u" not in drawn


def test_users_are_told_by_region_and_latency() -> None:
    drawn = text(PASSED)

    assert "  304 requests, 97 failed; longest time without a good answer 36 s\n" in drawn
    assert "  answered by us-east-1 39, us-west-2 168\n" in drawn


def test_a_drill_without_traffic_claims_nothing_of_users() -> None:
    drawn = text(events_of(OUTAGE_STEPS))

    assert "no traffic ran: nothing is known of them" in drawn
    assert "recovery time   not measured" in drawn


def test_the_clock_of_the_embedded_aws_is_told() -> None:
    assert "on the embedded AWS: time ran 8 times as fast, and is told in AWS's seconds" in text(PASSED)
    assert "times as fast" not in text(SWITCHED)


def test_a_clock_that_ran_as_on_aws_leaves_only_the_place() -> None:
    report = report_of(PASSED)

    drawn = drill_text(replace(report, facts=replace(report.facts, clock_factor=1.0)), PLAIN)

    assert "\non the embedded AWS\n" in drawn


@pytest.mark.parametrize(
    ("events", "following"),
    [
        (PASSED, "next\n  orchestrator report 20261121T120000Z-drill-a1b2c3 --format html --out drill.html"),
        (ABORTED, "next\n  orchestrator status"),
        (UNRESTORED, "next\n  orchestrator drill us-east-1 --put-back"),
        (KILLED, "next\n  orchestrator drill us-east-1 --put-back"),
        (FAILOVER, "next, once us-east-1 works again\n  orchestrator failback --to us-east-1"),
        (FAILBACK, "next\n  orchestrator status"),
    ],
)
def test_the_next_command_can_be_copied(events: Sequence[Event], following: str) -> None:
    assert text(events).endswith(f"\n{following}\n")


def test_what_is_not_restored_is_told_before_all_numbers_with_the_commands_that_mend_it() -> None:
    drawn = text(UNRESTORED_LEVER)

    assert drawn.index("\nNOT RESTORED: us-east-1 may still be out of service\n") < drawn.index("objective")
    assert f"\n  put-back failed: not done within 600 s: CloudWatch in {STANDBY} does not answer\n" in drawn
    assert "a drill lever falls back by itself some minutes after it was last written" in drawn
    assert "\n  1. orchestrator drill us-east-1 --put-back\n  2. aws cloudwatch put-metric-data" in drawn
    assert "NOT RESTORED" not in text(PASSED) + text(ABORTED) + text(FAILOVER)


def test_an_outage_that_was_not_ended_says_itself_how_it_is_ended_by_hand() -> None:
    drawn = text(UNRESTORED)

    assert "\n  put-back failed: account 111111111111: UpdateStage was denied\n" in drawn
    assert "put-metric-data" not in drawn
    assert "falls back by itself" not in drawn


def test_pages_and_programs_are_told_what_is_owed_too() -> None:
    document, page = json.loads(drill_json(report_of(UNRESTORED_LEVER))), drill_markdown(report_of(UNRESTORED_LEVER))

    assert document["owed"]["commands"][0] == "orchestrator drill us-east-1 --put-back"
    assert "**NOT RESTORED: us-east-1 may still be out of service**" in page
    assert json.loads(drill_json(report_of(PASSED)))["owed"] is None


def test_the_trend_ends_with_this_drill() -> None:
    drawn = drill_text(with_past(PASSED), PLAIN)
    table = drawn.split("drills until now, this one last\n")[1].splitlines()[1:4]

    assert [line.split()[3:6] for line in table] == [
        ["switch", "passed", "59.6"],
        ["outage", "aborted", "—"],
        ["outage", "passed", "59.1"],
    ]


def test_a_deploy_shows_its_summary_and_each_failed_request() -> None:
    lost = TrafficRequest(at=1.0, latency_s=0.1, status=503, region="us-east-1", host="sample.fed.dev")
    report = measure(FAILED_RUN, RunFacts(), [lost], NOON)

    drawn = drill_text(report, PLAIN)

    assert drawn.startswith("deploy of sample production failed")
    assert "503 from us-east-1" in drawn


# -- Markdown -----------------------------------------------------------------------------------------------------


def test_a_comment_has_verdict_and_objectives_open_and_the_rest_folded() -> None:
    drawn = drill_markdown(with_past(PASSED))
    head, *_ = drawn.split("<details>")

    assert drawn.startswith("## drill of us-east-1 in sample production: passed in 2 min 30 s, mode outage\n")
    assert "| recovery time | 59.1 s (mean " in head
    assert "| 180 s | 62 s (worst 94 s) | yes |" in head
    assert drawn.count("<details>") == drawn.count("</details>") == 3
    assert "| and 77 more |" in drawn


def test_a_comment_without_traffic_says_so() -> None:
    assert "No traffic ran: nothing is known of users." in drill_markdown(report_of(KILLED))


@pytest.mark.parametrize("name", EVERY)
def test_a_comment_stays_within_its_limit(name: str) -> None:
    assert len(drill_markdown(with_past(EVERY[name]), 6_000).encode()) <= 6_000


def test_a_comment_of_a_deploy_is_that_of_its_run() -> None:
    assert drill_markdown(measure(FAILED_RUN, RunFacts())).startswith("## deploy of sample production failed")


# -- JSON ---------------------------------------------------------------------------------------------------------


def test_the_document_has_what_the_reference_promises() -> None:
    told = json.loads(drill_json(with_past(PASSED)))

    assert (told["format"], told["run"], told["verdict"]) == (1, "20261121T120000Z-drill-a1b2c3", "passed")
    assert (told["region"], told["mode"], told["restored"]) == ("us-east-1", "outage", True)
    assert told["objectives"][0] == {"name": "rto", "unit": "s", "objective": 180, "measured": 59.05, "met": True}
    assert told["phases"][1] == {
        "name": "outage",
        "started_at": "2026-11-21T12:00:00.300Z",
        "ended_at": "2026-11-21T12:00:00.500Z",
        "duration_s": 0.2,
    }
    assert told["traffic"]["requests"] == 304
    assert told["traffic"]["by_region"] == {"us-east-1": 39, "us-west-2": 168}
    assert told["timeline"][1] == {
        "at": "2026-11-21T12:00:00.000Z",
        "event": "decision",
        "detail": "drill",
        "region": "",
    }
    assert told["arithmetic"]["moved_mean_s"] == 62.2
    assert [one["verdict"] for one in told["past"]] == ["passed", "aborted"]
    assert told["clock_factor"] == 8.0
    assert told["findings"][0]["rule"] == "levers-unread"


def test_what_was_not_reached_or_not_asked_for_is_null() -> None:
    aborted, moved = json.loads(drill_json(report_of(ABORTED))), json.loads(drill_json(report_of(FAILOVER)))

    assert {one["name"]: one["duration_s"] for one in aborted["phases"]}["hold"] is None
    assert aborted["objectives"][0]["measured"] is None
    assert (moved["verdict"], moved["restored"], moved["mode"]) == ("succeeded", None, None)


def test_a_deploy_has_the_keys_of_its_run_and_no_phases() -> None:
    told = json.loads(drill_json(measure(run(), RunFacts())))

    assert (told["verdict"], told["verb"], told["phases"], told["traffic"]) == ("succeeded", "deploy", [], None)
    assert told["arithmetic"] is None


# -- the list -----------------------------------------------------------------------------------------------------

KEPT = KeptRun(run="20261121T120000Z-drill-a1b2c3", verb="drill", region="us-east-1", verdict="passed", started_at=NOON)
BROKEN = KeptRun(run="20261121T130000Z-deploy-d4e5f6", problem="this line is no event")


def test_the_list_tells_when_what_and_how_it_ended() -> None:
    drawn = runs_text((BROKEN, KEPT), 3, PLAIN)

    assert "20261121T120000Z-drill-a1b2c3   2026-11-21 12:00Z  passed (us-east-1)\n" in drawn
    assert "cannot be read: this line is no event\n" in drawn
    assert drawn.endswith("and 3 older runs\n\nnext: orchestrator report 20261121T120000Z-drill-a1b2c3\n")


def test_a_list_of_broken_journals_recommends_none() -> None:
    assert "next" not in runs_text((BROKEN,), 0, PLAIN)


def test_an_empty_list_says_what_would_fill_it() -> None:
    assert runs_text((), 0, PLAIN).startswith("no run is kept here")


def test_the_list_as_json() -> None:
    told = json.loads(runs_json((KEPT,), 2))

    assert (told["format"], told["older"]) == (1, 2)
    assert told["runs"][0]["started_at"] == "2026-11-21T12:00:00.000Z"
