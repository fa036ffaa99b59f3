"""Where a drill's alarms are looked for, and which of them nobody has."""

from __future__ import annotations

import pytest

from orchestrator.core.drill_alarms import alarms_by_place, unknown_alarm, unknown_alarms
from orchestrator.core.plan import Severity

ONE, TWO, ELSEWHERE = ("111111111111", "us-west-2"), ("222222222222", "us-west-2"), ("333333333333", "eu-west-1")
ARN = "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:checkout: errors"
NO_ALARM = "arn:aws:sns:eu-west-1:333333333333:topic:errors"


def test_a_name_is_asked_for_everywhere_and_an_arn_in_its_own_place() -> None:
    assert alarms_by_place(("errors", ARN, "errors"), (ONE, TWO, ONE)) == {
        ONE: ("errors",),
        TWO: ("errors",),
        ELSEWHERE: ("checkout: errors",),
    }


def test_without_alarms_nobody_is_asked() -> None:
    assert alarms_by_place((), (ONE, TWO)) == {}


def test_an_arn_of_something_else_is_only_a_name() -> None:
    assert alarms_by_place((NO_ALARM,), (ONE,)) == {ONE: (NO_ALARM,)}


GONE = frozenset({"errors"})


@pytest.mark.parametrize(
    ("alarm", "missing", "unknown"),
    [
        ("errors", {ONE: GONE, TWO: GONE}, True),
        ("errors", {ONE: GONE, TWO: frozenset()}, False),
        ("errors", {ONE: GONE}, False),
        ("others", {ONE: GONE, TWO: GONE}, False),
        (ARN, {ELSEWHERE: frozenset({"checkout: errors"})}, True),
        (ARN, {ELSEWHERE: frozenset()}, False),
        (ARN, {}, False),
    ],
    ids=["nowhere", "in one place", "one cannot be asked", "there", "arn gone", "arn there", "arn cannot be asked"],
)
def test_an_alarm_is_unknown_when_every_place_could_be_asked_and_none_has_it(
    alarm: str, missing: dict[tuple[str, str], frozenset[str]], unknown: bool
) -> None:
    assert list(unknown_alarms((alarm, alarm), (ONE, TWO), missing)) == ([alarm] if unknown else [])


def test_where_nobody_takes_over_nothing_is_unknown() -> None:
    assert list(unknown_alarms(("errors",), (), {})) == []


def test_an_unknown_alarm_warns_and_forbids_nothing() -> None:
    found = unknown_alarm("errors", "regions.yaml")

    assert (found.rule, found.severity, found.where) == ("alarm-unknown", Severity.WARNING, "regions.yaml")
    assert "errors is in no account and region that takes over" in found.message
