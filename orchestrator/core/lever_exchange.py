"""An evacuate lever of another kind: what must be true before a region changes from one lever to the other.

The new lever knows nothing of where the old one stands. A region that is held out would come back by accident.
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.core.dns import CheckKind, HealthCheck, RecordSet
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.routing import state_name
from orchestrator.core.state import ObservedState


def exchanged(
    checks: RegionChecks, accounts: Iterable[str], found: Iterable[HealthCheck], records: Iterable[RecordSet]
) -> tuple[tuple[str, str], ...]:
    """(region, state name) of every evacuate lever that is in force and that another one is to follow.

    In force is the one whose check the state record carries. One of `accounts` lends its host to these records.
    """
    carried = {record.name: str(record.health_check) for record in records if record.health_check}
    known, places = tuple(found), tuple(accounts)
    return tuple(
        (lever.region, name)
        for lever in checks.levers
        if lever.kind is LeverKind.EVACUATE and (former := _former(known, checks.lever(lever)))
        for name in dict.fromkeys(state_name(checks.environment, account, lever.region) for account in places)
        if carried.get(name) in former
    )


def _former(found: tuple[HealthCheck, ...], want: HealthCheck) -> frozenset[str]:
    return frozenset(one.id for one in found if one.name == want.name and not same_fixed(one, want))


def same_fixed(have: HealthCheck, want: HealthCheck) -> bool:
    """Type, interval and routing control are fixed at creation: a check that differs there is another check."""
    return fixed_key(have) == fixed_key(want)


def fixed_key(check: HealthCheck) -> tuple[str, CheckKind, int, str]:
    """What makes a check that check: its name, and what is fixed at creation."""
    return (check.name, check.kind, check.interval_s, check.routing_control)


def is_unproven(checks: RegionChecks, lever: Lever, accounts: Iterable[str], observed: ObservedState) -> bool:
    """Whether nothing was ever decided by this lever: no state record stands for it, or one of its predecessor."""
    places = tuple(accounts)
    names = {state_name(checks.environment, account, lever.region) for account in places}
    predecessors = exchanged(checks, places, observed.health_checks, observed.records)
    return lever.region in dict(predecessors) or not any(record.name in names for record in observed.records)


def exchange_findings(checks: RegionChecks, accounts: Iterable[str], observed: ObservedState) -> tuple[Finding, ...]:
    """ERROR findings for regions that are not known to be in service while their lever is exchanged."""
    known = dict(observed.evacuations)
    asked = exchanged(checks, accounts, observed.health_checks, observed.records)
    positions = {region: known.get(region, Position.UNKNOWN) for region, _ in asked}
    return tuple(
        Finding("lever-exchanged-while-out", Severity.ERROR, region, *_told(region, position))
        for region, position in positions.items()
        if position is not Position.IN
    )


def _told(region: str, position: Position) -> tuple[str, str]:
    if position is Position.OUT:
        message = f"{region} is evacuated, and another lever would bring it back"
        return message, f"go back to the former failover.lever, then: orchestrator failback --to {region}"
    message = f"DNS does not tell whether {region} is evacuated, and another lever would bring it back"
    return message, "plan again from where the application's names resolve"
