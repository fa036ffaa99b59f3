"""What there is to prove: the records that an environment should have, or those that its zone really holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orchestrator.core.detection import detection
from orchestrator.core.dns import CheckKind, HealthCheck, RecordSet
from orchestrator.core.names import Names
from orchestrator.core.proof import EVERY_COMBINATION, Proof, Subject, prove, region_of
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
) -> dict[Subject, tuple[str, ...]]:
    """As the zone has it, and for which accounts: accounts whose records differ in their names only share one.

    Accounts without a shared record are left out.
    """
    regions = tuple(region.name for region in (topology.primary, *topology.standbys))
    by_id = {check.id: check for check in checks}
    found: dict[Subject, tuple[str, ...]] = {}
    for account, mine in records_by_account(environment, accounts, records).items():
        subject = _observed(environment, account, mine, by_id, regions)
        if any(record.name == subject.host for record in subject.records):
            found[subject] = (*found.get(subject, ()), account)
    return found


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
    records: list[RecordSet],
    by_id: Mapping[str, HealthCheck],
    regions: tuple[str, ...],
) -> Subject:
    host = environment.host_for(account)
    hosts = _regional_hosts(environment, account, regions)
    used = _closure({str(record.health_check) for record in records if record.health_check}, by_id)
    mine = [by_id[one] for one in used if one in by_id]
    renamed = {check.id: _neutral_id(check, account) for check in mine}
    checks = [replace(_neutral(check, account, host), id=renamed[check.id]) for check in mine]
    checks = [replace(one, children=tuple(renamed.get(child, child) for child in one.children)) for one in checks]
    neutral_hosts = {_renamed(name, host): region for name, region in hosts.items()}
    return Subject(
        host=_HOST,
        regions=regions,
        records=tuple(_neutral_record(record, host, renamed, regions) for record in records),
        checks=tuple(sorted(checks, key=lambda check: check.id)),
        watches=_watches(checks, neutral_hosts),
    )


# Accounts have the same records under other names: with the names neutral, one proof serves all of them.
_HOST = "shared.invalid"


def _neutral_id(check: HealthCheck, account: str) -> str:
    return check.name.replace(account, "") or check.id


def _neutral(check: HealthCheck, account: str, host: str) -> HealthCheck:
    name = check.name.replace(account, "")
    return replace(check, name=name, host=_renamed(check.host, host), caller_reference="", version=1)


def _renamed(name: str, host: str) -> str:
    """A name at or below the host as the same name at or below the neutral one; others as they are."""
    return name.removesuffix(host) + _HOST if name == host or name.endswith(f".{host}") else name


def _neutral_record(record: RecordSet, host: str, ids: Mapping[str, str], regions: tuple[str, ...]) -> RecordSet:
    check = ids.get(str(record.health_check), str(record.health_check))
    renamed = replace(record, name=_renamed(record.name, host), health_check=check)
    if record.alias is not None:
        target = _neutral_target(str(record.alias.name), host, record, regions)
        return replace(renamed, alias=replace(record.alias, name=target, zone_id=""))
    return replace(renamed, values=tuple(_neutral_target(str(one), host, record, regions) for one in record.values))


def _neutral_target(name: str, host: str, record: RecordSet, regions: tuple[str, ...]) -> str:
    inside = _renamed(name, host)
    region = "" if inside != name else region_of(record, (name,), regions)
    return f"d-any.{region}.invalid" if region else inside


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
