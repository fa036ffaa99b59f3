"""What there is to prove: the records that an environment should have, or those that its zone really holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orchestrator.core.detection import detection
from orchestrator.core.dns import CheckKind, HealthCheck, RecordSet
from orchestrator.core.levers import levers
from orchestrator.core.names import Names
from orchestrator.core.neutral import neutral
from orchestrator.core.proof import EVERY_COMBINATION, Proof, Subject, prove
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.routing import RegionTargets, Routing, Target, state_name
from orchestrator.core.topology import Environment, Topology

_ANY_ACCOUNT = "000000000000"
_WITHOUT_ENDPOINT = (CheckKind.CALCULATED, CheckKind.CLOUDWATCH_METRIC, CheckKind.RECOVERY_CONTROL)


def proof_of(topology: Topology, subject: Subject) -> Proof:
    """The table of a subject, beside the arithmetic of the topology's own settings."""
    health = topology.health
    return Proof(
        regions=subject.regions,
        rows=prove(subject),
        detection=detection(health.interval_s, health.failure_threshold, topology.failover.ttl_s),
        objective_s=topology.objectives.rto_s,
        every=len(subject.regions) <= EVERY_COMBINATION,
    )


def desired_subject(topology: Topology, environment: Environment, names: Names) -> Subject:
    """As regions.yaml wants it: the same for every account, so one stands for all. Needs no AWS."""
    account = (environment.accounts or (_ANY_ACCOUNT,))[0]
    routing = Routing(topology, environment, names)
    order = tuple(region.name for region in (topology.primary, *topology.standbys))
    made = _desired_checks(RegionChecks(topology, environment, names), account)
    ids = {region.name: made[region.name][-1].id for region in topology.regions}
    targets = {region: _stand_in(account, region) for region in order}
    everything = tuple(check for checks in made.values() for check in checks)
    return Subject(
        host=environment.host_for(account),
        regions=order,
        records=(
            *(routing.regional_record(one) for one in targets.values()),
            *routing.shared_records(account, targets, dict(ids)),
        ),
        checks=everything,
        watches=_watches(everything, _regional_hosts(environment, account, order)),
        levers=_levers(everything, topology, names),
    )


def _desired_checks(checks: RegionChecks, account: str) -> dict[str, tuple[HealthCheck, ...]]:
    """By region, the one that records carry last. Names stand for the ids that Route 53 gives."""
    found = {}
    for region in checks.topology.regions:
        mine = [checks.lever(lever) for lever in checks.levers if lever.region == region.name]
        children = [replace(one, id=one.name) for one in (checks.endpoint(account, region), *mine)]
        both = checks.in_service(account, region, tuple(one.id for one in children))
        found[region.name] = (*children, replace(both, id=both.name))
    return found


def observed_subjects(
    topology: Topology,
    environment: Environment,
    names: Names,
    accounts: Iterable[str],
    records: Iterable[RecordSet],
    checks: Iterable[HealthCheck],
) -> tuple[tuple[Subject, tuple[str, ...]], ...]:
    """As the zone has it, each with the accounts of which it is true: those whose records differ in names only.

    The names are those of the first of them. Accounts without a shared record are left out.
    """
    regions = tuple(region.name for region in (topology.primary, *topology.standbys))
    by_id = {check.id: check for check in checks}
    found: dict[Subject, tuple[Subject, tuple[str, ...]]] = {}
    for account, mine in records_by_account(environment, accounts, records).items():
        subject = _observed(environment, account, tuple(mine), by_id, regions)
        subject = replace(subject, levers=_levers(subject.checks, topology, names))
        if any(record.name == subject.host for record in mine):
            alike = neutral(subject, account)
            first, sharing = found.get(alike, (subject, ()))
            found[alike] = (first, (*sharing, account))
    return tuple(found.values())


def records_by_account(
    environment: Environment, accounts: Iterable[str], records: Iterable[RecordSet]
) -> dict[str, list[RecordSet]]:
    """Each account's own records: those at its host and below it."""
    owners = {environment.host_for(account): account for account in accounts}
    mine: dict[str, list[RecordSet]] = {account: [] for account in owners.values()}
    for record in records:
        labels = record.name.split(".")
        above = (".".join(labels[depth:]) for depth in range(len(labels)))
        owner = next((owners[name] for name in above if name in owners), "")
        if owner:
            mine[owner].append(record)
    return mine


def _observed(
    environment: Environment,
    account: str,
    records: tuple[RecordSet, ...],
    by_id: Mapping[str, HealthCheck],
    regions: tuple[str, ...],
) -> Subject:
    # They tell where levers stand, and answer nobody's question for the application.
    told = {state_name(environment, account, region) for region in regions}
    records = tuple(record for record in records if record.name not in told)
    used = _closure({str(record.health_check) for record in records if record.health_check}, by_id)
    checks = tuple(by_id[one] for one in used if one in by_id)
    return Subject(
        host=environment.host_for(account),
        regions=regions,
        records=records,
        checks=checks,
        watches=_watches(checks, _regional_hosts(environment, account, regions)),
    )


def _closure(ids: set[str], by_id: Mapping[str, HealthCheck]) -> tuple[str, ...]:
    """The checks that records carry, and their children."""
    children = {str(child) for one in ids if one in by_id for child in by_id[one].children}
    return tuple(sorted(ids | children))


def _watches(checks: Iterable[HealthCheck], hosts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Which region's death an endpoint check sees: that of the regional name which it asks."""
    endpoints = [check for check in checks if check.kind not in _WITHOUT_ENDPOINT and check.host in hosts]
    return tuple((check.id, hosts[check.host]) for check in sorted(endpoints, key=lambda check: check.id))


def _levers(checks: Iterable[HealthCheck], topology: Topology, names: Names) -> tuple[tuple[str, str], ...]:
    """Which region a lever's check takes out: told by the alarm or the routing control that it follows."""
    regions = {lever.followed: lever.region for lever in levers(topology, names.prefix)}
    found = [(check.id, regions.get(check.follows, "")) for check in checks]
    return tuple(sorted((check, region) for check, region in found if region))


def _regional_hosts(environment: Environment, account: str, regions: tuple[str, ...]) -> dict[str, str]:
    return {environment.regional_host_for(account, region): region for region in regions}


def _stand_in(account: str, region: str) -> RegionTargets:
    target = Target(f"d-any.{region}.invalid", "Z")
    return RegionTargets(account, region, target, target)
