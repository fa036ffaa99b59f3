"""What a network cannot be in the regions that it stands in, and what could not be reached from inside it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from blueprints.faults import Fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints.context import Context
    from blueprints.infra.network_options import NetworkOptions

HTTPS = 443

# How many zones an account is given there, where not three.
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
_ZONES = {"us-east-1": 6, "us-west-2": 4, "ap-northeast-2": 4, "us-west-1": 2}
_USUAL_ZONES = 3


def network_faults(
    context: Context, options: NetworkOptions | None, *, containers: bool, tables: bool, buckets: bool
) -> Iterator[Fault]:
    """Addresses, zones and ports that do not fit the regions, and stores that nothing inside could reach."""
    if options is None:
        return
    for region in options.cidrs:
        if region not in context.regions:
            message = f"{region!r} is not a region of the application"
            yield Fault(f"network.cidrs.{region}", message, suggestion(region, context.regions))
    yield from _zone_faults(context, options)
    if options.cidrs:
        yield from _address_faults(context, options)
    yield from _way_faults(options, containers=containers)
    if options.nat is None:
        yield from _gateway_faults(options, tables=tables, buckets=buckets and not containers)


def ports_out(options: NetworkOptions, *, containers: bool) -> tuple[int, ...]:
    """Ports to anywhere. Without a NAT the gateway endpoints are all there is: their port is open then."""
    if options.nat is not None or not (options.gateways or containers) or HTTPS in options.outbound:
        return options.outbound
    return (HTTPS, *options.outbound)


def _zone_faults(context: Context, options: NetworkOptions) -> Iterator[Fault]:
    for region in context.regions:
        most = _ZONES.get(region, _USUAL_ZONES)
        if options.zones > most:
            message = f"{options.zones} is more than {region} has ({most})"
            yield Fault("network.zones", message, f"write {most} or less")


def _address_faults(context: Context, options: NetworkOptions) -> Iterator[Fault]:
    """Of what the regions really have: a default that no region uses is compared with nothing."""
    from ipaddress import IPv4Network

    networks = {region: IPv4Network(options.cidrs.get(region, options.cidr)) for region in context.regions}
    first = networks[context.reference_region]
    for region, one in networks.items():
        if one.prefixlen != first.prefixlen:
            message = f"{one} is not as long as the others ({first} in {context.reference_region})"
            yield Fault(f"network.cidrs.{region}", message, "give all regions networks of one size")
    for (region, one), (other, another) in combinations(networks.items(), 2):
        if one.overlaps(another):
            path = f"network.cidrs.{other if other in options.cidrs else region}"
            message = f"{another} in {other} overlaps {one} in {region}: they could never meet"
            yield Fault(path, message, "give each region addresses of its own")


def _way_faults(options: NetworkOptions, *, containers: bool) -> Iterator[Fault]:
    """With a NAT `outbound` alone says what leaves; gateway endpoints answer at public addresses."""
    if options.nat is None or HTTPS in options.outbound:
        return
    if containers:
        yield Fault("network.outbound", f"has no {HTTPS}, by which services get their images", f"add {HTTPS}")
    elif options.gateways:
        message = f"has no {HTTPS}, by which {' and '.join(options.gateways)} are reached through their gateways"
        yield Fault("network.outbound", message, f"add {HTTPS}, or give `gateways: []`")


def _gateway_faults(options: NetworkOptions, *, tables: bool, buckets: bool) -> Iterator[Fault]:
    for gateway, there, what in (("dynamodb", tables, "tables"), ("s3", buckets, "buckets")):
        if there and gateway not in options.gateways:
            message = f"without {gateway!r} nothing inside the network reaches the {what}"
            yield Fault("network.gateways", message, f"add {gateway!r}, which costs nothing")
