"""The health checks of an environment: per account and region the endpoint, per region its levers, and the two joined.

Records carry the joined check. All of them are in the home account.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.dns import CheckKind, HealthCheck
from orchestrator.core.levers import Lever, levers
from orchestrator.core.names import Names
from orchestrator.core.pending import Value
from orchestrator.core.topology import Environment, Region, Topology


@dataclass(frozen=True, slots=True)
class RegionChecks:
    """The checks that an environment should have; pure in (topology, environment)."""

    topology: Topology
    environment: Environment
    names: Names

    @property
    def levers(self) -> tuple[Lever, ...]:
        """Every lever of the application."""
        return levers(self.topology, self.names.prefix)

    def endpoint(self, account: str, region: Region) -> HealthCheck:
        """Watches the regional name, never the record that it guards."""
        health = self.topology.health
        return HealthCheck(
            name=f"{self.names.prefix}-{account}-{region.name}",
            caller_reference=self._reference(account, region.name, CheckKind.HTTPS.value, str(health.interval_s)),
            kind=CheckKind.HTTPS,
            host=self.environment.regional_host_for(account, region.name),
            port=443,
            path=health.path,
            interval_s=health.interval_s,
            failure_threshold=health.failure_threshold,
        )

    def lever(self, lever: Lever) -> HealthCheck:
        """Follows the routing control, or the alarm in the region where the lever lives.

        Its account must be the alarm's: home.
        """
        name = f"{self.names.prefix}-{lever.kind.value}-{lever.region}"
        if lever.routing_control:
            kind = CheckKind.RECOVERY_CONTROL
            return HealthCheck(
                name=name,
                caller_reference=self._reference(lever.region, kind.value, lever.routing_control),
                kind=kind,
                port=0,
                path="",
                interval_s=0,
                failure_threshold=0,
                routing_control=lever.routing_control,
            )
        return HealthCheck(
            name=name,
            caller_reference=self._reference(lever.region, CheckKind.CLOUDWATCH_METRIC.value, lever.kind.value),
            kind=CheckKind.CLOUDWATCH_METRIC,
            port=0,
            path="",
            interval_s=0,
            failure_threshold=0,
            alarm_region=lever.place,
            alarm_name=lever.alarm,
            insufficient_data=lever.without_data,
        )

    def in_service(self, account: str, region: Region, children: tuple[Value, ...]) -> HealthCheck:
        """Healthy while all children are: the endpoint answers and no lever holds the region out."""
        return HealthCheck(
            name=f"{self.names.prefix}-{account}-{region.name}-in-service",
            caller_reference=self._reference(account, region.name, CheckKind.CALCULATED.value),
            kind=CheckKind.CALCULATED,
            port=0,
            path="",
            interval_s=0,
            failure_threshold=0,
            children=tuple(sorted(children, key=str)),
            health_threshold=len(children),
        )

    def _reference(self, *parts: str) -> str:
        return digest(canonical_json([self.names.prefix, *parts]))[:40]
