"""Metric math as the alarms of the shipped templates use it: pure, without the embedded AWS."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.metric_alarm import Point
from orchestrator.local.metric_math import points_of, understood, value_of


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("100 * errors / calls", {"errors": 1.0, "calls": 20.0}, 5.0),
        ("100 * errors / calls", {"errors": 1.0, "calls": None}, None),
        ("100 * errors / calls", {"errors": 1.0, "calls": 0.0}, None),
        ("FILL(reads, 0) + FILL(writes, 0)", {"reads": None, "writes": 3.0}, 3.0),
        ("IF(calls > 10, errors, 0)", {"calls": 11.0, "errors": 2.0}, 2.0),
        ("IF(calls > 10, errors, 0)", {"calls": 10.0, "errors": 2.0}, 0.0),
        ("IF(calls > 10, errors, 0)", {"calls": None, "errors": 2.0}, None),
        ("MAX(METRICS())", {"m0": 1.0, "m1": 7.0, "m2": None}, 7.0),
        ("MAX(METRICS())", {"m0": None}, None),
    ],
)
def test_a_period_has_the_value_that_its_metrics_give(
    expression: str, values: dict[str, float | None], expected: float | None
) -> None:
    assert value_of(expression, values) == expected


def queries(*expressions: str) -> list[dict[str, Any]]:
    metrics = [{"Id": name, "MetricStat": {"Stat": "Sum"}} for name in ("errors", "calls")]
    return [*metrics, *({"Id": f"e{at}", "Expression": one} for at, one in enumerate(expressions))]


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (("errors / calls",), True),
        (("ANOMALY_DETECTION_BAND(calls, 3)",), False),
        (("errors / others",), False),
        (("errors ** calls",), False),
        (("errors /",), False),
        (("errors", "calls"), False),
        ((), False),
    ],
)
def test_what_is_not_known_is_not_guessed(expressions: tuple[str, ...], expected: bool) -> None:
    assert understood(queries(*expressions)) is expected


def test_each_period_is_worked_out_by_itself_and_an_empty_one_has_no_point() -> None:
    measured = {
        "errors": [Point(99.0, 1.0), Point(98.0, 1.0), Point(75.0, 0.0)],
        "calls": [Point(99.0, 4.0), Point(75.0, 8.0)],
    }

    points = points_of(queries("errors / calls"), measured, now=100.0, period_s=10.0, periods=4)

    assert points == [Point(95.0, 0.5), Point(75.0, 0.0)]
