"""A function inside a network: its subnets and security groups, by the SSM parameters that hold their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.naming import network_parameter_name
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere.awslambda import VPCConfig

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True, slots=True)
class Vpc:
    """The network that infra makes, or one that was there before: then both lists are given."""

    zones: int = option(2, "How many of infra's private subnets, each in another zone.", minimum=1, maximum=6)
    subnets: tuple[str, ...] = option((), "SSM parameters with a subnet's id each, in place of infra's.", unique=True)
    security_groups: tuple[str, ...] = option(
        (), "SSM parameters with a security group's id each, in place of infra's.", unique=True
    )

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        if bool(self.subnets) != bool(self.security_groups):
            missing = "security_groups" if self.subnets else "subnets"
            yield Fault(missing, "is not given, but the other list is", "give both: they belong to one network")


def vpc_config(context: Context, options: Vpc) -> VPCConfig:
    """Resolved by CloudFormation whenever it touches the function: the ids differ by account and region."""
    from troposphere.awslambda import VPCConfig

    infra = tuple(network_parameter_name(context, f"subnets/{number}") for number in range(1, options.zones + 1))
    groups = options.security_groups or (network_parameter_name(context, "functions-sg"),)
    return VPCConfig(SubnetIds=_resolved(options.subnets or infra), SecurityGroupIds=_resolved(groups))


def vpc_statements(function: str) -> list[Statement]:
    """For a function: Lambda makes its network interfaces with its role, on resources nobody can name beforehand.

    The code itself may not: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, "Security best
    practices".
    """
    from troposphere import Sub

    own = Sub(f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{function}")
    return [
        {"Effect": "Allow", "Action": list(_INTERFACES), "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": list(_INTERFACES),
            "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": own}},
        },
    ]


def _resolved(parameters: tuple[str, ...]) -> list[str]:
    return [f"{{{{resolve:ssm:{name}}}}}" for name in parameters]
