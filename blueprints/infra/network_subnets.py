"""Subnets of a network with their routes and access lists: private ones, and public ones where something comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troposphere import Ref, Template

    from blueprints.infra.network_addresses import Addresses

_ANYWHERE = "0.0.0.0/0"
_TCP, _ANY_PROTOCOL = 6, -1
_ANSWERS = (1024, 65535)


@dataclass(frozen=True, slots=True)
class Private:
    """Private subnets, each with a route table of its own: where the way out leads may differ by zone."""

    subnets: tuple[Ref, ...]
    tables: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class _Allowed:
    """A rule of an access list. `ports` None: every protocol."""

    number: int
    source: object
    ports: tuple[int, int] | None = None


def add_private(template: Template, vpc: Ref, blocks: Addresses, *, zones: int, outbound: tuple[int, ...]) -> Private:
    """One private subnet in each zone.

    Access lists know no state and no names: answers of S3 and DynamoDB, which come by a gateway endpoint, arrive at
    high ports from public addresses.
    """
    from troposphere import Ref

    inside = blocks.network
    subnets, tables = [], []
    acl = _add_access_list(
        template,
        "NetworkPrivate",
        vpc,
        inbound=[_Allowed(100, inside), _Allowed(200, _ANYWHERE, _ANSWERS)],
        outbound=[_Allowed(100, inside), *_ports(outbound)],
    )
    for zone in range(zones):
        title = f"NetworkPrivate{zone + 1}"
        subnets.append(_add_subnet(template, title, vpc, acl, block=blocks.private[zone], zone=zone))
        tables.append(_add_table(template, title, vpc))
    return Private(tuple(Ref(one) for one in subnets), tuple(Ref(one) for one in tables))


def add_public(
    template: Template,
    vpc: Ref,
    private: Private,
    blocks: Addresses,
    *,
    gateways: int,
    outbound: tuple[int, ...],
    entered: bool,
) -> tuple[Ref, ...]:
    """Public subnets in the zones of the private ones; with `gateways`, so many NAT gateways for those.

    `entered`: the Internet may ask at 443 and 80. Nothing in these subnets gets a public address by itself.
    """
    from troposphere import Ref
    from troposphere.ec2 import InternetGateway, Route, VPCGatewayAttachment

    internet = Ref(template.add_resource(InternetGateway("NetworkInternet")))
    template.add_resource(VPCGatewayAttachment("NetworkInternetAttachment", VpcId=vpc, InternetGatewayId=internet))
    inside = blocks.network
    doors = [_Allowed(300 + port, _ANYWHERE, (port, port)) for port in (80, 443)] if entered else []
    acl = _add_access_list(
        template,
        "NetworkPublic",
        vpc,
        inbound=[_Allowed(100, inside), _Allowed(200, _ANYWHERE, _ANSWERS), *doors],
        outbound=[_Allowed(100, inside), _Allowed(200, _ANYWHERE, _ANSWERS), *_ports(outbound if gateways else ())],
    )
    subnets = []
    for zone in range(len(private.subnets)):
        title = f"NetworkPublic{zone + 1}"
        subnets.append(_add_subnet(template, title, vpc, acl, block=blocks.public[zone], zone=zone))
        table = _add_table(template, title, vpc)
        template.add_resource(
            Route(
                f"{title}Out",
                DependsOn=["NetworkInternetAttachment"],
                RouteTableId=Ref(table),
                DestinationCidrBlock=_ANYWHERE,
                GatewayId=internet,
            )
        )
    if gateways:
        _add_nat(template, subnets[:gateways], private.tables)
    return tuple(Ref(one) for one in subnets)


def _add_nat(template: Template, subnets: list[str], tables: tuple[Ref, ...]) -> None:
    from troposphere import GetAtt, Ref
    from troposphere.ec2 import EIP, NatGateway, Route

    made = []
    for at, subnet in enumerate(subnets, start=1):
        address = EIP(f"NetworkNat{at}Address", DependsOn=["NetworkInternetAttachment"], Domain="vpc")
        template.add_resource(address)
        nat = NatGateway(f"NetworkNat{at}", AllocationId=GetAtt(address, "AllocationId"), SubnetId=Ref(subnet))
        made.append(Ref(template.add_resource(nat)))
    for at, table in enumerate(tables):
        template.add_resource(
            Route(
                f"NetworkPrivate{at + 1}Out",
                RouteTableId=table,
                DestinationCidrBlock=_ANYWHERE,
                NatGatewayId=made[min(at, len(made) - 1)],
            )
        )


def _add_subnet(template: Template, title: str, vpc: Ref, acl: Ref, *, block: object, zone: int) -> str:
    from troposphere import AWS_REGION, GetAZs, Ref, Select
    from troposphere.ec2 import Subnet, SubnetNetworkAclAssociation

    template.add_resource(
        Subnet(
            title,
            VpcId=vpc,
            CidrBlock=block,
            AvailabilityZone=Select(zone, GetAZs(Ref(AWS_REGION))),
            MapPublicIpOnLaunch=False,
        )
    )
    association = SubnetNetworkAclAssociation(f"{title}AccessListUse", SubnetId=Ref(title), NetworkAclId=acl)
    template.add_resource(association)
    return title


def _add_table(template: Template, title: str, vpc: Ref) -> str:
    from troposphere import Ref
    from troposphere.ec2 import RouteTable, SubnetRouteTableAssociation

    template.add_resource(RouteTable(f"{title}Routes", VpcId=vpc))
    template.add_resource(
        SubnetRouteTableAssociation(f"{title}RoutesUse", SubnetId=Ref(title), RouteTableId=Ref(f"{title}Routes"))
    )
    return f"{title}Routes"


def _ports(ports: tuple[int, ...]) -> list[_Allowed]:
    return [_Allowed(300 + at, _ANYWHERE, (port, port)) for at, port in enumerate(ports)]


def _add_access_list(
    template: Template, title: str, vpc: Ref, *, inbound: Iterable[_Allowed], outbound: Iterable[_Allowed]
) -> Ref:
    from troposphere import Ref
    from troposphere.ec2 import NetworkAcl, NetworkAclEntry, PortRange

    acl = Ref(template.add_resource(NetworkAcl(f"{title}AccessList", VpcId=vpc)))
    for way, egress, rules in (("In", False, inbound), ("Out", True, outbound)):
        for rule in rules:
            ports = {"PortRange": PortRange(From=rule.ports[0], To=rule.ports[1])} if rule.ports else {}
            template.add_resource(
                NetworkAclEntry(
                    f"{title}{way}{rule.number}",
                    NetworkAclId=acl,
                    RuleNumber=rule.number,
                    Protocol=_TCP if rule.ports else _ANY_PROTOCOL,
                    RuleAction="allow",
                    Egress=egress,
                    CidrBlock=rule.source,
                    **ports,
                )
            )
    return acl
