"""The page of a run: what it says, in which order, and how much it holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.run import Verdict
from orchestrator.core.run_report import ObjectiveResult, Phase, RunReport
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.report import Stages, rehearsal_html, run_html
from tests.report.run_hostile import everywhere
from tests.report.run_samples import (
    aborted,
    chain,
    deploy,
    failback,
    failover,
    nobody_asked,
    outage_drill,
    tabletop,
    unrestored,
)
from tests.report.samples import NOON
from tests.report.test_plan_page import Page
from tests.sample_world import EAST, WEST

_LIMIT = 300 * 1024


def text(page: str) -> str:
    """What a reader sees of it, with single spaces."""
    return " ".join(" ".join(Page(page.split("</style>")[1]).texts).split())


def headings(page: str) -> list[str]:
    return re.findall(r"<h[12]>(.*?)</h[12]>", page)


def requests_of(count: int, lasted: float) -> tuple[TrafficRequest, ...]:
    """As many requests over that time, every seventh of them failed, each at an address of its own."""
    return tuple(
        TrafficRequest(
            at=lasted * place / count,
            latency_s=0.01 + place % 97 / 500,
            address=f"10.{place % 200}.{place // 200 % 200}.{place % 7}",
            status=0 if place % 7 == 0 else 200,
            region="" if place % 7 == 0 else (EAST, WEST)[place // 7 % 2],
            error="connection refused" if place % 7 == 0 else "",
        )
        for place in range(count)
    )


def with_requests(report: RunReport, requests: tuple[TrafficRequest, ...]) -> RunReport:
    return replace(report, requests=requests, traffic=summarize(requests), traffic_from=NOON)


def test_the_verdict_comes_first_and_says_why() -> None:
    said = text(run_html(outage_drill()))

    assert said.startswith(
        "sample · production Drill of us-east-1 2026-11-21 12:00:00 to 12:05:41 UTC, 5 min 41 s. The application really"
    )
    assert said.index("✓ Passed Every objective was met") < said.index("Recovery time") < said.index("Timeline")


@pytest.mark.parametrize(
    ("report", "word"),
    [(aborted(), "■ Aborted"), (unrestored(), "✗ Failed"), (failover(), "✓ Succeeded"), (tabletop(), "✓ Passed")],
    ids=["aborted", "unrestored", "failover", "tabletop"],
)
def test_every_verdict_has_its_word_and_symbol(report: RunReport, word: str) -> None:
    assert word in text(run_html(report))


def test_a_run_that_was_interrupted_says_so() -> None:
    run = replace(deploy().run, verdict=Verdict.INTERRUPTED)

    assert "■ Interrupted" in text(run_html(replace(deploy(), run=run)))


def test_the_headline_numbers_stand_beside_what_was_asked() -> None:
    said = text(run_html(outage_drill()))

    assert (
        "Recovery time (RTO) 93.1 s ✓ met objective: at most 180 s by arithmetic: 62 s in the mean, 94 s at worst"
        in said
    )
    assert "Longest time without a good answer 34.6 s ✓ met objective: at most 120 s" in said
    assert "Failed requests 471 of 2,920 (83.86 % good)" in said
    assert "Put back yes ✓ restored" in said


def test_what_is_not_back_is_said_with_what_to_do() -> None:
    said = text(run_html(unrestored()))

    assert "us-east-1 could not be put back: Route 53 refused the write." in said
    assert "Put back no ✗ NOT RESTORED us-east-1 may still be out of service" in said
    assert "Next: orchestrator failback --to us-east-1" in said
    assert "✗ failed Route 53 refused the write (AccessDenied)" in said


@pytest.mark.parametrize(
    ("measured", "met", "said"),
    [
        (None, True, "Recovery time (RTO) not measured objective: at most 180 s"),
        (None, False, "Recovery time (RTO) never ✗ missed"),
        (180.04, False, "Recovery time (RTO) 180.1 s ✗ missed"),
        (0.30000000000000004, True, "Recovery time (RTO) 0.3 s ✓ met"),
        (1234.0, False, "Recovery time (RTO) 1,234 s ✗ missed"),
    ],
)
def test_a_measured_time_is_never_told_better_than_it_was(measured: float | None, met: bool, said: str) -> None:
    result = ObjectiveResult(name="rto", unit="s", objective=180, measured=measured, met=met)

    assert said in text(run_html(replace(outage_drill(), objectives=(result,))))


def test_an_availability_is_rounded_down() -> None:
    result = ObjectiveResult(name="availability", unit="%", objective=99.99, measured=99.98999, met=False)

    assert "Availability 99.98 % ✗ missed objective: at least 99.99 %" in text(
        run_html(replace(outage_drill(), objectives=(result,)))
    )


def test_a_faster_clock_and_a_simulated_world_are_told() -> None:
    said = text(run_html(chain()))

    assert "Simulated: this happened on the embedded AWS, not on AWS itself." in said
    assert "Time ran 8 times faster on the embedded AWS; seconds are told as on AWS." in said
    assert "Simulated" not in text(run_html(outage_drill()))


def test_phases_that_were_not_reached_or_cut_off_say_so() -> None:
    begun = Phase(name="hold", started_at=NOON)
    said = text(run_html(replace(aborted(), phases=(*aborted().phases[:6], begun))))

    assert "6 all resolvers good not reached" in said
    assert "7 hold 0 s cut off" in said


def test_a_drill_has_all_its_parts_in_order() -> None:
    assert headings(run_html(outage_drill())) == [
        "Drill of us-east-1",
        "Timeline",
        "What users met",
        "Objectives",
        "Phases",
        "Who answered",
        "DNS answers",
        "Plan and steps",
        "Failed requests",
        "Moment by moment",
        "Drills of this environment",
        "Failed requests one by one",
    ]


def test_a_deployment_has_steps_and_users_and_no_part_of_a_drill() -> None:
    page = run_html(deploy())

    assert headings(page) == [
        "Deploy of sample",
        "Timeline",
        "What users met",
        "Who answered",
        "DNS answers",
        "Findings",
        "Plan and steps",
        "Failed requests",
        "Failed requests one by one",
    ]
    assert "Put back" not in text(page)
    assert "update:compute:us-west-2" in text(page)


def test_a_deployment_that_nobody_watched_has_its_steps() -> None:
    quiet = replace(deploy(), requests=(), traffic=None, traffic_from=None, findings=(), steps=())
    page = run_html(quiet)

    assert headings(page) == ["Deploy of sample", "Plan and steps"]
    assert "Users none nobody asked during the run: nothing was measured" in text(page)


def test_a_drill_without_users_shows_its_phases_and_claims_nothing_of_them() -> None:
    page = run_html(nobody_asked())

    assert "Timeline" in headings(page)
    assert "What users met" not in headings(page)
    assert "Who served users" not in page


def test_a_failover_leaves_and_a_failback_finds_its_region_out() -> None:
    assert "us-east-1 was taken out from 0.8 to 150 s" in run_html(failover())
    assert "us-east-1 was taken out from 0 to 0.8 s" in run_html(failback())


def test_dns_answers_show_the_proof_of_this_loss_and_where_users_were_sent() -> None:
    said = text(run_html(outage_drill()))

    assert "none us-east-1 us-east-1 us-west-2 us-east-1 evacuated us-west-2 By arithmetic" in said
    assert "us-west-2 us-east-1 us-west-2" not in said.split("By arithmetic users")[0].split("DNS answers")[1]
    assert "us-east-1 -5 s 86.6 s 531 471 203.0.113.10 us-west-2 36 s 312.6 s 1,808 0 198.51.100.20" in said


def test_steps_show_plane_home_time_outcome_and_reason() -> None:
    said = text(run_html(failover()))

    assert (
        "1 lever:evacuate:us-east-1 data us-west-2 0 s 0.8 s ✓ done no longer healthy users must leave us-east-1"
        in said
    )
    assert "They call the data plane of global, us-west-2. No step calls us-east-1." in said


def test_failed_requests_are_counted_by_kind_and_listed_up_to_a_hundred() -> None:
    page = run_html(outage_drill())

    assert "us-east-1 connection refused 351 2.5 s 86.6 s" in text(page)
    assert "The first 100 of 471" in text(page)
    assert page.count('<span class="soft">us-east-1 203.0.113.10 sample.fed.dev</span>') == 100


def test_the_trend_ends_with_this_drill_and_says_what_it_leaves_out() -> None:
    said = text(run_html(chain()))

    assert "2026-11-21 12:00 this one us-east-1 switch ✓ passed 0 s 5,100 0" in said
    assert "17 more are left out here." in said


def test_the_foot_names_what_ran() -> None:
    said = text(run_html(outage_drill()))

    for fact in (
        "Run 20261121T120000Z-drill-a1b2c3",
        "Application sample",
        "Environment production",
        "Release d527736e1713",
        "Configuration 9f2c51c9a1d0",
        "Routing failover",
    ):
        assert fact in said


def test_times_of_day_are_told_in_utc_whatever_the_zone_of_the_events() -> None:
    elsewhere = timezone(timedelta(hours=9))
    base = failover()
    run = replace(base.run, started_at=NOON.astimezone(elsewhere), ended_at=base.run.ended_at.astimezone(elsewhere))

    assert text(run_html(replace(base, run=run))) == text(run_html(base))


@pytest.mark.parametrize("count", [2_000, 200_000])
def test_a_page_stays_small_however_many_requests_there_were(count: int) -> None:
    page = run_html(with_requests(outage_drill(), requests_of(count, 340.0)))

    assert len(page.encode()) < _LIMIT


def test_a_page_stays_small_whatever_is_answered() -> None:
    long = "x" * 100_000
    requests = tuple(
        replace(one, error=one.error and long, address=f"{long}{place}", region=one.region and f"{long}{place}")
        for place, one in enumerate(requests_of(400, 340.0))
    )

    assert len(run_html(with_requests(outage_drill(), requests)).encode()) < _LIMIT


def test_no_request_at_all_and_no_time_at_all_are_drawn_too() -> None:
    one = TrafficRequest(at=0.0, latency_s=0.0, status=200, region=EAST)
    instant = replace(deploy(), run=replace(deploy().run, ended_at=NOON, steps=()))

    assert "Good answers" in text(run_html(with_requests(instant, (one,))))
    assert "Deploy" in text(run_html(with_requests(instant, ())))


def test_foreign_text_stays_text_in_every_place() -> None:
    page = Page(run_html(everywhere("</td></svg></style><script>alert(1)</script><img src=x>\"'&amp;")))

    assert page.names.isdisjoint({"script", "img"})
    assert not [attributes for _, attributes in page.elements if {"src", "href", "onerror"} & attributes.keys()]


def test_a_rehearsal_has_one_verdict_an_index_and_every_run() -> None:
    page = rehearsal_html(DrillVerdict.FAILED, "the drill missed its objective", (deploy(), aborted(), failback()))
    said = text(page)

    assert said.startswith("sample · production Rehearsal 2026-11-21 12:00:00 UTC.")
    assert "✗ Failed The drill missed its objective. Stages" in said
    assert "1 Deploy of sample ✓ succeeded 2 min 14 s 5 steps 8 of 580" in said
    assert "2 Drill of us-east-1 ■ aborted 2 min 52 s" in said
    assert headings(page) == ["Rehearsal", "Stages", "Deploy of sample", "Drill of us-east-1", "Failback to us-east-1"]
    assert page.count("<h1>") == 1


def test_the_stages_of_a_rehearsal_have_its_names_also_those_that_no_run_was_carried_out_for() -> None:
    stages = Stages(names=("first release", "outage drill"), unreached=("failback <now>",), took_s=61.0)
    page = rehearsal_html(DrillVerdict.FAILED, "the drill was aborted", (deploy(), aborted()), stages)
    said = text(page)

    assert "12:00:00 UTC, 1 min 1 s in all on this machine." in said
    assert "1 first release ✓ succeeded" in said
    assert "3 failback <now> not carried out" in said
    assert "Stage 2 of 3: outage drill" in said


def test_a_rehearsal_that_did_nothing_says_why() -> None:
    assert "■ Aborted The embedded AWS did not start." in text(
        rehearsal_html(DrillVerdict.ABORTED, "the embedded AWS did not start", ())
    )
