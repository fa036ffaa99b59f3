"""Whether users are answered what the zone holds, asked when a deployment would change nothing in it.

A change that never became INSYNC cannot be asked for later: the zone shows it as if it were everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import ChangeRecords
from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.published import names_to_ask, unpublished
from orchestrator.core.state import ObservedState
from orchestrator.ports import ZoneServers


def with_published_findings(plan: Plan, observed: ObservedState, servers: ZoneServers) -> Plan:
    """The plan, and a warning for each name that the servers of the zone answer otherwise."""
    changing = any(isinstance(step.action, ChangeRecords) for step in plan.steps)
    zone = observed.zone
    if changing or zone is None or not plan.complete or not observed.records:
        return plan
    told = unpublished(observed.records, servers.addresses(zone.name, names_to_ask(observed.records)))
    found = tuple(_finding(zone.name, one) for one in told)
    return replace(plan, findings=(*plan.findings, *found)) if found else plan


def _finding(zone: str, doubt: str) -> Finding:
    fix = (
        f"wait a minute and look again; if it stays, compare the name servers of the hosted zone with those that the "
        f"registrar of {zone} points to (dig +short NS {zone})"
    )
    return Finding("servers-answer-otherwise", Severity.WARNING, zone, f"by its own name servers {doubt}", fix)
