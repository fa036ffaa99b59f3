"""How many tasks of a service run: limits by the role of the region, and in between as the load asks.

The number belongs to Application Auto Scaling alone. A standby idles at its own, smaller limit and grows from there
when users come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.balancer import balancer_name
from blueprints.container_names import cluster_name, service_name
from blueprints.faults import Fault
from blueprints.options import option
from blueprints.regional import by_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Sub, Template

    from blueprints.context import Context

DIMENSION = "ecs:service:DesiredCount"


@dataclass(frozen=True, slots=True)
class ScalingOptions:
    """Limits and aims. Without any aim the number stays at the least."""

    minimum: int = option(2, "Tasks at least, in the primary region.", minimum=1)
    maximum: int = option(10, "Tasks at most.", minimum=1)
    standby: int = option(
        1, "Tasks at least in a region that stands by; 0 only for a service without paths.", minimum=0
    )
    standby_maximum: int | None = option(None, "Tasks at most there; by default as in the primary region.", minimum=0)
    cpu: int | None = option(60, "Percent of the processor in use to aim at; null for none.", minimum=10, maximum=90)
    requests: int | None = option(None, "Requests a minute for each task to aim at.", minimum=1)
    out_cooldown: int = option(60, "Seconds until more tasks are added again.", minimum=0, maximum=3600)
    in_cooldown: int = option(300, "Seconds until more tasks are taken away again.", minimum=0, maximum=3600)

    def faults(self) -> Iterator[Fault]:
        """Limits that exclude each other."""
        most = self.most_standby()
        if self.minimum > self.maximum:
            yield Fault("maximum", f"{self.maximum} is less than the minimum of {self.minimum}", "exchange them")
        if self.standby > most:
            path = "standby" if self.standby_maximum is None else "standby_maximum"
            yield Fault(path, f"a standby has {self.standby} tasks at least and {most} at most", "exchange them")

    def most_standby(self) -> int:
        """Tasks at most in a region that stands by."""
        return self.maximum if self.standby_maximum is None else self.standby_maximum


def add_scaling(
    template: Template, context: Context, title: str, name: str, options: ScalingOptions, *, group: str | None
) -> None:
    """The limits, and a policy for each aim. `group` is the logical id of the service's target group."""
    from troposphere import Ref
    from troposphere.applicationautoscaling import (
        PredefinedMetricSpecification,
        ScalableTarget,
        ScalingPolicy,
        TargetTrackingScalingPolicyConfiguration,
    )

    target = ScalableTarget(
        f"{title}Scaling",
        DependsOn=[title],
        ServiceNamespace="ecs",
        ScalableDimension=DIMENSION,
        ResourceId=f"service/{cluster_name(context)}/{service_name(context, name)}",
        MinCapacity=by_role(template, options.minimum, options.standby),
        MaxCapacity=by_role(template, options.maximum, options.most_standby()),
    )
    template.add_resource(target)
    aims: list[tuple[str, int, dict[str, object]]] = []
    if options.cpu is not None:
        aims.append(("Cpu", options.cpu, {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}))
    if options.requests is not None and group is not None:
        counted = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": _label(group)}
        aims.append(("Requests", options.requests, counted))
    for what, aim, metric in aims:
        template.add_resource(
            ScalingPolicy(
                f"{title}By{what}",
                PolicyName=f"{service_name(context, name)}-by-{what.lower()}",
                PolicyType="TargetTrackingScaling",
                ScalingTargetId=Ref(target),
                TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
                    PredefinedMetricSpecification=PredefinedMetricSpecification(**metric),
                    TargetValue=aim,
                    ScaleOutCooldown=options.out_cooldown,
                    ScaleInCooldown=options.in_cooldown,
                ),
            )
        )


def _label(group: str) -> Sub:
    """`app/<load balancer>/<id>/targetgroup/<group>/<id>`."""
    from troposphere import Sub

    return Sub(f"{balancer_name().data['Fn::Sub']}/${{{group}.TargetGroupFullName}}")
