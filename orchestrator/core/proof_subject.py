"""What there is to prove: the records that an environment should have, or those that its zone really holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orchestrator.core.detection import detection
from orchestrator.core.dns import CheckKind, HealthCheck, RecordSet
from orchestrator.core.names import Names
from orchestrator.core.neutral import neutral
from orchestrator.core.proof import EVERY_COMBINATION, Proof, Subject, prove
from orchestrator.core.routing import RegionTargets, Routing, Target
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
    made = [replace(check, id=check.name) for check in (routing.health_check(account, one) for one in topology.regions)]
    ids = {region.name: check.id for region, check in zip(topology.regions, made, strict=True)}
    targets = {region: _stand_in(account, region) for region in order}
    return Subject(
        host=environment.host_for(account),
        regions=order,
        records=(
            *(routing.regional_record(one) for one in targets.values()),
            *routing.shared_records(account, targets, dict(ids)),
        ),
        checks=tuple(made),
        watches=_watches(made, _regional_hosts(environment, account, order)),
    )


def observed_subjects(
    topology: Topology,
    environment: Environment,
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
    children = {child for one in ids if one in by_id for child in by_id[one].children}
    return tuple(sorted(ids | children))


def _watches(checks: Iterable[HealthCheck], hosts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Which region's death an endpoint check sees: that of the regional name which it asks."""
    endpoints = [check for check in checks if check.kind not in _WITHOUT_ENDPOINT and check.host in hosts]
    return tuple((check.id, hosts[check.host]) for check in sorted(endpoints, key=lambda check: check.id))


def _regional_hosts(environment: Environment, account: str, regions: tuple[str, ...]) -> dict[str, str]:
    return {environment.regional_host_for(account, region): region for region in regions}


def _stand_in(account: str, region: str) -> RegionTargets:
    target = Target(f"d-any.{region}.invalid", "Z")
    return RegionTargets(account, region, target, target)
