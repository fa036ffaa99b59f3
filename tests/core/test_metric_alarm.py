"""The tables of the CloudWatch user guide on missing data: X breaches, 0 does not, - is missing."""

from __future__ import annotations

import pytest

from orchestrator.core.check_health import AlarmState
from orchestrator.core.metric_alarm import AlarmRule, MissingData, Point, alarm_state, statistic_of

NOW = 1_000.0
OK, ALARM, NO_DATA = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


def points(drawn: str, period_s: float = 60.0) -> list[Point]:
    """`0 - X`: the oldest period first, the last one ends now."""
    marks = drawn.split()
    ages = {place: len(marks) - 1 - place for place in range(len(marks))}
    return [
        Point(NOW - ages[place] * period_s - 1, 1.0 if mark == "X" else 0.0)
        for place, mark in enumerate(marks)
        if mark != "-"
    ]


def rule(missing: MissingData = MissingData.MISSING, periods: int = 3) -> AlarmRule:
    return AlarmRule(
        comparison="GreaterThanOrEqualToThreshold",
        threshold=1.0,
        statistic="Maximum",
        evaluation_periods=periods,
        missing=missing,
    )


@pytest.mark.parametrize(
    ("drawn", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", OK, OK, OK, OK),
        ("0 - - - -", OK, NO_DATA, OK, OK),
        ("- - - - -", NO_DATA, NO_DATA, ALARM, OK),
        ("0 X X - X", ALARM, ALARM, ALARM, ALARM),
        ("- - X - -", ALARM, NO_DATA, ALARM, OK),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(
    drawn: str, missing: AlarmState, ignore: AlarmState, breaching: AlarmState, not_breaching: AlarmState
) -> None:
    told = [alarm_state(rule(treatment), points(drawn), now=NOW) for treatment in MissingData]

    assert told == [missing, ignore, breaching, not_breaching]


@pytest.mark.parametrize("before", list(AlarmState))
def test_ignored_missing_data_keeps_the_state(before: AlarmState) -> None:
    assert alarm_state(rule(MissingData.IGNORE), points("- - X - -"), now=NOW, before=before) is before


def test_a_point_counts_from_its_moment_and_for_three_periods() -> None:
    one = [Point(NOW, 1.0)]
    told = [alarm_state(rule(periods=1), one, now=NOW + age) for age in (-1, 0, 59, 179, 181)]

    assert told == [NO_DATA, ALARM, ALARM, ALARM, NO_DATA]


def test_a_period_is_as_long_as_the_rule_says() -> None:
    fast = AlarmRule(comparison="GreaterThanThreshold", threshold=0.0, period_s=6.0)

    assert alarm_state(fast, [Point(NOW, 1.0)], now=NOW + 17) is ALARM
    assert alarm_state(fast, [Point(NOW, 1.0)], now=NOW + 19) is NO_DATA


@pytest.mark.parametrize(
    ("statistic", "comparison", "threshold", "state"),
    [
        ("Average", "GreaterThanThreshold", 2.0, OK),
        ("Average", "GreaterThanOrEqualToThreshold", 2.0, ALARM),
        ("Sum", "GreaterThanThreshold", 5.0, ALARM),
        ("Minimum", "LessThanThreshold", 2.0, ALARM),
        ("Maximum", "LessThanOrEqualToThreshold", 2.0, OK),
        ("SampleCount", "LessThanOrEqualToThreshold", 3.0, ALARM),
        ("tm99", "GreaterThanThreshold", 0.0, NO_DATA),
        ("Sum", "LessThanLowerThreshold", 0.0, NO_DATA),
    ],
)
def test_statistics_and_comparisons(statistic: str, comparison: str, threshold: float, state: AlarmState) -> None:
    given = AlarmRule(comparison=comparison, threshold=threshold, statistic=statistic)

    assert alarm_state(given, [Point(NOW, value) for value in (1.0, 2.0, 3.0)], now=NOW) is state


@pytest.mark.parametrize(
    ("drawn", "datapoints", "expected"),
    [
        ("X 0 X 0 0", 2, ALARM),
        ("X 0 0 0 0", 2, OK),
        ("- - X - X", 3, OK),
        ("- - X X X", 3, ALARM),
        ("X X X X 0", None, OK),
    ],
)
def test_so_many_of_the_periods_must_breach(drawn: str, datapoints: int | None, expected: AlarmState) -> None:
    asked = AlarmRule(
        comparison="GreaterThanOrEqualToThreshold",
        threshold=1.0,
        statistic="Maximum",
        evaluation_periods=5,
        datapoints=datapoints,
        missing=MissingData.NOT_BREACHING,
    )

    assert alarm_state(asked, points(drawn), now=NOW) is expected


@pytest.mark.parametrize(("name", "expected"), [("p50", 2.0), ("p99", 4.0), ("p0", 1.0), ("p99.9", 4.0), ("Sum", 10.0)])
def test_a_percentile_is_the_value_below_which_so_many_lie(name: str, expected: float) -> None:
    statistic = statistic_of(name)

    assert statistic is not None
    assert statistic([4.0, 1.0, 3.0, 2.0]) == expected


@pytest.mark.parametrize("name", ["p", "p101", "px", "tm99", ""])
def test_there_is_no_other_statistic(name: str) -> None:
    assert statistic_of(name) is None
