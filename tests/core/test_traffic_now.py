"""What users meet right now: rates, sums, and when it turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

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


# Two regions serve one user of each of four resolvers and two hosts, at five requests a second.
USERS = tuple(
    replace(WEST if host == "eu" else EAST, resolver=resolver, host=host)
    for resolver in range(4)
    for host in ("us", "eu")
)


def calls(
    users: tuple[TrafficRequest, ...], *, seconds: float, start: float = 0.0
) -> list[tuple[float, TrafficRequest]]:
    """Each user in turn, five requests a second."""
    return [(start + 0.2 * number, users[number % len(users)]) for number in range(int(seconds * 5))]


def looked(told: list[tuple[float, TrafficRequest]], until: float) -> list[UsersNow]:
    """What stands at each look: every half second."""
    looks, stands, seen = [], UsersNow(), 0
    for step in range(1, int(until * 2) + 1):
        new = tuple(one for at, one in told[seen:] if at < step / 2)
        seen += len(new)
        stands = stands.after(new, step / 2)
        looks.append(stands)
    return looks


def test_a_user_who_calls_less_than_once_a_second_is_not_forgotten_between_two_calls() -> None:
    one_is_elsewhere = (*(replace(one, region="us-east-1") for one in USERS[:-1]), USERS[-1])
    looks = looked(calls(one_is_elsewhere, seconds=30), 30)

    assert sum(now.turned(before) for before, now in pairwise(looks)) == 1
    assert all([region for region, _ in now.serving] == ["us-east-1", "us-west-2"] for now in looks[4:])


def test_a_region_serves_all_users_when_the_last_of_them_was_answered_by_it() -> None:
    before, moved = (
        calls(USERS, seconds=8),
        calls(tuple(replace(one, region="us-west-2") for one in USERS), seconds=8, start=8),
    )
    looks = looked([*before, *moved], 16)

    told = [tuple(region for region, _ in now.serving) for now in looks]
    alone = told.index(("us-west-2",))
    assert 9.0 < looks[alone].now_s <= 11.0
    assert set(told[alone:]) == {("us-west-2",)}


def test_users_who_miss_several_turns_wait_and_nobody_serves_them() -> None:
    both, half = calls(USERS, seconds=8), calls(USERS[1::2], seconds=8, start=8)
    looks = looked([*both, *half], 16)

    assert [region for region, _ in looks[-1].serving] == ["us-west-2"]
    assert looks[-1].waiting
    assert looks[-1].turned(looks[15])


def test_when_all_users_fall_silent_nobody_waits_for_another() -> None:
    looks = looked(calls(USERS, seconds=8), 16)

    assert looks[-1].serving == ()
    assert not looks[-1].waiting


def test_a_failure_lasts_until_its_user_is_answered_again() -> None:
    lost = now((0.0, (replace(REFUSED, host="eu"), EAST)), (1.5, (EAST,)))

    assert lost.failing
    assert lost.failing_per_s == 0.0
    assert not lost.after((replace(WEST, host="eu"),), 3.0).failing


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
