"""Security groups of a network: functions, services and databases, and who of them reaches whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.infra.network_faults import HTTPS

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context

_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Groups:
    """Ids of the groups."""

    functions: Ref
    services: Ref
    database: Ref


def add_groups(
    template: Template,
    context: Context,
    vpc: Ref,
    *,
    inside: object,
    outbound: tuple[int, ...],
    database_port: int | None,
) -> Groups:
    """The groups. Functions and services reach `outbound` ports, the database, and endpoints in the network `inside`.

    Names resolve without a rule: security groups do not filter the network's own resolver.
    """
    from troposphere import Ref
    from troposphere.ec2 import SecurityGroup, SecurityGroupRule

    leaving = [_rule(port, _ANYWHERE, "endpoints, and what routes lead to") for port in outbound]
    if HTTPS not in outbound:
        leaving.append(_rule(HTTPS, inside, "endpoints"))
    made = {}
    for title, text in (("Functions", "functions"), ("Services", "containers")):
        group = SecurityGroup(
            f"Network{title}Group",
            GroupDescription=f"{context.prefix}: {text}",
            VpcId=vpc,
            SecurityGroupEgress=[SecurityGroupRule(**one) for one in leaving],
        )
        made[title] = Ref(template.add_resource(group))
    database = SecurityGroup(
        "NetworkDatabaseGroup",
        GroupDescription=f"{context.prefix}: the database and its proxy",
        VpcId=vpc,
        # Without a rule EC2 lets everything out.
        SecurityGroupEgress=[_nowhere()],
    )
    groups = Groups(made["Functions"], made["Services"], Ref(template.add_resource(database)))
    if database_port is not None:
        _let_into_database(template, groups, database_port)
    return groups


def _let_into_database(template: Template, groups: Groups, port: int) -> None:
    """The proxy and the database share a group: one reaches the other by it."""
    callers = {"Functions": groups.functions, "Services": groups.services, "Proxy": groups.database}
    for title, caller in callers.items():
        join(template, f"Network{title}ToDatabase", caller, groups.database, (port, port))


def join(template: Template, title: str, caller: Ref, called: Ref, ports: tuple[int, int]) -> None:
    """Lets one group call another, at both ends. Groups that named each other in themselves would be a circle."""
    from troposphere.ec2 import SecurityGroupEgress, SecurityGroupIngress

    common = {"IpProtocol": "tcp", "FromPort": ports[0], "ToPort": ports[1], "Description": "calls"}
    leaving = SecurityGroupEgress(f"{title}Out", GroupId=caller, DestinationSecurityGroupId=called, **common)
    coming = SecurityGroupIngress(f"{title}In", GroupId=called, SourceSecurityGroupId=caller, **common)
    template.add_resource(leaving)
    template.add_resource(coming)


def _rule(port: int, cidr: object, text: str) -> dict[str, object]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": cidr, "Description": text}


def _nowhere() -> object:
    """A rule that lets nothing out: a kind of message that there is not, to an address that nobody has."""
    from troposphere.ec2 import SecurityGroupRule

    return SecurityGroupRule(IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32")
