"""The load balancer of the region, by the name under which its metrics stand: `app/<name>/<id>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.container_names import load_balancer_parameter_name

if TYPE_CHECKING:
    from troposphere import Sub, Template

    from blueprints.context import Context

_TITLE = "LoadBalancerName"


def add_balancer_name(template: Template, context: Context) -> None:
    """Takes up the name that infra left, once for all alarms and graphs.

    CloudFormation looks up 60 such names in a template; three services with their alarms would need more.
    """
    from troposphere.ssm import Parameter

    left = f"{{{{resolve:ssm:{load_balancer_parameter_name(context, 'full-name')}}}}}"
    name = load_balancer_parameter_name(context, "full-name-in-compute")
    template.add_resource(Parameter(_TITLE, Name=name, Type="String", Value=left))


def balancer_name() -> Sub:
    """What `add_balancer_name` took up."""
    from troposphere import Sub

    return Sub(f"${{{_TITLE}.Value}}")
