"""What users meet right now, as a line and as the sentence of a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_now import UsersNow
from orchestrator.report import users_line, users_turn

EAST = TrafficRequest(at=0.0, latency_s=0.1, status=200, region="us-east-1")
WEST = TrafficRequest(at=0.0, latency_s=0.1, status=200, region="us-west-2")
LOST = TrafficRequest(at=0.0, latency_s=0.1, error="connection \x1b[2Jrefused")

CASES = {
    "one serves all": ((EAST, EAST), "us-east-1 serves 2/s; 2 requests, 0 failed", "us-east-1 serves all users"),
    "two serve": (
        (EAST, WEST, WEST),
        "us-west-2 serves 2/s, us-east-1 serves 1/s; 3 requests, 0 failed",
        "us-west-2 and us-east-1 serve",
    ),
    "some fail": (
        (EAST, LOST),
        "us-east-1 serves 1/s, 1/s FAIL; 2 requests, 1 failed",
        "us-east-1 serves, other requests fail: connection \\x1b[2Jrefused",
    ),
    "all fail": (
        (LOST,),
        "1/s FAIL; 1 requests, 1 failed",
        "nobody serves, all requests fail: connection \\x1b[2Jrefused",
    ),
}


@pytest.mark.parametrize(("requests", "line", "turn"), CASES.values(), ids=CASES)
def test_users_are_told_in_a_line(requests: tuple[TrafficRequest, ...], line: str, turn: str) -> None:
    now = UsersNow().after(requests, 0.0)

    assert users_line(now) == line
    assert users_turn(now) == turn


def test_silence_is_told_with_the_sums() -> None:
    assert users_line(UsersNow().after((EAST,), 0.0).after((), 9.0)) == "no answers now; 1 requests, 0 failed"


def test_users_between_two_turns_are_told_all_the_same() -> None:
    rare = (replace(WEST, host="eu"), replace(LOST, host="ap"))
    now = UsersNow().after(rare, 0.0).after((EAST,), 2.0)

    assert users_line(now) == "us-east-1 serves 1/s, us-west-2 serves <1/s, <1/s FAIL; 3 requests, 1 failed"


def test_users_who_wait_are_not_said_to_be_served() -> None:
    looks = UsersNow().after((replace(WEST, host="eu"), EAST), 0.0).after((replace(WEST, host="eu"), EAST), 1.0)
    now = looks.after((replace(WEST, host="eu"),), 5.0)

    assert users_turn(now) == "us-west-2 serves, other users have no answer yet"
