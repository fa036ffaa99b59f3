"""How the load balancer leads to a service: a target group with its health check, and a rule for its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.container_names import load_balancer_parameter_name, target_group_name
from blueprints.naming import network_parameter_name
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context

_LAST = 50_000


def add_route(template: Template, context: Context, title: str, name: str, options: ServiceOptions) -> str:
    """The target group and the rule `{title}Route` of infra's listener; returns the logical id of the group."""
    from troposphere import Ref
    from troposphere.elasticloadbalancingv2 import (
        Condition,
        ListenerRule,
        ListenerRuleAction,
        Matcher,
        PathPatternConfig,
        TargetGroup,
        TargetGroupAttribute,
    )

    health = options.health
    attributes = {
        "deregistration_delay.timeout_seconds": str(health.drain),
        # A task that answers worse than the others is asked less, before it fails its health check.
        "load_balancing.algorithm.type": "weighted_random",
        "load_balancing.algorithm.anomaly_mitigation": "on",
    }
    group = TargetGroup(
        f"{title}Targets",
        Name=target_group_name(context, name, options.port),
        TargetType="ip",
        Protocol="HTTP",
        Port=options.port,
        VpcId=f"{{{{resolve:ssm:{network_parameter_name(context, 'vpc')}}}}}",
        HealthCheckPath=health.path,
        HealthCheckProtocol="HTTP",
        HealthCheckIntervalSeconds=health.interval,
        HealthCheckTimeoutSeconds=health.timeout,
        HealthyThresholdCount=health.healthy,
        UnhealthyThresholdCount=health.unhealthy,
        Matcher=Matcher(HttpCode=health.codes),
        TargetGroupAttributes=[TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()],
    )
    template.add_resource(group)
    template.add_resource(
        ListenerRule(
            f"{title}Route",
            ListenerArn=f"{{{{resolve:ssm:{load_balancer_parameter_name(context, 'listener')}}}}}",
            Priority=options.priority,
            Conditions=[
                Condition(Field="path-pattern", PathPatternConfig=PathPatternConfig(Values=list(options.paths)))
            ],
            Actions=[ListenerRuleAction(Type="forward", TargetGroupArn=Ref(group))],
        )
    )
    return f"{title}Targets"


def add_waiting(template: Template, context: Context) -> None:
    """Until there is a service: the load balancer itself answers everything, with the release that is deployed.

    The first image can be pushed once infra has made a place for it, and a deployment must get that far. A service's
    own rule comes before this one, which goes only after the service has come.
    """
    from troposphere import Sub
    from troposphere.elasticloadbalancingv2 import (
        Condition,
        FixedResponseConfig,
        ListenerRule,
        ListenerRuleAction,
        PathPatternConfig,
    )

    declare(template, RELEASE)
    said = Sub(f'{{"waiting": "for the first service", "release": "${{{RELEASE}}}"}}')
    answer = FixedResponseConfig(StatusCode="200", ContentType="application/json", MessageBody=said)
    template.add_resource(
        ListenerRule(
            "WaitingRoute",
            ListenerArn=f"{{{{resolve:ssm:{load_balancer_parameter_name(context, 'listener')}}}}}",
            Priority=_LAST,
            Conditions=[Condition(Field="path-pattern", PathPatternConfig=PathPatternConfig(Values=["/*"]))],
            Actions=[ListenerRuleAction(Type="fixed-response", FixedResponseConfig=answer)],
        )
    )
