"""What users meet right now: rates, sums, and when it turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.core.run import Event, EventKind
from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_now import SOMEBODY, UsersNow, is_failing, is_turn

EAST = TrafficRequest(at=0.0, latency_s=0.1, status=200, region="us-east-1")
WEST = replace(EAST, region="us-west-2")
REFUSED = replace(EAST, status=0, region="", error="connection refused")
SICK = replace(EAST, status=503)
AT = datetime(2026, 11, 21, tzinfo=UTC)


def now(*looks: tuple[float, tuple[TrafficRequest, ...]]) -> UsersNow:
    """What stands after looking at these moments, with what was new at each."""
    stands = UsersNow()
    for at, new in looks:
        stands = stands.after(new, at)
    return stands


def test_who_serves_most_comes_first_with_answers_a_second() -> None:
    stands = now((0.0, (EAST, WEST)), (0.5, (WEST, WEST, REFUSED)))

    assert stands.serving == (("us-west-2", 3.0), ("us-east-1", 1.0))
    assert stands.failing_per_s == 1.0


def test_the_sums_reach_back_to_the_start_and_the_rates_do_not() -> None:
    stands = now((0.0, (EAST, REFUSED)), (5.0, (WEST,)))

    assert (stands.requests, stands.failed) == (3, 1)
    assert stands.serving == (("us-west-2", 1.0),)
    assert stands.failing_per_s == 0.0


def test_a_good_answer_of_nobody_known_is_no_failure() -> None:
    stands = now((0.0, (replace(EAST, region=""),)))

    assert stands.serving == ((SOMEBODY, 1.0),)
    assert stands.failed == 0


@pytest.mark.parametrize(("lost", "error"), [(REFUSED, "connection refused"), (SICK, "status 503")])
def test_the_latest_failure_is_told(lost: TrafficRequest, error: str) -> None:
    assert now((0.0, (lost,)), (0.5, (EAST,))).error == error


TURNS = {
    "the first answers": ((), (EAST,), True),
    "the same again": ((EAST,), (EAST,), False),
    "another region joins": ((EAST,), (WEST,), True),
    "requests begin to fail": ((EAST,), (REFUSED,), True),
    "nothing was ever asked": ((), (), False),
}


@pytest.mark.parametrize(("first", "then", "turned"), TURNS.values(), ids=TURNS)
def test_a_turn_is_another_set_of_those_who_answer(
    first: tuple[TrafficRequest, ...], then: tuple[TrafficRequest, ...], turned: bool
) -> None:
    before = now((0.0, first))

    assert before.after(then, 0.5).turned(before) is turned


def test_silence_is_no_turn_and_neither_is_its_end() -> None:
    served = now((0.0, (EAST,)))
    silent = served.after((), 9.0)

    assert silent.serving == ()
    assert not silent.turned(served)
    assert not silent.after((EAST,), 10.0).turned(silent)


def test_who_has_not_answered_for_a_second_serves_no_longer() -> None:
    before = now((0.0, (EAST,)), (0.9, (WEST,)))
    after = before.after((WEST,), 1.4)

    assert after.turned(before)
    assert after.serving == (("us-west-2", 2.0),)


def test_events_tell_sums_turns_and_failures() -> None:
    line = now((0.0, (EAST,))).event(AT, "r", "fine")
    turn = now((0.0, (REFUSED,))).event(AT, "r", "broken", turn=True)

    assert (is_turn(line), is_failing(line)) == (False, False)
    assert (is_turn(turn), is_failing(turn)) == (True, True)
    assert dict(turn.data) | {"requests": "1", "failed": "1"} == dict(turn.data)


def test_events_of_other_kinds_tell_nothing_of_users() -> None:
    other = Event(at=AT, run="r", kind=EventKind.STEP_STARTED, data=(("turn", "yes"), ("failing", "yes")))

    assert not is_turn(other)
    assert not is_failing(other)
