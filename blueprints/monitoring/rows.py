"""The rows of the dashboards: front door, functions, queues, data; and all regions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.monitoring.canaries import canary_metric
from blueprints.monitoring.dashboard import Graph, Line, Row
from blueprints.monitoring.data import replication_metric, table_metric
from blueprints.monitoring.events import WAITING, queue_metric, workflow_metric
from blueprints.monitoring.functions import function_metric, warm_metric
from blueprints.monitoring.watch import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from blueprints.context import Context
    from blueprints.monitoring.containers import WatchedService
    from blueprints.monitoring.front import WatchedApi
    from blueprints.monitoring.functions import WatchedFunction

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html: all that there are of warm ones.
WARM_METRICS = (
    ("ProvisionedConcurrencyUtilization", "Maximum"),
    ("ProvisionedConcurrentExecutions", "Maximum"),
    ("ProvisionedConcurrencyInvocations", "Sum"),
    ("ProvisionedConcurrencySpilloverInvocations", "Sum"),
)


def front_row(context: Context, api: WatchedApi, canaries: Sequence[str], blocked: Metric | None) -> Row:
    """What users of an API meet."""
    requests = [("requests", api.metric("Count", "Sum" if api.kind == "http" else "SampleCount"))]
    if blocked is not None:
        requests.append(("blocked", blocked))
    return Row(
        "Front door",
        (
            _graph("Requests", requests),
            _graph("Answers 4xx and 5xx", [(name, api.metric(name, "Sum")) for name in ("5xx", "4xx")]),
            _graph("Latency, ms", [(share, api.metric("Latency", share)) for share in ("p50", "p99")]),
            canary_graph(context, canaries),
        ),
    )


def canary_graph(context: Context, canaries: Sequence[str]) -> Graph:
    """What made-up users meet."""
    return _graph("Canaries, % good", [(name, canary_metric(context, name, "SuccessPercent")) for name in canaries])


def function_row(functions: Sequence[WatchedFunction]) -> Row:
    """What works, and how many of it are warm."""

    def each(name: str, statistic: str) -> list[tuple[str, Metric]]:
        return [(one.name, function_metric(one, name, statistic)) for one in functions]

    warm = [one for one in functions if one.warm]
    return Row(
        "Functions",
        (
            _graph("Calls", each("Invocations", "Sum")),
            _graph("Errors", each("Errors", "Sum")),
            _graph("Duration p99, ms", each("Duration", "p99")),
            _graph("Throttles", each("Throttles", "Sum")),
            _graph("Running at once", each("ConcurrentExecutions", "Maximum")),
            *(
                _graph(name, [(one.name, warm_metric(one, name, statistic)) for one in warm])
                for name, statistic in WARM_METRICS
            ),
        ),
    )


def queue_row(queues: Mapping[str, str], dead: Mapping[str, str], workflows: Mapping[str, object]) -> Row:
    """What waits: full names of queues and of their dead letters, ARNs of workflows, each by the name to show."""
    age = "ApproximateAgeOfOldestMessage"
    return Row(
        "Queues and workflows",
        (
            _graph("Oldest message, s", [(name, queue_metric(queue, age)) for name, queue in queues.items()]),
            _graph("Waiting messages", [(name, queue_metric(queue, WAITING)) for name, queue in queues.items()]),
            _graph("Dead letters", [(name, queue_metric(queue, WAITING)) for name, queue in dead.items()]),
            _graph(
                "Failed workflows",
                [(name, workflow_metric(arn, "ExecutionsFailed")) for name, arn in workflows.items()],
            ),
        ),
    )


def data_row(context: Context, tables: Mapping[str, str], databases: Iterable[tuple[str, Metric]]) -> Row:
    """What keeps the data: full names of tables by the name to show."""

    def each(name: str, statistic: str = "Sum") -> list[tuple[str, Metric]]:
        return [(table, table_metric(full, name, statistic=statistic)) for table, full in tables.items()]

    ways = [(table, full, region) for table, full in tables.items() for region in sorted(context.regions)]
    return Row(
        "Data",
        (
            _graph("Consumed, reads", each("ConsumedReadCapacityUnits")),
            _graph("Consumed, writes", each("ConsumedWriteCapacityUnits")),
            _graph("Throttled", [*each("ReadThrottleEvents"), *each("WriteThrottleEvents")]),
            _graph(
                "Replication, ms",
                [(f"{table} to {region}", replication_metric(full, region)) for table, full, region in ways],
            ),
            _graph("Database", list(databases)),
        ),
    )


def all_regions_rows(
    context: Context,
    functions: Sequence[WatchedFunction],
    services: Sequence[WatchedService],
    canaries: Sequence[str],
    tables: Mapping[str, str],
) -> tuple[Row, ...]:
    """The same in every region, side by side. By names that are the same everywhere: the id of an HTTP API is not,
    nor that of a load balancer."""

    def everywhere(title: str, lines: Sequence[tuple[str, Metric]]) -> Graph:
        return Graph(
            title,
            tuple(
                Line(metric=metric, label=f"{region} {label}".rstrip(), region=region)
                for region in context.regions
                for label, metric in lines
            ),
        )

    def each(title: str, name: str, statistic: str) -> Graph:
        return everywhere(title, [(one.name, function_metric(one, name, statistic)) for one in functions])

    def of_services(title: str, name: str) -> Graph:
        return everywhere(title, [(one.name, one.tasks(name)) for one in services])

    return (
        Row(
            "What users meet",
            (
                everywhere(
                    "Canaries, % good", [(name, canary_metric(context, name, "SuccessPercent")) for name in canaries]
                ),
                each("Calls", "Invocations", "Sum"),
                each("Errors", "Errors", "Sum"),
                each("Duration p99, ms", "Duration", "p99"),
                each("Throttles", "Throttles", "Sum"),
            ),
        ),
        Row(
            "Services",
            (
                of_services("Tasks", "RunningTaskCount"),
                of_services("Processor, %", "CPUUtilization"),
                of_services("Memory, %", "MemoryUtilization"),
            ),
        ),
        Row(
            "Data",
            (
                Graph(
                    "Replication, ms",
                    tuple(
                        Line(metric=replication_metric(full, to), label=f"{region} {table} to {to}", region=region)
                        for region in context.regions
                        for table, full in tables.items()
                        for to in sorted(context.regions)
                        if to != region
                    ),
                ),
            ),
        ),
    )


def _graph(title: str, lines: Sequence[tuple[str, Metric]]) -> Graph:
    return Graph(title, tuple(Line(metric=metric, label=label) for label, metric in lines))
