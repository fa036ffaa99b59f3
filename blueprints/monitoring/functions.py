"""What is watched of a function: calls, errors, throttles, duration, and what its options make worth watching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch
from blueprints.naming import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints.monitoring.kinds import Kind

NAMESPACE = "AWS/Lambda"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFunction:
    """`name` as the options have it, `full_name` as AWS does. `reserved` is how many may run at once.

    `warm`: some are kept warm at the alias. `asynchronous`: events come that nobody waits for. `reads_streams`: Lambda
    reads a stream for it. `insights`: Lambda Insights measures it.
    """

    name: str
    full_name: str
    timeout_s: int
    reserved: int | None = None
    warm: bool = False
    asynchronous: bool = False
    reads_streams: bool = False
    insights: bool = False


def function_watches(function: WatchedFunction) -> Iterator[Watch]:
    """Every kind of alarm that this function can have."""
    errors, calls = function_metric(function, "Errors", "Sum"), function_metric(function, "Invocations", "Sum")
    yield Watch(
        kind=kinds.ERROR_RATE,
        subject=function.name,
        metrics=(("errors", errors), ("calls", calls)),
        expression="100 * errors / calls",
    )
    yield _plain(function, kinds.ERROR_COUNT, errors)
    yield _plain(function, kinds.THROTTLES, function_metric(function, "Throttles", "Sum"))
    yield _plain(function, kinds.DURATION, function_metric(function, "Duration", "p99"), factor=function.timeout_s * 10)
    yield Watch(kind=kinds.INVOCATIONS, subject=function.name, metrics=(("calls", calls),), only_primary=True)
    yield _plain(function, kinds.ANOMALY, calls)
    if function.reserved:
        running = function_metric(function, "ConcurrentExecutions", "Maximum")
        yield _plain(function, kinds.CONCURRENCY, running, factor=function.reserved / 100)
    if function.insights:
        memory = Metric(
            namespace="LambdaInsights",
            name="memory_utilization",
            statistic="Maximum",
            dimensions=(("function_name", function.full_name),),
        )
        yield _plain(function, kinds.MEMORY, memory)
    if function.warm:
        yield _plain(function, kinds.SPILLOVER, warm_metric(function, "ProvisionedConcurrencySpilloverInvocations"))
    if function.asynchronous:
        yield _plain(function, kinds.DROPPED_EVENTS, function_metric(function, "AsyncEventsDropped", "Sum"))
    if function.reads_streams:
        yield _plain(function, kinds.ITERATOR_AGE, function_metric(function, "IteratorAge", "Maximum"), factor=1000)


def warm_metric(function: WatchedFunction, name: str, statistic: str = "Sum") -> Metric:
    """What Lambda measures of warm ones, at the alias."""
    dimensions = (("FunctionName", function.full_name), ("Resource", f"{function.full_name}:{ALIAS}"))
    return Metric(namespace=NAMESPACE, name=name, statistic=statistic, dimensions=dimensions)


def function_metric(function: WatchedFunction, name: str, statistic: str) -> Metric:
    """A metric of a function, all its versions together."""
    return Metric(
        namespace=NAMESPACE, name=name, statistic=statistic, dimensions=(("FunctionName", function.full_name),)
    )


def _plain(function: WatchedFunction, kind: Kind, metric: Metric, *, factor: float = 1.0) -> Watch:
    return Watch(kind=kind, subject=function.name, metrics=(("value", metric),), factor=factor)
