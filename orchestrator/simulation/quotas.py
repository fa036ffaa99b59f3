"""Quotas as AWS gives them to a new account, but where a test says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.quotas import Room
from orchestrator.simulation.faults import Gate

_CONCURRENCY = 1000
_HEALTH_CHECKS = 200


@dataclass(slots=True)
class SimulatedQuotas:
    """`limits` by (account, region) are other concurrency quotas; `checks` what Route 53 says of health checks."""

    gate: Gate
    limits: dict[tuple[str, str], int] = field(default_factory=dict)
    checks: Room = field(default_factory=lambda: Room(0, _HEALTH_CHECKS))

    def concurrency(self, account: str, region: str) -> int:
        """That of a new account."""
        with self.gate.call("Quotas.concurrency", region=region, account=account):
            return self.limits.get((account, region), _CONCURRENCY)

    def health_checks(self) -> Room:
        """As many as there may be."""
        with self.gate.call("Quotas.health_checks", region="route53"):
            return self.checks
