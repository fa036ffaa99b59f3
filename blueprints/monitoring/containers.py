"""What is watched of services in containers: their answers, their tasks, and the load balancer before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

BALANCER = "balancer"
_BALANCERS = "AWS/ApplicationELB"
# What only Container Insights counts.
_COUNTED = frozenset({"DesiredTaskCount", "RunningTaskCount"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedService:
    """`cluster` and `service` are names. `balancer` and `targets` are full names (`GetAtt ... LoadBalancerFullName`,
    `... TargetGroupFullName`), both None for a service that nobody asks."""

    name: str
    cluster: str
    service: str
    balancer: object | None = None
    targets: object | None = None

    def answers(self, name: str, statistic: str) -> Metric:
        """A metric of the answers behind the load balancer."""
        both = (("LoadBalancer", self.balancer), ("TargetGroup", self.targets))
        return Metric(namespace=_BALANCERS, name=name, statistic=statistic, dimensions=both)

    def tasks(self, name: str) -> Metric:
        """A metric of the tasks, all together."""
        dimensions = (("ClusterName", self.cluster), ("ServiceName", self.service))
        namespace = "ECS/ContainerInsights" if name in _COUNTED else "AWS/ECS"
        return Metric(namespace=namespace, name=name, statistic="Average", dimensions=dimensions)


def balancer_metric(balancer: object, name: str, statistic: str = "Sum") -> Metric:
    """A metric of a load balancer by its full name."""
    return Metric(namespace=_BALANCERS, name=name, statistic=statistic, dimensions=(("LoadBalancer", balancer),))


def balancer_watches(balancer: object) -> Iterator[Watch]:
    """Errors of its own, and connections that it refused. Route 53 asks where a region stands by, too."""
    yield Watch(
        kind=kinds.SERVER_ERRORS,
        subject=BALANCER,
        metrics=(
            ("errors", balancer_metric(balancer, "HTTPCode_ELB_5XX_Count")),
            ("requests", balancer_metric(balancer, "RequestCount")),
        ),
        # Requests for which there was no target are not counted as requests.
        expression="100 * errors / (FILL(requests, 0) + errors)",
    )
    yield Watch(
        kind=kinds.REJECTED,
        subject=BALANCER,
        metrics=(("value", balancer_metric(balancer, "RejectedConnectionCount")),),
    )


def service_watches(one: WatchedService) -> Iterator[Watch]:
    """Answers and health of one that is asked; tasks, processor and memory of every one."""
    if one.targets is not None:
        yield from _answer_watches(one)
    yield Watch(
        kind=kinds.MISSING_TASKS,
        subject=one.name,
        metrics=(("wanted", one.tasks("DesiredTaskCount")), ("running", one.tasks("RunningTaskCount"))),
        expression="wanted - FILL(running, 0)",
    )
    for kind, name in ((kinds.SERVICE_CPU, "CPUUtilization"), (kinds.SERVICE_MEMORY, "MemoryUtilization")):
        yield Watch(kind=kind, subject=one.name, metrics=(("value", one.tasks(name)),))


def _answer_watches(one: WatchedService) -> Iterator[Watch]:
    yield Watch(
        kind=kinds.TARGET_ERRORS,
        subject=one.name,
        metrics=(
            ("errors", one.answers("HTTPCode_Target_5XX_Count", "Sum")),
            ("requests", one.answers("RequestCount", "Sum")),
        ),
        expression="100 * errors / requests",
    )
    # Measured in seconds.
    slowest = one.answers("TargetResponseTime", "p99")
    yield Watch(kind=kinds.LATENCY, subject=one.name, metrics=(("value", slowest),), factor=0.001)
    for kind, name in ((kinds.UNHEALTHY_HOSTS, "UnHealthyHostCount"), (kinds.NO_HEALTHY_HOST, "HealthyHostCount")):
        yield Watch(kind=kind, subject=one.name, metrics=(("value", one.answers(name, "Maximum")),))
