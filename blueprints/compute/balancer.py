"""The load balancer of the region: the name under which its metrics stand (`app/<name>/<id>`), and its listener."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.container_names import load_balancer_parameter_name

if TYPE_CHECKING:
    from troposphere import GetAtt, Sub, Template

    from blueprints.context import Context

_TITLE = "LoadBalancerName"
_LISTENER = "LoadBalancerListener"


def add_balancer(template: Template, context: Context) -> None:
    """Takes up what infra left, once for all rules, alarms and graphs.

    CloudFormation looks up 60 such names in a template; three services with their alarms would need more.
    """
    from troposphere.ssm import Parameter

    for title, what in ((_TITLE, "full-name"), (_LISTENER, "listener")):
        left = f"{{{{resolve:ssm:{load_balancer_parameter_name(context, what)}}}}}"
        name = load_balancer_parameter_name(context, f"{what}-in-compute")
        template.add_resource(Parameter(title, Name=name, Type="String", Value=left))


def balancer_name() -> Sub:
    """What `add_balancer` took up."""
    from troposphere import Sub

    return Sub(f"${{{_TITLE}.Value}}")


def balancer_listener() -> GetAtt:
    """The ARN of the listener that `add_balancer` took up."""
    from troposphere import GetAtt

    return GetAtt(_LISTENER, "Value")
