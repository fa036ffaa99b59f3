"""Everything that can be said of a network, and what is wrong with it wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.infra.network_addresses import MOST_ZONES, cidr_faults
from blueprints.infra.network_endpoints import GATEWAYS, INTERFACES
from blueprints.infra.network_logs import FlowLogs
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PORTS = 15
"""An access list takes 20 entries in each direction; some are for answers and for the network itself.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""


@dataclass(frozen=True, slots=True)
class NatOptions:
    """A way out to the Internet, paid for by the hour in every region."""

    per_zone: bool = option(True, "A gateway in each zone; false: one for all, lost with its zone.")


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The network of each region."""

    cidr: str = option("10.0.0.0/16", "Addresses of each region's network, from /16 to /24.")
    cidrs: Mapping[str, str] = option({}, "Addresses by region, where networks will meet. All have the same length.")
    zones: int = option(2, "Private subnets, each in another zone.", minimum=2, maximum=MOST_ZONES)
    gateways: tuple[str, ...] = option(
        GATEWAYS, "Gateway endpoints, which cost nothing.", choices=GATEWAYS, unique=True
    )
    endpoints: tuple[str, ...] = option(
        (), "Interface endpoints, paid for by hour and zone.", choices=INTERFACES, unique=True
    )
    nat: NatOptions | None = option(None, "Let what is inside reach the Internet.")
    outbound: tuple[int, ...] = option(
        (443,), "TCP ports on which functions and services reach what is outside.", unique=True
    )
    flow_logs: FlowLogs | None = option(FlowLogs(), "Who talked to whom; null for no logs.")

    def faults(self) -> Iterator[Fault]:
        """Addresses that cannot be divided into subnets, and ports that are none."""
        yield from cidr_faults("cidr", self.cidr)
        for region, one in self.cidrs.items():
            yield from cidr_faults(f"cidrs.{region}", one)
        for at, port in enumerate(self.outbound):
            if not 1 <= port <= 65535:
                yield Fault(f"outbound[{at}]", f"{port} is no port", "write 1 to 65535")
        if len(self.outbound) > MOST_PORTS:
            message = f"{len(self.outbound)} ports; an access list has room for {MOST_PORTS}"
            yield Fault("outbound", message, "leave some out")
