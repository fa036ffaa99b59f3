"""Route 53's control plane: one zone, atomic validated batches, health checks with references that are used up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from orchestrator.core.answers import answer
from orchestrator.core.check_health import AlarmState, CheckState, check_health
from orchestrator.core.dns import HealthCheck, HostedZone, RecordAction, RecordChange, RecordSet
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, PreconditionFailed
from orchestrator.core.record_rules import problems
from orchestrator.ports import Clock
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Gate

REGION = "route53"
"""Where its calls go: silence it to lose the control plane alone."""


class SimulatedDns:
    """One public hosted zone (None: there is none) and the health checks of the home account.

    `asks(target)` tells whether the application behind an alias target is healthy, `alarms(region, name)` how the data
    stream of an alarm stands, `controls(arn)` whether a routing control is On.
    """

    def __init__(
        self,
        clock: Clock,
        gate: Gate,
        durations: Durations,
        *,
        zone: HostedZone | None,
        asks: Callable[[str], bool],
        alarms: Callable[[str, str], AlarmState],
        controls: Callable[[str], bool],
    ) -> None:
        self._clock, self._gate, self._durations, self._zone, self._asks = clock, gate, durations, zone, asks
        self._alarms, self._controls = alarms, controls
        self._records: dict[tuple[str, str, str], RecordSet] = {}
        self._changed_at: dict[tuple[str, str, str], float] = {}
        self._changes: dict[str, float] = {}
        self._checks: dict[str, HealthCheck] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._references: dict[str, str] = {}

    # -- what others see and do --------------------------------------------------------------------------------------

    @property
    def contents(self) -> tuple[RecordSet, ...]:
        """Every record set of the zone."""
        return tuple(self._records[key] for key in sorted(self._records))

    @property
    def checks(self) -> tuple[HealthCheck, ...]:
        """Every health check of the account."""
        return tuple(self._checks.values())

    def store(self, *records: RecordSet) -> None:
        """Put records there as somebody else would, unnoticed by the log of calls."""
        for record in records:
            self._records[record.key] = record
            self._changed_at[record.key] = self._clock.monotonic()

    def store_check(self, check: HealthCheck) -> None:
        """Change or add a health check as somebody else would."""
        self._checks[check.id] = replace(check, version=check.version + 1)
        self._tags.setdefault(check.id, {})

    def forget_check(self, check_id: str) -> None:
        """Delete a health check as somebody else would."""
        del self._checks[check_id]

    def answers(self, name: str) -> str:
        """The data plane: the API domain that users of this name are sent to, "" for nothing. No call of ours."""
        states = {check.id: self._state(check) for check in self.checks}
        healthy = {check.id: check_health(check, states, self._checks)[0] for check in self.checks}
        given = answer(self.contents, name, "A", healthy)
        return given.values[0] if given.values else ""

    def addresses(self, name: str) -> tuple[str, ...]:
        """The data plane's answer, as a resolver gets it."""
        found = self.answers(name)
        return (found,) if found else ()

    def _state(self, check: HealthCheck) -> CheckState:
        if check.alarm_name:
            return CheckState(alarm=self._alarms(check.alarm_region, check.alarm_name))
        if check.routing_control:
            return CheckState(last_known=self._controls(check.routing_control))
        record = self._records.get((check.host, "A", ""))
        if record is None or record.alias is None:
            return CheckState()
        return CheckState(observations=(self._asks(str(record.alias.name)),))

    def since(self, value_ends: str) -> float | None:
        """When a record whose value ends so was put, None when there is none."""
        found = [
            self._changed_at[key]
            for key, record in self._records.items()
            if any(str(value).endswith(value_ends) for value in record.values)
        ]
        return min(found, default=None)

    # -- the port ----------------------------------------------------------------------------------------------------

    def zone(self, name: str) -> HostedZone | None:
        """The zone of exactly that name."""
        with self._gate.call("Dns.zone", region=REGION):
            return self._zone if self._zone and self._zone.name == name else None

    def records(self, zone_id: str, names: frozenset[str]) -> Sequence[RecordSet]:
        """The record sets of these names."""
        with self._gate.call("Dns.records", region=REGION):
            return tuple(one for one in self.contents if one.name in names)

    def change(self, zone_id: str, changes: Sequence[RecordChange], *, comment: str) -> str:
        """All or nothing; AwsError InvalidChangeBatch with every reason."""
        with self._gate.call("Dns.change", region=REGION, mutating=True):
            if self._zone is None or self._zone.id != zone_id:
                raise NotFound(f"hosted zone {zone_id} does not exist", where="Route 53", code="NoSuchHostedZone")
            found = problems(tuple(self._records.values()), tuple(changes), self._zone.name, frozenset(self._checks))
            if found:
                raise AwsError("; ".join(found), where="Route 53", code="InvalidChangeBatch")
            for one in changes:
                if one.action is RecordAction.DELETE:
                    del self._records[one.record.key]
                else:
                    self.store(one.record)
            identity = f"C{len(self._changes) + 1}"
            self._changes[identity] = self._clock.monotonic()
            return identity

    def in_sync(self, change_id: str) -> bool:
        """After a while."""
        with self._gate.call("Dns.in_sync", region=REGION):
            return self._clock.monotonic() >= self._changes[change_id] + self._durations.in_sync_s

    def health_checks(self, *, tags: Mapping[str, str]) -> Sequence[HealthCheck]:
        """The health checks that carry all these tags."""
        with self._gate.call("Dns.health_checks", region=REGION):
            return tuple(one for key, one in self._checks.items() if tags.items() <= self._tags[key].items())

    def create_health_check(self, check: HealthCheck, *, tags: Mapping[str, str]) -> str:
        """The id. A reference is taken for ever, also after its check was deleted."""
        with self._gate.call("Dns.create_health_check", region=REGION, mutating=True):
            taken = self._references.get(check.caller_reference)
            if taken is not None:
                have = self._checks.get(taken)
                if have is None or replace(check, id=have.id, version=have.version) != have:
                    code = "HealthCheckAlreadyExists"
                    raise AlreadyExists(f"reference {check.caller_reference} is taken", where="Route 53", code=code)
                self._tags[taken] = dict(tags)
                return taken
            identity = f"hc-{len(self._references) + 1}"
            self._references[check.caller_reference] = identity
            self._checks[identity] = replace(check, id=identity, version=1)
            self._tags[identity] = dict(tags)
            return identity

    def update_health_check(self, check: HealthCheck) -> None:
        """Everything but type and interval, if nobody was faster."""
        with self._gate.call("Dns.update_health_check", region=REGION, mutating=True):
            have = self._check(check.id)
            if have.version != check.version:
                raise PreconditionFailed("another version", where="Route 53", code="HealthCheckVersionMismatch")
            self._checks[check.id] = replace(
                check,
                version=have.version + 1,
                kind=have.kind,
                interval_s=have.interval_s,
                caller_reference=have.caller_reference,
            )

    def delete_health_check(self, check_id: str) -> None:
        """Silent when it is gone. Records that carry it go on answering as healthy."""
        with self._gate.call("Dns.delete_health_check", region=REGION, mutating=True):
            self._checks.pop(check_id, None)

    def health(self, check_id: str) -> bool | None:
        """What an endpoint's checkers would see through the record of its host; None when it has none."""
        with self._gate.call("Dns.health", region=REGION):
            check = self._check(check_id)
            record = self._records.get((check.host, "A", ""))
            if record is None or record.alias is None:
                return None
            return self._asks(str(record.alias.name)) is not check.inverted

    def _check(self, check_id: str) -> HealthCheck:
        if check_id not in self._checks:
            raise NotFound(f"health check {check_id} does not exist", where="Route 53", code="NoSuchHealthCheck")
        return self._checks[check_id]
