"""Requests in the journal: nothing is lost but fractions of a millisecond; nonsense is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_json import decode_requests, encode_requests

SECONDS = st.floats(0, 1e6)
REQUESTS = st.builds(
    TrafficRequest,
    at=SECONDS,
    latency_s=SECONDS,
    resolver=st.integers(0, 99),
    status=st.integers(0, 999),
    address=st.text(),
    region=st.text(),
    error=st.text(),
    host=st.text(),
)


@given(st.lists(REQUESTS, max_size=5))
def test_requests_come_back_as_they_were_to_the_millisecond(requests: list[TrafficRequest]) -> None:
    back = decode_requests(encode_requests(requests))

    assert len(back) == len(requests)
    for one, other in zip(requests, back, strict=True):
        assert (other.at, other.latency_s) == (round(one.at, 3), round(one.latency_s, 3))
        assert (other.resolver, other.status, other.address) == (one.resolver, one.status, one.address)
        assert (other.region, other.error, other.host) == (one.region, one.error, one.host)


def test_a_request_takes_little_room() -> None:
    one = TrafficRequest(at=12.3456, latency_s=0.05, status=200, region="us-east-1", address="192.0.2.1")

    assert encode_requests([one]) == '[{"t":12.346,"l":0.05,"s":200,"a":"192.0.2.1","g":"us-east-1"}]'


def test_what_a_later_version_adds_is_skipped() -> None:
    assert decode_requests('[{"t":1,"l":2,"z":{"new":[]}}]') == (TrafficRequest(at=1.0, latency_s=2.0),)


@pytest.mark.parametrize(
    "told",
    [
        "{}",
        "[1]",
        "[{}]",
        '[{"t":1}]',
        '[{"t":"1","l":1}]',
        '[{"t":true,"l":1}]',
        '[{"t":-1,"l":1}]',
        '[{"t":1e999,"l":1}]',
        '[{"t":NaN,"l":1}]',
        '[{"t":1,"l":1,"s":1000}]',
        '[{"t":1,"l":1,"s":-1}]',
        '[{"t":1,"l":1,"s":200.5}]',
        '[{"t":1,"l":1,"r":true}]',
        '[{"t":1,"l":1,"g":null}]',
        "not JSON",
    ],
)
def test_nonsense_is_refused(told: str) -> None:
    with pytest.raises(ValueError):
        decode_requests(told)


def test_a_time_that_is_no_number_is_never_written() -> None:
    with pytest.raises(ValueError):
        encode_requests([TrafficRequest(at=float("nan"), latency_s=0.0)])


def test_the_text_is_one_json_list() -> None:
    assert json.loads(encode_requests([])) == []
