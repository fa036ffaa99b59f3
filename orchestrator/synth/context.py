"""From the topology to what a blueprint is told."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from blueprints import Context, ContextError
from orchestrator.synth.place import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestrator.core.topology import Environment, Topology


def context_for(
    topology: Topology,
    environment: Environment,
    *,
    home_account: str,
    artifacts: Mapping[str, str],
    release: str,
    place: Place | None = None,
) -> Context:
    """`artifacts` maps names to SHA-256 (hex), `release` is 12 hex digits. Raises ConfigurationError."""
    try:
        return Context(
            application=topology.application,
            environment=environment.name,
            partition=topology.partition,
            regions=tuple(region.name for region in topology.regions),
            home_region=topology.home_region,
            reference_region=topology.reference_region,
            home_account=home_account,
            host=environment.host,
            hosted_zone=environment.hosted_zone.name,
            artifacts=MappingProxyType(dict(artifacts)),
            release=release,
        )
    except ContextError as error:
        raise (place or Place(topology.source)).below("", error.faults) from error
