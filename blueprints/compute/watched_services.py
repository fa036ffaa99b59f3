"""Services in containers as alarms and dashboards see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.service import service_title
from blueprints.container_names import cluster_name, load_balancer_parameter_name, service_name
from blueprints.monitoring.dashboard import Graph, Line, Row
from blueprints.monitoring.front import container_metric, container_watches, service_watches
from blueprints.monitoring.watch import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from troposphere import Sub

    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context
    from blueprints.monitoring.watch import Watch

_SERVER_ERRORS = "HTTPCode_Target_5XX_Count"


def watches_of_services(context: Context, services: Mapping[str, ServiceOptions]) -> Iterator[Watch]:
    """Answers and health of those behind the load balancer; processor and memory of all."""
    for name, one in services.items():
        if one.paths:
            yield from service_watches(name, balancer=_balancer(context), target_group=_targets(name))
        yield from container_watches(name, cluster=cluster_name(context), service=service_name(context, name))


def service_rows(context: Context, services: Mapping[str, ServiceOptions]) -> tuple[Row, ...]:
    """What users of services meet, and how their tasks are."""
    asked = [name for name, one in services.items() if one.paths]

    def behind(name: str, statistic: str) -> tuple[Line, ...]:
        return tuple(Line(metric=_behind(context, one, name, statistic), label=one) for one in asked)

    def tasks(name: str) -> tuple[Line, ...]:
        return tuple(Line(metric=_of_tasks(context, one, name), label=one) for one in services)

    return (
        Row(
            "Front door of services",
            (
                Graph("Requests to services", behind("RequestCount", "Sum")),
                Graph("Answers 5xx of services", behind(_SERVER_ERRORS, "Sum")),
                Graph("Time to answer p99, s", behind("TargetResponseTime", "p99")),
                Graph("Tasks that can be asked", behind("HealthyHostCount", "Minimum")),
            ),
        ),
        Row(
            "Services",
            (Graph("Processor, %", tasks("CPUUtilization")), Graph("Memory, %", tasks("MemoryUtilization"))),
        ),
    )


def _behind(context: Context, service: str, name: str, statistic: str) -> Metric:
    dimensions = (("TargetGroup", _targets(service)), ("LoadBalancer", _balancer(context)))
    return Metric(namespace="AWS/ApplicationELB", name=name, statistic=statistic, dimensions=dimensions)


def _of_tasks(context: Context, service: str, name: str) -> Metric:
    return container_metric(name, "Average", cluster=cluster_name(context), service=service_name(context, service))


def _balancer(context: Context) -> str:
    """`app/<name>/<id>`, as infra left it."""
    return f"{{{{resolve:ssm:{load_balancer_parameter_name(context, 'full-name')}}}}}"


def _targets(service: str) -> Sub:
    """`targetgroup/<name>/<id>`."""
    from troposphere import Sub

    return Sub(f"${{{service_title(service)}Targets.TargetGroupFullName}}")
