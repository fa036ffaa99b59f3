"""Where a database stands: in the network of the same template, or in one that an earlier deployment left by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.infra.database import PORTS, Placement, placement_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints.context import Context
    from blueprints.infra.database import DatabaseOptions
    from blueprints.infra.network import Network
    from blueprints.infra.network_options import NetworkOptions


def placement(context: Context, database: DatabaseOptions, network: Network | None) -> Placement:
    """By reference where it can be: CloudFormation then makes the network first."""
    if network is None:
        return placement_by_name(context, database.zones)
    return Placement(list(network.private[: database.zones]), network.groups.database)


def database_port(database: DatabaseOptions | None) -> int | None:
    """Where callers reach it."""
    return None if database is None else PORTS[database.engine]


def database_zone_faults(database: DatabaseOptions | None, network: NetworkOptions | None) -> Iterator[Fault]:
    """More zones than the network has."""
    if database is not None and network is not None and database.zones > network.zones:
        message = f"{database.zones} is more than the network has ({network.zones})"
        yield Fault("database.zones", message, "raise `network.zones`")
