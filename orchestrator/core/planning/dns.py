"""Records: what is missing, what differs, and the one batch that puts it right, after the health checks they carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.actions import ChangeRecords
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import record_text
from orchestrator.core.dns import AliasTarget, RecordAction, RecordChange, RecordSet
from orchestrator.core.lever_exchange import exchange_findings
from orchestrator.core.pending import Value
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Finding, Risk, Severity, Step
from orchestrator.core.planning.checks import After, control_plane_region, leftover_checks, plan_checks
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.targets import ApiDomains
from orchestrator.core.record_owner import RecordOwner, record_owner
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.routing import Routing
from orchestrator.core.state import ObservedState

_ADDRESS_TYPES = ("A", "AAAA", "CNAME")
_DNS_QUESTIONS = ("hosted zone", "health checks", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsContext:
    """What the records wait for: `infra` (its steps give targets), and `after` (alarms, releases and their gates).

    `checks`: what the health checks wait for.
    """

    infra: Part
    after: tuple[str, ...]
    checks: After


def plan_dns(desired: DesiredState, observed: ObservedState, context: DnsContext) -> Part:
    """Health checks first, then all records of the environment in one batch."""
    zone = observed.zone
    routing = Routing(desired.topology, desired.environment, desired.names)
    obstacles = (*dns_silence(desired, observed), *_exchange(desired, observed))
    if obstacles:
        return Part(findings=obstacles, complete=False)
    if zone is None:
        return Part(findings=(_zone_missing(desired),))
    if not desired.accounts:
        # Organizational units: the accounts are known once StackSets has made the instances.
        return Part(complete=False)
    checks, ids = plan_checks(desired, observed, context.checks)
    domains = ApiDomains(desired, observed, context.infra)
    wanted = [
        record
        for account in desired.accounts
        for record in _account_records(desired, routing, domains, account, ids.joined, zone.id)
    ]
    wanted += routing.state_records(desired.accounts[0], ids.evacuate)
    batch = Batch(zone.id, zone.name, control_plane_region(desired.topology.partition))
    once_ours = routing.names_ever(desired.accounts, observed.instances, observed.health_checks)
    stranger = _Stranger(
        record_owner(desired.names, once_ours, observed), desired.taken_over, not observed.health_checks
    )
    records = _records(observed, wanted, stranger, batch, (*checks.step_ids, *context.after))
    # The records wait for all checks already.
    gone = records.step_ids or checks.step_ids
    leftover = leftover_checks(desired, observed, gone) if records.complete else Part()
    return joined([checks, records, leftover])


def dns_silence(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """Records or checks that nobody could read must be taken neither for absent nor for right."""
    name = desired.environment.hosted_zone.name
    fix = "plan again once its control plane answers; failing over does not need it"
    silent = [one for one in observed.silent if one.what in _DNS_QUESTIONS]
    return tuple(
        Finding("zone-unreachable", Severity.ERROR, name, f"Route 53 did not answer for {name}: {one.reason}", fix)
        for one in silent[:1]
    )


def _exchange(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    checks = RegionChecks(desired.topology, desired.environment, desired.names)
    return exchange_findings(checks, desired.accounts, observed)


def _zone_missing(desired: DesiredState) -> Finding:
    name = desired.environment.hosted_zone.name
    fix = f"create the public hosted zone {name}, or correct environments.{desired.environment.name}.hosted_zone"
    return Finding("zone-missing", Severity.ERROR, name, f"there is no public hosted zone {name}", fix)


# -- records ------------------------------------------------------------------------------------------------------


def _account_records(
    desired: DesiredState,
    routing: Routing,
    domains: ApiDomains,
    account: str,
    ids: Mapping[tuple[str, str], Value],
    zone_id: str,
) -> list[RecordSet]:
    regions = [region.name for region in desired.topology.regions]
    targets = {region: domains.of(account, region) for region in regions}
    checks = {region: ids[(account, region)] for region in regions}
    regional = [routing.regional_record(targets[region]) for region in regions]
    shared = [_in_zone(record, zone_id) for record in routing.shared_records(account, targets, checks)]
    return [*regional, *shared]


def _in_zone(record: RecordSet, zone_id: str) -> RecordSet:
    if record.alias is None or record.alias.zone_id != "":
        return record
    return replace(record, alias=AliasTarget(record.alias.name, zone_id, record.alias.evaluate_target_health))


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a change batch goes."""

    zone_id: str
    zone_name: str
    home_region: str

    def steps(
        self, changes: Sequence[RecordChange], needs: tuple[str, ...], reason: str, seen: Sequence[RecordSet] = ()
    ) -> tuple[Step, ...]:
        """The one step that sends the batch; () for an empty one. `seen` are the records that it may overwrite."""
        if not changes:
            return ()
        step = Step(
            id="records",
            action=ChangeRecords(self.zone_id, self.zone_name, tuple(changes), tuple(seen)),
            needs=tuple(dict.fromkeys(needs)),
            reason=reason,
            home_region=self.home_region,
            deadline_s=600,
        )
        return (step,)


