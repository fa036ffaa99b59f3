"""A private network in each region: subnets in several zones, endpoints of AWS's services, and no way out by default.

What is in it is found by the SSM parameters `/orchestrator/{application}-{environment}/network/...`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.infra.network_addresses import addresses
from blueprints.infra.network_endpoints import add_endpoints
from blueprints.infra.network_faults import ports_out
from blueprints.infra.network_groups import Groups, add_groups
from blueprints.infra.network_logs import add_flow_logs
from blueprints.infra.network_subnets import add_private, add_public
from blueprints.naming import network_parameter_name

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context
    from blueprints.infra.network_options import NetworkOptions


@dataclass(frozen=True, slots=True)
class Network:
    """What other blocks of the same template refer to. `public` is () where nothing is reached from outside."""

    vpc: Ref
    private: tuple[Ref, ...]
    public: tuple[Ref, ...]
    groups: Groups


def add_network(
    template: Template,
    context: Context,
    options: NetworkOptions,
    *,
    public: bool = False,
    containers: bool = False,
    database_port: int | None = None,
) -> Network:
    """The network of one region, and the parameters in which other stacks find it.

    `public`: with subnets that the Internet reaches, for a load balancer. `containers`: with the endpoints through
    which tasks get their image and write logs, unless there is a NAT. `database_port`: who may reach the database.
    """
    from troposphere import Ref
    from troposphere.ec2 import VPC

    blocks = addresses(template, options.cidr, options.cidrs, context.regions)
    vpc = Ref(
        template.add_resource(
            VPC(
                "Network",
                CidrBlock=blocks.network,
                EnableDnsHostnames=True,
                EnableDnsSupport=True,
                Tags=[{"Key": "Name", "Value": context.prefix}],
            )
        )
    )
    outbound = ports_out(options, containers=containers)
    private = add_private(template, vpc, blocks, zones=options.zones, outbound=outbound)
    outside: tuple[Ref, ...] = ()
    if public or options.nat is not None:
        gateways = 0 if options.nat is None else options.zones if options.nat.per_zone else 1
        outside = add_public(template, vpc, private, blocks, gateways=gateways, outbound=outbound, entered=public)
    groups = add_groups(template, context, vpc, inside=blocks.network, outbound=outbound, database_port=database_port)
    add_endpoints(
        template,
        vpc,
        private,
        inside=blocks.network,
        gateways=options.gateways,
        interfaces=options.endpoints,
        for_containers=containers and options.nat is None,
    )
    if options.flow_logs is not None:
        add_flow_logs(template, context, vpc, options.flow_logs)
    _leave(template, context, Network(vpc, private.subnets, outside, groups))
    return Network(vpc, private.subnets, outside, groups)


def _leave(template: Template, context: Context, network: Network) -> None:
    from troposphere.ssm import Parameter

    left = {
        "Vpc": ("vpc", network.vpc),
        **{f"Subnet{at}": (f"subnets/{at}", one) for at, one in enumerate(network.private, start=1)},
        "FunctionsGroup": ("functions-sg", network.groups.functions),
        "ServicesGroup": ("services-sg", network.groups.services),
        "DatabaseGroup": ("database-sg", network.groups.database),
    }
    for title, (what, value) in left.items():
        name = network_parameter_name(context, what)
        template.add_resource(Parameter(f"Network{title}Parameter", Name=name, Type="String", Value=value))
