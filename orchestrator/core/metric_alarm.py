"""What a CloudWatch alarm, or a health check that follows its data stream, makes of a metric's points.

Source: CloudWatch user guide, "Evaluating an alarm" and "Configuring how alarms treat missing data"; the evaluation
range of two periods more than are evaluated is read from the guide's tables. No metric math: see
orchestrator/local/metric_math.py. Route 53 refuses alarms with metric math, M out of N and percentiles.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from types import MappingProxyType

from orchestrator.core.check_health import AlarmState

MORE_PERIODS = 2
"""Periods that are looked at beyond those that are evaluated."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        "GreaterThanOrEqualToThreshold": operator.ge,
        "GreaterThanThreshold": operator.gt,
        "LessThanOrEqualToThreshold": operator.le,
        "LessThanThreshold": operator.lt,
    }
)
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = MappingProxyType(
    {
        "Average": lambda values: sum(values) / len(values),
        "Maximum": max,
        "Minimum": min,
        "SampleCount": lambda values: float(len(values)),
        "Sum": sum,
    }
)


class MissingData(Enum):
    """TreatMissingData, in CloudWatch's words."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """The part of an alarm that decides: `datapoints` of the periods must breach, all of them unless it is given.

    Raises nothing: an unknown comparison or statistic never has enough data.
    """

    comparison: str
    threshold: float
    statistic: str = "Average"
    period_s: float = 60.0
    evaluation_periods: int = 1
    datapoints: int | None = None
    missing: MissingData = MissingData.MISSING


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a metric, `at` in seconds of any clock."""

    at: float
    value: float


def alarm_state(
    rule: AlarmRule, points: Iterable[Point], *, now: float, before: AlarmState = AlarmState.INSUFFICIENT_DATA
) -> AlarmState:
    """The state that the points give. `before` is the state so far, which `ignore` keeps when data is missing.

    Periods are counted back from `now`, so that a point counts from the moment when it is written.
    """
    compare, statistic = _COMPARISONS.get(rule.comparison), statistic_of(rule.statistic)
    if compare is None or statistic is None:
        return AlarmState.INSUFFICIENT_DATA
    periods = _periods(rule, points, now)
    found = [compare(statistic(values), rule.threshold) for values in periods if values]
    latest = found[: rule.evaluation_periods]
    missing = rule.evaluation_periods - len(latest)
    match rule.missing:
        case MissingData.BREACHING:
            latest += [True] * missing
        case MissingData.NOT_BREACHING:
            latest += [False] * missing
        case MissingData.IGNORE if missing:
            return before
        case MissingData.MISSING | MissingData.IGNORE if not latest:
            return AlarmState.INSUFFICIENT_DATA
        case _:
            pass
    # As many as the guide's tables show: where fewer were found than are asked for, all of them.
    needed = min(rule.datapoints or rule.evaluation_periods, len(latest))
    return AlarmState.ALARM if sum(latest) >= needed else AlarmState.OK


def statistic_of(name: str) -> Callable[[Sequence[float]], float] | None:
    """What makes one value of a period's values, by CloudWatch's name: `Sum`, `p99`; None when there is no such one."""
    if found := _STATISTICS.get(name):
        return found
    share = name[1:] if name[:1] == "p" else ""
    if not share.replace(".", "", 1).isdecimal() or not 0 <= float(share) <= 100:
        return None

    def percentile(values: Sequence[float]) -> float:
        ordered = sorted(values)
        return ordered[max(0, ceil(float(share) / 100 * len(ordered)) - 1)]

    return percentile


def _periods(rule: AlarmRule, points: Iterable[Point], now: float) -> list[list[float]]:
    """The values of each period of the evaluation range, the latest period first."""
    periods: list[list[float]] = [[] for _ in range(rule.evaluation_periods + MORE_PERIODS)]
    for point in points:
        age = int((now - point.at) // rule.period_s)
        if 0 <= age < len(periods):
            periods[age].append(point.value)
    return periods
