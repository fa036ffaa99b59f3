"""Metric math for alarms of the embedded AWS: arithmetic, comparisons, FILL, IF, MAX, MIN and SUM over METRICS().

A period in which a metric of the expression has no value has no value of the expression, and neither has a division by
zero: so CloudWatch has it. What is not understood is no expression (`understood`), and its alarm is told as skipped.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from orchestrator.core.metric_alarm import Point, statistic_of

_OPERATORS: Mapping[type, Callable[[float, float], float]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
    }
)
_OVER_METRICS: Mapping[str, Callable[[Sequence[float]], float]] = MappingProxyType({"MAX": max, "MIN": min, "SUM": sum})

Values = Mapping[str, float | None]


def understood(queries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the `Metrics` of an alarm are metrics and one expression over them that can be worked out here."""
    expressions = [one["Expression"] for one in queries if "Expression" in one]
    if len(expressions) != 1:
        return False
    try:
        value_of(expressions[0], {one["Id"]: 1.0 for one in queries if "MetricStat" in one})
    except (SyntaxError, ValueError):
        return False
    return True


def value_of(expression: str, values: Values) -> float | None:
    """The value of one period from those of the metrics (None: none measured). Raises ValueError, SyntaxError."""
    return _value(ast.parse(expression, mode="eval").body, values)


def points_of(
    queries: Sequence[Mapping[str, Any]],
    measured: Mapping[str, Sequence[Point]],
    *,
    now: float,
    period_s: float,
    periods: int,
) -> list[Point]:
    """One point for each period that has a value, of `periods` counted back from `now`; `measured` by id."""
    (expression,) = (one["Expression"] for one in queries if "Expression" in one)
    statistics = {one["Id"]: statistic_of(one["MetricStat"]["Stat"]) for one in queries if "MetricStat" in one}
    found = []
    for age in range(periods):
        values: dict[str, float | None] = {}
        for name, statistic in statistics.items():
            within = [one.value for one in measured[name] if int((now - one.at) // period_s) == age]
            values[name] = statistic(within) if statistic and within else None
        value = value_of(expression, values)
        if value is not None:
            found.append(Point(now - (age + 0.5) * period_s, value))
    return found


def _value(node: ast.expr, values: Values) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
            return _applied(_OPERATORS.get(type(op)), _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, by]):
            value = _value(filled, values)
            return _value(by, values) if value is None else value
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            chosen = _value(condition, values)
            return None if chosen is None else _value(then if chosen else otherwise, values)
        case ast.Call(func=ast.Name(id=name), args=[ast.Call(func=ast.Name(id="METRICS"), args=[])]) if (
            name in _OVER_METRICS
        ):
            there = [value for value in values.values() if value is not None]
            return _OVER_METRICS[name](there) if there else None
        case _:
            raise ValueError(f"metric math that is not known here: {ast.unparse(node)}")


def _applied(function: Callable[[float, float], float] | None, left: float | None, right: float | None) -> float | None:
    if function is None:
        raise ValueError("an operator of metric math that is not known here")
    if left is None or right is None or (function is operator.truediv and not right):
        return None
    return float(function(left, right))
