"""Calls that must not be made: what a failover promises not to need is refused, not merely avoided."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.errors import CallDenied


@dataclass(frozen=True, slots=True)
class Denial:
    """Regions that no call may go to, and the only services that may be called (() for all)."""

    regions: frozenset[str] = frozenset()
    only_services: frozenset[str] = frozenset()

    def allows(self, service: str, region: str) -> bool:
        """Whether a call may be made."""
        return region not in self.regions and (not self.only_services or service in self.only_services)

    def check(self, service: str, region: str) -> None:
        """Raises CallDenied before anything is sent."""
        where = f"{service} in {region}"
        fix = "this is a mistake of the program: report it"
        if region in self.regions:
            raise CallDenied(f"{region} must not be called here", where=where, fix=fix)
        if self.only_services and service not in self.only_services:
            raise CallDenied(f"{service} must not be called here", where=where, fix=fix)
