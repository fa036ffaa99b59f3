"""A release that comes together with another `health.path`: checkers ask the old one until every region has passed."""

from __future__ import annotations

from orchestrator.core.desired import DesiredState
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.state import ObservedState


def health_path_findings(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """A WARNING for each path that Route 53 asks and regions.yaml no longer names, while another release comes."""
    path = desired.topology.health.path
    asked = sorted({check.path for check in observed.health_checks if check.host} - {path})
    instances = observed.instances_of(desired.compute.name)
    running = {dict(one.stack.parameters).get("Release", "") for one in instances if one.stack}
    return tuple(_moving(old, path) for old in asked if running - {desired.release})


def _moving(old: str, new: str) -> Finding:
    message = f"Route 53 asks {old} until every region has passed its gates, which ask this release for {new}"
    fix = f"let this release answer both; the next one may drop {old}. Who answers {new} alone counts as sick meanwhile"
    return Finding("health-path-moves", Severity.WARNING, "health.path", message, fix)
