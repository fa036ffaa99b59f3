"""What users met during a run, in every form of its report."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.run import Run
from orchestrator.core.traffic import TrafficRequest, TrafficSummary, summarize
from orchestrator.report import Style, run_json, run_markdown, run_text
from orchestrator.report.traffic_view import traffic_sentence
from tests.report.samples import NOON, run

PLAIN = Style(width=160)
HOST = "sample.fed.dev"
GOOD = TrafficRequest(at=1.0, latency_s=0.0214, host=HOST, status=200, region="us-east-1")
REFUSED = TrafficRequest(at=2.25, latency_s=0.0004, host=HOST, resolver=3, error="connection refused")
ERROR = TrafficRequest(at=62.5, latency_s=4.0, host=HOST, resolver=1, status=503, region="us-west-2")


def under(*requests: TrafficRequest) -> Run:
    failed = tuple(one for one in requests if not one.ok)
    return replace(
        run(), traffic=summarize(requests), traffic_from=NOON + timedelta(seconds=0.5), failed_requests=failed
    )


def failing(count: int) -> Run:
    return under(*(replace(REFUSED, at=float(number)) for number in range(count)))


def test_json_tells_totals_and_each_failed_request_with_its_time() -> None:
    traffic = json.loads(run_json(under(GOOD, REFUSED, ERROR)))["traffic"]

    assert traffic == {
        "requests": 3,
        "failed": 2,
        "longest_outage_s": 65.479,
        "by_region": {"us-east-1": 1},
        "latency_s": {"50": 0.021, "95": 0.021, "99": 0.021},
        "failures": [
            {
                "at": "2026-11-21T12:00:02.750Z",
                "host": HOST,
                "resolver": 3,
                "status": 0,
                "region": "",
                "error": "connection refused",
                "latency_s": 0.0,
            },
            {
                "at": "2026-11-21T12:01:03.000Z",
                "host": HOST,
                "resolver": 1,
                "status": 503,
                "region": "us-west-2",
                "error": "",
                "latency_s": 4.0,
            },
        ],
        "failures_left_out": 0,
    }


def test_json_holds_a_thousand_failures_and_counts_the_others() -> None:
    traffic = json.loads(run_json(failing(1_003)))["traffic"]

    assert (traffic["failed"], len(traffic["failures"]), traffic["failures_left_out"]) == (1_003, 1_000, 3)


def test_failures_that_the_summary_alone_knows_are_counted_as_left_out() -> None:
    known = replace(failing(5), failed_requests=())

    assert json.loads(run_json(known))["traffic"]["failures_left_out"] == 5
    assert "\n  and 5 more: --format json" in run_text(known, PLAIN)


def test_without_the_zero_of_the_times_json_tells_none_and_text_tells_seconds() -> None:
    unknown = replace(under(REFUSED), traffic_from=None)

    assert json.loads(run_json(unknown))["traffic"]["failures"][0]["at"] is None
    assert "  2.250 s sample.fed.dev resolver 3: connection refused (0.0 s)\n" in run_text(unknown, PLAIN)


def test_text_lists_each_failed_request() -> None:
    drawn = run_text(under(GOOD, REFUSED, ERROR), PLAIN)

    assert (
        "\ntraffic 2 of 3 requests during the run failed, longest time without a good answer 1 min 5 s; "
        "answered by us-east-1 1\n"
        "  2026-11-21T12:00:02.750Z sample.fed.dev resolver 3: connection refused (0.0 s)\n"
        "  2026-11-21T12:01:03.000Z sample.fed.dev resolver 1: 503 from us-west-2 (4.0 s)\n"
    ) in drawn


def test_text_lists_twenty_and_says_how_many_more() -> None:
    drawn = run_text(failing(23), PLAIN)

    assert drawn.count("connection refused") == 20
    assert "\n  and 3 more: --format json tells them\n" in drawn


def test_markdown_lists_failed_requests_in_a_table() -> None:
    drawn = run_markdown(under(GOOD, REFUSED, replace(ERROR, host="a|b")))

    assert "\n### Traffic\n\n2 of 3 requests during the run failed, " in drawn
    assert "| 2026-11-21T12:00:02.750Z | `sample.fed.dev` | resolver 3 | connection refused | 0.0 s |\n" in drawn
    assert "| `a\\|b` | resolver 1 | 503 from us-west-2 | 4.0 s |\n" in drawn


def test_markdown_lists_twenty_and_says_how_many_more() -> None:
    drawn = run_markdown(failing(23))

    assert drawn.count("connection refused") == 20
    assert "\nand 3 more: `--format json` tells them\n" in drawn


def test_a_run_without_traffic_does_not_speak_of_it() -> None:
    assert "raffic" not in run_text(run(), PLAIN) + run_markdown(run())


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        (summarize([GOOD, GOOD]), "2 requests during the run, none failed; answered by us-east-1 2"),
        (summarize([GOOD]), "1 request during the run, none failed; answered by us-east-1 1"),
        (
            summarize([replace(GOOD, region="")]),
            "1 request during the run, none failed; answered by an unknown region 1",
        ),
        (
            summarize([REFUSED]),
            "1 of 1 request during the run failed, longest time without a good answer 0.0 s",
        ),
        (summarize([]), "no request ended during the run"),
    ],
)
def test_the_sentence_tells_totals(summary: TrafficSummary, sentence: str) -> None:
    assert traffic_sentence(summary) == sentence
