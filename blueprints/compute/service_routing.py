"""How the load balancer leads to a service: a target group with its health check, and a rule for its paths.

ECS takes a target group only once a listener leads to it, and users must not be led to one that has no healthy tasks.
So a rule that nobody meets comes first, then the service, and the rule that users meet once CloudFormation has seen the
service stable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from blueprints.compute.balancer import balancer_listener
from blueprints.compute.service_options import MOST_PRIORITY
from blueprints.container_names import target_group_name
from blueprints.naming import network_parameter_name
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from troposphere import Template
    from troposphere.elasticloadbalancingv2 import Condition, ListenerRuleAction

    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context

_LAST = 50_000
_AFTER_ROUTES: Final = MOST_PRIORITY + 1
# Each task is registered with its own port. One of the group's would make another port another, empty group.
_PORT = 80
# https://www.rfc-editor.org/rfc/rfc2606 and https://www.rfc-editor.org/rfc/rfc5737: neither a name nor an address that
# anybody has. Both must fit, so that a made-up Host header is no way to paths that lead nowhere.
_NOBODYS_HOST, _NOBODYS_ADDRESS = "held.invalid", "192.0.2.0/32"


def holding_title(title: str) -> str:
    """The rule that ties the target group of a service to the listener, for ECS to take it."""
    return f"{title}Held"


def add_targets(template: Template, context: Context, title: str, name: str, options: ServiceOptions) -> str:
    """The target group and the rule that nobody meets; returns the logical id of the group."""
    from troposphere.elasticloadbalancingv2 import (
        Condition,
        HostHeaderConfig,
        Matcher,
        SourceIpConfig,
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
        _targets(title),
        Name=target_group_name(context, name),
        TargetType="ip",
        Protocol="HTTP",
        Port=_PORT,
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
    nobody = [
        Condition(Field="host-header", HostHeaderConfig=HostHeaderConfig(Values=[_NOBODYS_HOST])),
        Condition(Field="source-ip", SourceIpConfig=SourceIpConfig(Values=[_NOBODYS_ADDRESS])),
    ]
    _add_rule(template, holding_title(title), options.priority + _AFTER_ROUTES, nobody, _to(title))
    return _targets(title)


def add_route(template: Template, title: str, options: ServiceOptions) -> None:
    """The rule that leads the service's paths to its targets, once the service is stable."""
    from troposphere.elasticloadbalancingv2 import Condition, PathPatternConfig

    paths = [Condition(Field="path-pattern", PathPatternConfig=PathPatternConfig(Values=list(options.paths)))]
    _add_rule(template, f"{title}Route", options.priority, paths, _to(title), after=title)


def add_waiting(template: Template) -> None:
    """Until there is a service: the load balancer itself answers everything, with the release that is deployed.

    The first image can be pushed once infra has made a place for it, and a deployment must get that far. A service's
    own rule comes before this one, which goes only after the service has come.
    """
    from troposphere import Sub
    from troposphere.elasticloadbalancingv2 import (
        Condition,
        FixedResponseConfig,
        ListenerRuleAction,
        PathPatternConfig,
    )

    declare(template, RELEASE)
    said = Sub(f'{{"waiting": "for the first service", "release": "${{{RELEASE}}}"}}')
    answer = FixedResponseConfig(StatusCode="200", ContentType="application/json", MessageBody=said)
    everything = [Condition(Field="path-pattern", PathPatternConfig=PathPatternConfig(Values=["/*"]))]
    answering = ListenerRuleAction(Type="fixed-response", FixedResponseConfig=answer)
    _add_rule(template, "WaitingRoute", _LAST, everything, answering)


def _targets(title: str) -> str:
    return f"{title}Targets"


def _to(title: str) -> ListenerRuleAction:
    from troposphere import Ref
    from troposphere.elasticloadbalancingv2 import ListenerRuleAction

    return ListenerRuleAction(Type="forward", TargetGroupArn=Ref(_targets(title)))


def _add_rule(
    template: Template,
    rule: str,
    priority: int,
    conditions: list[Condition],
    action: ListenerRuleAction,
    *,
    after: str = "",
) -> None:
    from troposphere.elasticloadbalancingv2 import ListenerRule

    template.add_resource(
        ListenerRule(
            rule,
            ListenerArn=balancer_listener(),
            Priority=priority,
            Conditions=conditions,
            Actions=[action],
            **({"DependsOn": [after]} if after else {}),
        )
    )
