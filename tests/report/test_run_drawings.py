"""The drawings of a run: axes, lanes, gathered requests."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.report.run_story import buckets, sent_to, story
from orchestrator.report.svg_latency import latency_svg
from orchestrator.report.svg_parts import NARROW, WIDE, Axis, Layout, fitted, text_width
from orchestrator.report.svg_timeline import timeline_svg
from tests.report.run_samples import chain, deploy, failover, outage_drill
from tests.report.samples import NOON
from tests.sample_world import EAST, SOUTH, WEST

LAYOUTS = pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
TIMES = st.floats(min_value=0, max_value=100_000, allow_nan=False)


def request(at: float, region: str = "", address: str = "", latency_s: float = 0.05) -> TrafficRequest:
    return TrafficRequest(at=at, latency_s=latency_s, address=address, region=region, status=200 if region else 0)


@LAYOUTS
@given(started=st.floats(min_value=-1e4, max_value=0), lasted=st.floats(min_value=0.01, max_value=1e7))
def test_ticks_are_few_in_order_and_within_the_time(layout: Layout, started: float, lasted: float) -> None:
    axis = Axis(layout, started, lasted)
    ticks = axis.ticks()
    places = [axis.x(at) for at in ticks]

    assert all(started <= at <= started + lasted * 1.000001 + 1e-6 for at in ticks)
    assert all(later - earlier > layout.tick_px * 0.99 for earlier, later in pairwise(places))
    assert all(layout.gutter <= place <= layout.right for place in places)


@given(st.text(max_size=60), st.floats(min_value=0, max_value=200))
def test_a_name_is_cut_to_its_room(name: str, room: float) -> None:
    assert text_width(fitted(name, room)) <= room


@given(st.lists(st.tuples(TIMES, st.booleans()), min_size=1, max_size=60), st.integers(min_value=1, max_value=200))
def test_no_request_is_lost_when_they_are_gathered(asked: list[tuple[float, bool]], number: int) -> None:
    requests = tuple(request(at, EAST if good else "") for at, good in asked)
    told = story(replace(deploy(), requests=requests, traffic=summarize(requests), traffic_from=NOON))
    found = buckets(told, number)

    assert len(found) == number
    assert sum(one.good for one in found) == sum(1 for _, good in asked if good)
    assert sum(one.failed for one in found) == sum(1 for _, good in asked if not good)


def test_a_failure_belongs_to_the_region_that_alone_answered_at_its_address() -> None:
    requests = (
        request(0, EAST, "192.0.2.1"),
        request(1, "", "192.0.2.1"),
        request(2, WEST, "192.0.2.2"),
        request(3, EAST, "192.0.2.2"),
        request(4, "", "192.0.2.2"),
        request(5),
    )

    assert sent_to(requests) == (EAST, EAST, WEST, EAST, "", "")


def test_lanes_are_those_of_the_topology_then_strangers_then_failures_without_a_region() -> None:
    requests = (request(0, "stranger"), request(1, SOUTH), request(2))
    report = replace(chain(), requests=requests, traffic=summarize(requests), traffic_from=NOON)

    assert [lane.region for lane in story(report).lanes] == [EAST, WEST, SOUTH, "stranger", ""]


def test_a_network_cannot_add_lanes_without_end() -> None:
    requests = tuple(request(at, f"stranger-{at}") for at in range(300))
    report = replace(deploy(), requests=requests, traffic=summarize(requests), traffic_from=NOON)

    assert len(story(report).lanes) == 8


def test_the_time_begins_before_the_decision_when_users_did() -> None:
    told = story(outage_drill())

    assert (told.started, round(told.ended)) == (-5.0, 360)


def test_the_region_is_away_from_the_lever_to_the_end_of_putting_back() -> None:
    lanes = {lane.region: lane for lane in story(outage_drill()).lanes}

    assert [(span.started, span.ended) for span in lanes[EAST].away] == [(2.5, 216.4)]
    assert lanes[WEST].away == ()


@LAYOUTS
@pytest.mark.parametrize("report", [outage_drill(), failover(), deploy()], ids=["drill", "failover", "deploy"])
def test_every_shape_is_within_the_drawing(layout: Layout, report: object) -> None:
    assert isinstance(report, type(deploy()))
    told = story(report)
    for drawn in (timeline_svg(report, told, layout), latency_svg(told, layout)):
        height = float(re.findall(r'viewBox="0 0 \d+ ([\d.]+)"', drawn)[0])
        rects = re.findall(
            r'<rect class="[a-z]+" x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn
        )

        assert rects
        assert all(float(x) >= 0 and float(x) + float(width) <= layout.width for x, _, width, _ in rects)
        assert all(float(y) >= 0 and float(y) + float(tall) <= height for _, y, _, tall in rects)


@LAYOUTS
def test_a_region_that_serves_now_and_then_has_no_more_bars_than_pixels(layout: Layout) -> None:
    requests = tuple(request(6.0 * turn, EAST) for turn in range(5000))
    report = replace(deploy(), requests=requests, traffic=summarize(requests), traffic_from=NOON)

    assert report.traffic is not None
    assert len(report.traffic.served) == 5000
    assert timeline_svg(report, story(report), layout).count('class="served"') <= layout.plot


def test_an_instant_is_seen_all_the_same() -> None:
    drawn = timeline_svg(outage_drill(), story(outage_drill()), WIDE)

    assert min(float(width) for width in re.findall(r'class="phase"[^>]* width="([\d.]+)"', drawn)) >= 2


def test_few_answers_are_points_and_many_are_gathered() -> None:
    few = tuple(request(float(at), EAST) for at in range(100))
    many = tuple(request(at / 10, EAST) for at in range(1000))
    drawn = [
        latency_svg(story(replace(deploy(), requests=asked, traffic=summarize(asked), traffic_from=NOON)), WIDE)
        for asked in (few, many)
    ]

    assert (drawn[0].count('class="point"'), drawn[1].count('class="point"')) == (100, 0)
    assert (drawn[0].count('class="median"'), drawn[1].count('class="median"')) == (0, 1)


def test_a_pause_without_good_answers_stays_a_pause() -> None:
    many = tuple(request(at / 10, "" if 300 < at < 600 else EAST) for at in range(1000))
    told = story(replace(deploy(), requests=many, traffic=summarize(many), traffic_from=NOON))

    assert latency_svg(told, WIDE).count('class="median"') == 2


def test_one_slow_answer_does_not_flatten_the_others() -> None:
    asked = (*(request(float(at), EAST, latency_s=0.02) for at in range(60)), request(61.0, EAST, latency_s=9.0))
    told = story(replace(deploy(), requests=asked, traffic=summarize(asked), traffic_from=NOON))
    drawn = latency_svg(told, WIDE)

    assert "each mark ten times the one below" in drawn
    assert [text for text in ("10", "100", "1,000", "10,000") if f">{text}</text>" in drawn] == [
        "10",
        "100",
        "1,000",
        "10,000",
    ]


@pytest.mark.parametrize(
    ("latency_s", "marks"),
    [
        (0.05, ["10", "20", "30", "40", "50"]),
        (0.11, ["50", "100", "150", "200"]),
        (0.9, ["200", "400", "600", "800", "1,000"]),
        (0.0007, ["0.2", "0.4", "0.6", "0.8"]),
    ],
)
def test_marks_of_latency_are_round(latency_s: float, marks: list[str]) -> None:
    asked = tuple(request(float(at), EAST, latency_s=latency_s) for at in range(20))
    told = story(replace(deploy(), requests=asked, traffic=summarize(asked), traffic_from=NOON))
    drawn = re.findall(r'<text class="soft" x="180" y="[\d.]+" text-anchor="end">(.*?)</text>', latency_svg(told, WIDE))

    assert drawn == marks


def test_without_a_failure_the_drawing_says_so() -> None:
    assert "No request failed" in latency_svg(story(chain()), WIDE)