def _records(
    observed: ObservedState, wanted: list[RecordSet], stranger: _Stranger, batch: Batch, needs: tuple[str, ...]
) -> Part:
    unknown = frozenset(record.name for record in wanted if "" in _points_at(record))
    known = [record for record in wanted if record.name not in unknown]
    present = {record.key: record for record in observed.records if record.type in _ADDRESS_TYPES}
    keys = {record.key for record in known}
    names = stranger.owner.owned_names - _led_to(unknown, present.values())
    stale = [record for key, record in sorted(present.items()) if key not in keys and record.name in names]
    differing = [record for record in known if present.get(record.key) != record]
    replaced = {
        one.key: present[one.key] for one in differing if one.key in present and _policy_moves(present[one.key], one)
    }
    changes = [
        *(record_deletion(record, "stands at a name of ours, and regions.yaml does not want it") for record in stale),
        *(_record_change(record, present.get(record.key)) for record in known),
    ]
    sent = [
        *(RecordChange(RecordAction.DELETE, record) for record in (*stale, *replaced.values())),
        *(
            RecordChange(RecordAction.CREATE if record.key in replaced else RecordAction.UPSERT, record)
            for record in differing
        ),
    ]
    overwritten = [*stale, *(present[one.key] for one in differing if one.key in present)]
    findings = (*_unknown_targets(unknown), *stranger.findings(overwritten))
    steps = batch.steps(sent, needs, "the zone must answer like this", overwritten)
    return Part(tuple(changes), steps, findings, complete=not unknown)


def _led_to(names: frozenset[str], present: Iterable[RecordSet]) -> frozenset[str]:
    """These names, and those that their records lead to: what stays as it is must not come to lead nowhere."""
    records, found = tuple(present), names
    while more := {str(one) for record in records if record.name in found for one in _points_at(record)} - found:
        found |= more
    return found


def _policy_moves(have: RecordSet, want: RecordSet) -> bool:
    """Route 53 changes no record's routing policy: the record goes and comes back in the same batch."""
    return (have.failover is None, have.weight is None, not have.region, have.multivalue) != (
        want.failover is None,
        want.weight is None,
        not want.region,
        want.multivalue,
    )


def _unknown_targets(names: frozenset[str]) -> tuple[Finding, ...]:
    if not names:
        return ()
    message = f"the API domain behind {', '.join(sorted(names))} is not known: its infra stack shows no output"
    return (Finding("target-unknown", Severity.WARNING, "records", message, "plan again once its region answers"),)


@dataclass(frozen=True, slots=True)
class _Stranger:
    """Somebody else's record at one of our names is shown, and goes only when its name is in `taken_over`.

    `first`: before the first deployment no earlier stack of ours can have left anything at these names.
    """

    owner: RecordOwner
    taken_over: frozenset[str]
    first: bool

    def findings(self, overwritten: Sequence[RecordSet]) -> tuple[Finding, ...]:
        found = [one for one in overwritten if self.owner.is_foreign(one, strictly=self.first)]
        return tuple(self._taken(one) if one.name in self.taken_over else self._refused(one) for one in found)

    @staticmethod
    def _taken(record: RecordSet) -> Finding:
        message = f"{record_text(record)} is there and not this tool's: the plan replaces it, as --take-over says"
        fix = "write the old value down, if anybody may want it back"
        return Finding("record-taken", Severity.WARNING, record.name, message, fix)

    @staticmethod
    def _refused(record: RecordSet) -> Finding:
        message = f"{record_text(record)} is there and not this tool's: somebody else made or changed it"
        fix = f"find out who needs it and remove it, choose another host, or replace it: --take-over {record.name}"
        return Finding("record-foreign", Severity.ERROR, record.name, message, fix)


def _points_at(record: RecordSet) -> tuple[Value, ...]:
    return (record.alias.name,) if record.alias else record.values


def record_deletion(record: RecordSet, reason: str) -> Change:
    """The change that takes a record away."""
    return _change(record, ChangeAction.DELETE, reason, Risk.HIGH, FieldChange("record", record_text(record), ""))


def _record_change(record: RecordSet, have: RecordSet | None) -> Change:
    if have == record:
        return _change(record, ChangeAction.NO_OP, "answers as it should", Risk.NONE)
    if have is None:
        return _change(
            record, ChangeAction.CREATE, "not in the zone yet", Risk.LOW, FieldChange("record", "", record_text(record))
        )
    moved = _points_at(have) != _points_at(record)
    reason = "its API domain has a new target: the record follows" if moved else "the zone holds something else"
    return _change(
        record, ChangeAction.UPDATE, reason, Risk.HIGH, FieldChange("record", record_text(have), record_text(record))
    )


def _change(record: RecordSet, action: ChangeAction, reason: str, risk: Risk, *fields: FieldChange) -> Change:
    suffix = f":{record.set_identifier}" if record.set_identifier else ""
    return Change(
        id=f"record:{record.name}:{record.type}{suffix}",
        kind=ChangeKind.RECORD,
        action=action,
        reason=reason,
        risk=risk,
        fields=fields,
    )
