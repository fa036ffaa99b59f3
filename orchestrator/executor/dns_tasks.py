"""Route 53 and ACM: health checks, records in atomic batches, certificate validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orchestrator.core.actions import (
    ChangeRecords,
    CreateHealthCheck,
    DeleteHealthCheck,
    UpdateHealthCheck,
    ValidateCertificates,
)
from orchestrator.core.diff import check_changes, record_text
from orchestrator.core.dns import AliasTarget, HealthCheck, RecordAction, RecordChange, RecordSet
from orchestrator.core.errors import AlreadyExists, PreconditionFailed, StepFailed
from orchestrator.core.published import names_to_ask, unpublished
from orchestrator.core.record_batches import batches
from orchestrator.core.record_rules import problems
from orchestrator.executor.context import Context, Done, Progress, Waiting

# Route 53 never takes a caller reference twice, not even after the check was deleted.
_GENERATIONS = 50

# Servers that still answer otherwise so long after INSYNC are not those of this zone, or not all of Route 53's.
_AGREE_S = 30.0

# Route 53 usually has a change on all its servers within 60 s; nobody can ask for one whose answer was lost.
_UNHEARD_S = 120.0


@dataclass(frozen=True, slots=True)
class CreateHealthCheckTask:
    """One health check; the same reference with the same settings answers the check that exists."""

    action: CreateHealthCheck
    context: Context

    def start(self) -> Progress:
        """Try references in order until one is free or ours."""
        check = _resolved_check(self.action.check, self.context)
        for generation in range(_GENERATIONS):
            named = replace(check, caller_reference=f"{check.caller_reference}-{generation}")
            try:
                identity = self.context.ports.dns.create_health_check(named, tags=dict(self.action.tags))
            except AlreadyExists:
                continue
            return Done(f"health check {identity}", {"id": identity})
        what = f"{_GENERATIONS} caller references of {check.name} are used up"
        raise StepFailed(what, where="Route 53", fix="rename the environment, or ask AWS support")

    def poll(self) -> Progress:
        """Creation is synchronous."""
        return self.start()


def _resolved_check(check: HealthCheck, context: Context) -> HealthCheck:
    return replace(check, children=tuple(sorted(context.results.resolve(child) for child in check.children)))


@dataclass(frozen=True, slots=True)
class UpdateHealthCheckTask:
    """Change what Route 53 lets change."""

    action: UpdateHealthCheck
    context: Context

    def start(self) -> Progress:
        """Guarded by the check's version: a repetition after a lost answer finds it taken, and looks."""
        try:
            self.context.ports.dns.update_health_check(self._wanted)
        except PreconditionFailed:
            return self._look()
        return Done("updated")

    @property
    def _wanted(self) -> HealthCheck:
        return _resolved_check(self.action.check, self.context)

    def _look(self) -> Progress:
        want, tags = self._wanted, dict(self.action.tags)
        have = next((one for one in self.context.ports.dns.health_checks(tags=tags) if one.id == want.id), None)
        if have is None or check_changes(have, want):
            fix = "find out who, then deploy again"
            raise StepFailed("somebody else changed it meanwhile", where=f"health check {want.name}", fix=fix)
        return Done("updated")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return Done()


@dataclass(frozen=True, slots=True)
class DeleteHealthCheckTask:
    """Delete a check that no record of ours carries any more."""

    action: DeleteHealthCheck
    context: Context

    def start(self) -> Progress:
        """Silent when it is gone."""
        self.context.ports.dns.delete_health_check(self.action.check_id)
        return Done("gone")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return Done()


