from __future__ import annotations

import pytest

from orchestrator.aws.breaker import TIME_OUTS, Breaker
from orchestrator.core.errors import AwsError, Throttled, Unreachable


class Place:
    """CloudFormation in one region behind a breaker, with a clock of its own. Counts the calls that are made."""

    def __init__(self, *exempt: str) -> None:
        self.now, self.made = 0.0, 0
        self._breaker = Breaker(exempt=frozenset(exempt), now=lambda: self.now)

    def call(
        self, outcome: AwsError | None = None, *, service: str = "cloudformation", region: str = "us-east-1"
    ) -> None:
        with self._breaker.watching(service, region):
            self.made += 1
            if outcome is not None:
                raise outcome

    def hang(self, *, service: str = "cloudformation", region: str = "us-east-1", where: str = "") -> None:
        where = where or f"{service}:DescribeStacks in {region} (111111111111)"
        with pytest.raises(Unreachable):
            self.call(Unreachable("no answer in time", where=where, code="ReadTimeoutError"), region=region)


def test_a_place_that_answered_nobody_three_times_is_not_asked_for_a_moment() -> None:
    place = Place()
    for _ in range(3):
        place.hang()

    with pytest.raises(Unreachable, match="3 times in a row") as refused:
        place.call()
    assert place.made == 3
    assert refused.value.code not in TIME_OUTS


def test_other_regions_and_services_are_asked_meanwhile() -> None:
    place = Place()
    for _ in range(3):
        place.hang()

    place.call(region="us-west-2")
    place.call(service="s3")

    assert place.made == 5


def test_after_the_rest_one_call_finds_out_while_the_others_go_on_resting() -> None:
    place = Place()
    for _ in range(3):
        place.hang()
    place.now = 5.0

    place.hang()

    assert place.made == 4
    with pytest.raises(Unreachable):
        place.call()
    assert place.made == 4


def test_an_answer_ends_the_rest() -> None:
    place = Place()
    for _ in range(3):
        place.hang()
    place.now = 5.0

    place.call()
    place.call()

    assert place.made == 5


@pytest.mark.parametrize("error", [Throttled("slow down"), Unreachable("it failed itself"), AwsError("no")])
def test_an_error_that_was_answered_is_an_answer(error: AwsError) -> None:
    place = Place()
    told = type(error)(error.what, where="cloudformation:DescribeStacks in us-east-1 (1)", code="Said")
    place.hang()
    place.hang()
    with pytest.raises(type(error)):
        place.call(told)
    place.hang()
    place.hang()

    place.call()

    assert place.made == 6


def test_the_silence_of_where_credentials_come_from_is_not_held_against_the_place() -> None:
    place = Place()
    for _ in range(5):
        place.hang(where="sts:AssumeRole in us-west-2 (999999999999)")

    place.call()

    assert place.made == 6


def test_levers_are_always_tried() -> None:
    place = Place("cloudwatch")
    for _ in range(5):
        with pytest.raises(Unreachable):
            place.call(Unreachable("no answer in time", code="ReadTimeoutError"), service="cloudwatch")

    place.call(service="cloudwatch")

    assert place.made == 6
