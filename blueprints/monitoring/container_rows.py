"""The rows of the dashboards for services in containers: the load balancer as front door, then the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.monitoring.containers import WatchedService, balancer_metric
from blueprints.monitoring.dashboard import Graph, Line, Row
from blueprints.monitoring.rows import canary_graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blueprints.context import Context


def balancer_row(context: Context, balancer: object, canaries: Sequence[str]) -> Row:
    """What users meet; `balancer` is its full name. Its own 5xx are those that no service gave."""

    def graph(title: str, *lines: tuple[str, str, str]) -> Graph:
        found = ((label, balancer_metric(balancer, name, statistic)) for label, name, statistic in lines)
        return Graph(title, tuple(Line(metric=metric, label=label) for label, metric in found))

    return Row(
        "Front door",
        (
            graph("Requests", ("requests", "RequestCount", "Sum")),
            graph(
                "Answers 4xx and 5xx",
                ("5xx of the load balancer", "HTTPCode_ELB_5XX_Count", "Sum"),
                ("5xx", "HTTPCode_Target_5XX_Count", "Sum"),
                ("4xx", "HTTPCode_Target_4XX_Count", "Sum"),
            ),
            graph("Latency, s", *((share, "TargetResponseTime", share) for share in ("p50", "p99"))),
            graph("Refused connections", ("refused", "RejectedConnectionCount", "Sum")),
            canary_graph(context, canaries),
        ),
    )


def service_row(services: Sequence[WatchedService]) -> Row:
    """How services answer, and how their tasks are."""

    def answers(title: str, name: str, statistic: str) -> Graph:
        asked = (one for one in services if one.targets is not None)
        return Graph(title, tuple(Line(metric=one.answers(name, statistic), label=one.name) for one in asked))

    def tasks(title: str, name: str) -> Graph:
        return Graph(title, tuple(Line(metric=one.tasks(name), label=one.name) for one in services))

    return Row(
        "Services",
        (
            answers("Requests of services", "RequestCount", "Sum"),
            answers("Answers 5xx of services", "HTTPCode_Target_5XX_Count", "Sum"),
            answers("Latency p99 of services, s", "TargetResponseTime", "p99"),
            answers("Tasks that can be asked", "HealthyHostCount", "Minimum"),
            tasks("Tasks", "RunningTaskCount"),
            tasks("Processor, %", "CPUUtilization"),
            tasks("Memory, %", "MemoryUtilization"),
        ),
    )