@dataclass(slots=True)
class ChangeRecordsTask:
    """Resolved, validated against the zone as it stands, sent, waited for until every server has it.

    One batch, or as few as Route 53 takes: none is sent before all have been found valid.
    """

    action: ChangeRecords
    context: Context
    _pending: list[str] = field(default_factory=list)
    _after: tuple[RecordSet, ...] = field(default=())
    _agreed_by: float | None = field(default=None)
    _heard: int = field(default=0)
    _held: bool = field(default=False)

    def start(self) -> Progress:
        """What the zone holds already is left out, so that a repetition after a lost answer sends nothing twice."""
        dns = self.context.ports.dns
        wanted = [RecordChange(one.action, self._resolved(one.record)) for one in self.action.changes]
        existing = dns.records(self.action.zone_id, frozenset(one.record.name for one in wanted))
        changes, self._after = _missing(wanted, existing), _after(wanted, existing)
        # Held without our having heard so: who wrote it has no change whose state could be asked for.
        self._held = self._held or len(changes) + self._heard < len(wanted)
        if not changes:
            return self.poll()
        self._refuse_strangers(changes, existing)
        made = batches(changes)
        self._refuse_invalid(made, existing)
        for batch in made:
            change = dns.change(self.action.zone_id, batch, comment=f"orchestrator run {self.context.run}")
            self._pending.append(change)
            self._heard += len(batch)
        return self._waiting()

    def poll(self) -> Progress:
        """INSYNC: every name server of Route 53 has it. Then those that users ask are asked, for a moment."""
        while self._pending:
            if not self.context.ports.dns.in_sync(self._pending[0]):
                return self._waiting()
            del self._pending[0]
        now = self.context.ports.clock.monotonic()
        if self._agreed_by is None:
            self._agreed_by = now + (_UNHEARD_S if self._held else _AGREE_S)
        doubts, known = self._doubts(), self._known()
        if not doubts:
            return Done(known)
        told = f"{known}, but by the name servers of {self.action.zone_name} {'; '.join(doubts)}"
        return Waiting(told) if now < self._agreed_by else Done(told)

    def _known(self) -> str:
        if not self._held:
            return "INSYNC"
        return "INSYNC, beside what the zone held already" if self._heard else "the zone holds it already"

    def _doubts(self) -> tuple[str, ...]:
        """What the servers that the zone is delegated to answer otherwise, as far as they can be asked from here."""
        names = names_to_ask([*self._after, *(one.record for one in self.action.changes)])
        return unpublished(self._after, self.context.ports.zone_servers.addresses(self.action.zone_name, names))

    def _waiting(self) -> Waiting:
        more = f" and {len(self._pending) - 1} more" if len(self._pending) > 1 else ""
        return Waiting(f"change {self._pending[0]}{more} is PENDING")

    def _refuse_invalid(self, made: Sequence[Sequence[RecordChange]], existing: Sequence[RecordSet]) -> None:
        ids = self._health_checks([one for batch in made for one in batch], existing)
        by_name: dict[str, list[RecordSet]] = {}
        for record in existing:
            by_name.setdefault(record.name, []).append(record)
        found: dict[str, None] = {}
        for batch in made:
            # No name is in two batches.
            standing = [one for name in dict.fromkeys(c.record.name for c in batch) for one in by_name.get(name, ())]
            found |= dict.fromkeys(problems(standing, tuple(batch), self.action.zone_name, ids))
        if found:
            what = "Route 53 would refuse or misunderstand the batch: " + "; ".join(found)
            raise StepFailed(what, where=f"zone {self.action.zone_name}", fix="nothing was sent; plan again")

    def _refuse_strangers(self, changes: Sequence[RecordChange], existing: Sequence[RecordSet]) -> None:
        """Between a plan and its records lies a whole deployment: time enough for somebody to need a record."""
        keys, seen = {one.record.key for one in changes}, {one.key: one for one in self.action.seen}
        come = [one for one in existing if one.key in keys and one != seen.get(one.key)]
        if come:
            what = f"somebody has changed it since the plan was made: {'; '.join(map(record_text, come))}"
            raise StepFailed(what, where=f"zone {self.action.zone_name}", fix="nothing was sent; plan again")

    def _resolved(self, record: RecordSet) -> RecordSet:
        resolve = self.context.results.resolve
        alias = record.alias
        return replace(
            record,
            values=tuple(resolve(value) for value in record.values),
            alias=alias
            and AliasTarget(resolve(alias.name).lower(), resolve(alias.zone_id), alias.evaluate_target_health),
            health_check=resolve(record.health_check),
        )

    @staticmethod
    def _health_checks(changes: Sequence[RecordChange], existing: Sequence[RecordSet]) -> frozenset[str]:
        """The ids used here were created or observed by this very plan: the rules then find typing errors only."""
        used = [one.record.health_check for one in changes] + [one.health_check for one in existing]
        return frozenset(str(one) for one in used if one)


def _missing(wanted: Sequence[RecordChange], existing: Sequence[RecordSet]) -> list[RecordChange]:
    """What the zone does not hold yet. A record whose policy moves is deleted and created under one key."""
    have = {record.key: record for record in existing}
    made = {one.record.key: one.record for one in wanted if one.action is not RecordAction.DELETE}
    return [
        one
        for one in wanted
        if have.get(one.record.key) != made.get(one.record.key)
        and (one.action is not RecordAction.DELETE or one.record.key in have)
    ]


def _after(changes: Sequence[RecordChange], existing: Sequence[RecordSet]) -> tuple[RecordSet, ...]:
    """The records of these names once the batch is done."""
    held = {record.key: record for record in existing}
    for one in changes:
        held.pop(one.record.key, None)
        if one.action is not RecordAction.DELETE:
            held[one.record.key] = one.record
    return tuple(held.values())


@dataclass(slots=True)
class ValidateCertificatesTask:
    """Write ACM's validation records as soon as ACM says them; over when all are there or the operation has ended."""

    action: ValidateCertificates
    context: Context
    _written: set[str] = field(default_factory=set)

    def start(self) -> Progress:
        """Nothing to start: CloudFormation asks ACM."""
        return self.poll()

    def poll(self) -> Progress:
        """ACM gives the same record to every region of an account: an UPSERT, once, never deleted."""
        action, ports = self.action, self.context.ports
        hosts = frozenset(action.hosts)
        found = ports.certificates.validations(action.account, action.region, hosts=hosts)
        missing = [one for one in found if not one.validated and one.name not in self._written]
        if missing:
            records = {
                one.name: RecordSet(name=one.name.rstrip(".").lower(), type="CNAME", ttl_s=300, values=(one.value,))
                for one in missing
            }
            changes = [RecordChange(RecordAction.UPSERT, record) for record in records.values()]
            ports.dns.change(action.zone_id, changes, comment="certificate validation")
            self._written |= set(records)
        if len(found) >= len(hosts):
            return Done(f"{len(self._written)} validation records written" if self._written else "validated")
        if self.context.results.has_ended(action.beside):
            return Done("the stack-set operation has ended")
        return Waiting("ACM has not been asked for all of them yet")
