"""Which addresses a network and its subnets have, in each region: written out, so that a reviewer sees them.

A network is divided into 16 equal parts: private subnets take the first ones, public ones begin in the middle, so that
a further zone renumbers nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from troposphere import Template

TABLE = "NetworkAddresses"
SHORTEST_PREFIX, LONGEST_PREFIX = 16, 24
MOST_ZONES = 6
_PART_BITS = 4
# "This network", loopback, link-local and multicast addresses.
_NOBODYS = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
_FIRST_PUBLIC = 8


@dataclass(frozen=True, slots=True)
class Addresses:
    """CIDRs, or where the region's own stand: of the network, and of its subnets by number from 0."""

    network: object
    private: tuple[object, ...]
    public: tuple[object, ...]


def addresses(template: Template, cidr: str, by_region: Mapping[str, str], regions: tuple[str, ...]) -> Addresses:
    """The same everywhere, or by region from a table: conditions know no regions."""
    from troposphere import AWS_REGION, FindInMap, Ref

    if not by_region:
        row = _row(cidr)
        return _addresses({name: str(value) for name, value in row.items()})
    table = {region: _row(by_region.get(region, cidr)) for region in sorted(regions)}
    template.add_mapping(TABLE, table)
    return _addresses({name: FindInMap(TABLE, Ref(AWS_REGION), name) for name in _row(cidr)})


def cidr_faults(path: str, cidr: str) -> Iterator[Fault]:
    """What is no network, or none that can be divided."""
    from ipaddress import IPv4Network

    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        yield Fault(path, f"{cidr!r} is no network: {error}", "write it as 10.0.0.0/16")
        return
    if taken := next((one for one in _NOBODYS if IPv4Network(one).overlaps(network)), None):
        yield Fault(path, f"EC2 makes no network of {cidr!r}: {taken} belongs to nobody", "write it as 10.0.0.0/16")
    if not SHORTEST_PREFIX <= network.prefixlen <= LONGEST_PREFIX:
        message = f"/{network.prefixlen} cannot be divided into subnets"
        yield Fault(path, message, f"choose a length from /{SHORTEST_PREFIX} to /{LONGEST_PREFIX}")


def _row(cidr: str) -> dict[str, str]:
    from ipaddress import IPv4Network

    parts = [str(one) for one in IPv4Network(cidr).subnets(prefixlen_diff=_PART_BITS)]
    private = {f"Private{zone + 1}": parts[zone] for zone in range(MOST_ZONES)}
    public = {f"Public{zone + 1}": parts[_FIRST_PUBLIC + zone] for zone in range(MOST_ZONES)}
    return {"Network": cidr, **private, **public}


def _addresses(row: Mapping[str, object]) -> Addresses:
    zones = range(1, MOST_ZONES + 1)
    return Addresses(
        row["Network"], tuple(row[f"Private{zone}"] for zone in zones), tuple(row[f"Public{zone}"] for zone in zones)
    )
