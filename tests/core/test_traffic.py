from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.traffic import Span, TrafficRequest, summarize, users_served

EAST, WEST = "us-east-1", "us-west-2"


def good(at: float, region: str = EAST, latency_s: float = 0.0) -> TrafficRequest:
    return TrafficRequest(at=at, latency_s=latency_s, status=200, region=region)


def bad(at: float, latency_s: float = 0.0, status: int = 0) -> TrafficRequest:
    return TrafficRequest(at=at, latency_s=latency_s, status=status, error="refused")


def test_nothing_asked_is_nothing_lost() -> None:
    summary = summarize([])

    assert (summary.requests, summary.failed, summary.longest_outage_s, summary.served) == (0, 0, 0.0, ())
    assert summary.latency_s == ((50, 0.0), (95, 0.0), (99, 0.0))


def test_an_outage_lasts_from_the_last_good_answer_to_the_next() -> None:
    summary = summarize([good(1), bad(2), bad(3), good(4, latency_s=0.5), bad(6), good(7)])

    assert summary.outages == (Span("", 1.0, 4.5), Span("", 4.5, 7.0))
    assert summary.longest_outage_s == 3.5
    assert (summary.requests, summary.failed) == (6, 3)


def test_a_pause_without_a_failure_is_no_outage() -> None:
    assert summarize([good(1), good(60)]).longest_outage_s == 0.0


def test_an_outage_at_either_end_counts_as_far_as_it_was_seen() -> None:
    assert summarize([bad(0), bad(2), good(3), bad(4, latency_s=6.0)]).outages == (Span("", 0, 3), Span("", 3, 10))


def test_a_server_error_is_a_failure_and_a_redirect_is_not() -> None:
    summary = summarize([bad(0, status=503), bad(1, status=403), bad(2, status=302)])

    assert summary.failed == 2


def test_who_served_is_told_by_region_with_overlaps_while_users_disagree() -> None:
    moved = [good(0), good(1), good(1.5, WEST), good(2), good(3, WEST), good(9, EAST), good(9.5, WEST)]

    summary = summarize(moved, quiet_s=5)

    assert summary.served == (
        Span(EAST, 0, 2), Span(WEST, 1.5, 3), Span(EAST, 9, 9), Span(WEST, 9.5, 9.5)
    )  # fmt: skip
    assert summary.by_region == ((EAST, 4), (WEST, 3))


def test_times_are_told_in_the_clock_of_the_embedded_aws_and_latencies_are_not() -> None:
    summary = summarize([good(1, latency_s=0.5), bad(2), good(3)], clock_factor=10)

    assert summary.outages == (Span("", 15, 30),)
    assert summary.served == (Span(EAST, 15, 15), Span(EAST, 30, 30))
    assert summary.latency_s == ((50, 0.0), (95, 0.5), (99, 0.5))


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 6), st.booleans())))
def test_no_outage_is_longer_than_the_run_and_each_holds_a_failure(drawn: list[tuple[float, float, bool]]) -> None:
    requests = [good(at, latency_s=took) if ok else bad(at, latency_s=took) for at, took, ok in drawn]

    summary = summarize(requests)

    first = min((one.at for one in requests), default=0.0)
    last = max((one.ended for one in requests), default=0.0)
    assert all(first <= span.started <= span.ended <= last for span in summary.outages)
    assert bool(summary.outages) is bool(summary.failed)
    assert sum(count for _, count in summary.by_region) == summary.requests - summary.failed


# -- where users are --------------------------------------------------------------------------------------------------


def user(resolver: int, region: str, at: float, status: int = 200) -> TrafficRequest:
    return TrafficRequest(at=at, latency_s=0.1, resolver=resolver, region=region, status=status, host="shared")


EVERYBODY_EAST = (user(0, "east", 1), user(1, "east", 1))


@pytest.mark.parametrize(
    ("recent", "leaves", "alone", "served"),
    [
        ((), True, True, False),
        (EVERYBODY_EAST, True, True, False),
        (EVERYBODY_EAST, False, True, True),
        ((*EVERYBODY_EAST, user(0, "west", 2)), True, True, False),
        ((*EVERYBODY_EAST, user(0, "west", 2), user(1, "west", 3)), True, True, True),
        ((*EVERYBODY_EAST, user(0, "west", 2), user(1, "west", 3, status=500)), True, True, False),
        ((*EVERYBODY_EAST, user(0, "west", 2)), False, True, False),
        ((*EVERYBODY_EAST, user(0, "west", 2)), False, False, True),
    ],
)
def test_users_are_where_the_last_request_of_each_resolver_was_answered(recent, leaves, alone, served):
    assert users_served(recent, "east", leaves=leaves, alone=alone)[0] is served


def test_it_is_told_how_many_resolvers_are_there():
    told = users_served((*EVERYBODY_EAST, user(0, "west", 2)), "east", leaves=True)[1]

    assert told == "1 of 2 resolvers are served well and no longer by east"
