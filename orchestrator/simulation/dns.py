"""Route 53: one zone, atomic validated batches, health checks with references that are used up, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from orchestrator.core.answers import Answer, answer, answer_of
from orchestrator.core.check_health import CheckState, check_health
from orchestrator.core.dns import CheckKind, HealthCheck, HostedZone, RecordAction, RecordChange, RecordSet
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, PreconditionFailed
from orchestrator.core.record_rules import problems
from orchestrator.core.zone_view import ZoneView
from orchestrator.ports import Clock
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Gate

REGION = "route53"
"""Where its calls go: silence it to lose the control plane alone."""


Key = tuple[str, str, str]


class SimulatedZoneServers:
    """Those of the one zone. `deaf`: the network lets nobody ask them."""

    def __init__(self, dns: SimulatedDns) -> None:
        self._dns = dns
        self.deaf = False

    def addresses(self, zone: str, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """What they answer now."""
        return {} if self.deaf else self._dns.told(names)


def _unknown(_: HealthCheck) -> CheckState:
    return CheckState()


def _unwatched(_: HealthCheck) -> None:
    """Nobody probes."""


class SimulatedDns:
    """One public hosted zone (None: there is none) and the health checks of the home account.

    `instant`: name servers answer a change at once, else when it is INSYNC. `state_of` tells what is known of a check,
    `watch` hears of every new one.
    """

    def __init__(
        self, clock: Clock, gate: Gate, durations: Durations, *, zone: HostedZone | None, instant: bool
    ) -> None:
        self._clock, self._gate, self._zone = clock, gate, zone
        self._in_sync_s = durations.in_sync_s
        self._answered_s = 0.0 if instant else durations.in_sync_s
        self._records: dict[Key, RecordSet] = {}
        self._changed_at: dict[Key, float] = {}
        self._changes: dict[str, float] = {}
        # What name servers answer from: each state of the zone with the moment at which they have it.
        self._published: list[tuple[float, Mapping[Key, RecordSet]]] = [(0.0, {})]
        self._checks: dict[str, HealthCheck] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._references: dict[str, str] = {}
        self.state_of: Callable[[HealthCheck], CheckState] = _unknown
        self.watch: Callable[[HealthCheck], None] = _unwatched

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
            self._put(record)
        self._publish(0.0)

    def store_check(self, check: HealthCheck) -> None:
        """Change or add a health check as somebody else would."""
        self._tags.setdefault(check.id, {})
        self._keep(replace(check, version=check.version + 1))

    def forget_check(self, check_id: str) -> None:
        """Delete a health check as somebody else would."""
        del self._checks[check_id]

    def ask(self, name: str, *, draw: float = 0.0, client_region: str = "") -> Answer:
        """The data plane's answer to one question (see core.answers). No call of ours."""
        return answer(self._served().values(), name, "A", self.healthy(), client_region=client_region, draw=draw)

    def answers(self, name: str) -> str:
        """The API domain that users of this name are sent to, "" for nothing."""
        given = self.ask(name)
        return given.values[0] if given.values else ""

    def healthy(self) -> dict[str, bool]:
        """What Route 53 makes of each health check, by id."""
        states = {check.id: self.state_of(check) for check in self.checks}
        return {check.id: check_health(check, states, self._checks)[0] for check in self.checks}

    def addresses(self, name: str) -> tuple[str, ...]:
        """The data plane's answer, as a resolver gets it."""
        found = self.answers(name)
        return (found,) if found else ()

    def told(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The data plane's answers to many questions at once."""
        zone = ZoneView.of(self._served().values(), self.healthy())
        return {name: answer_of(zone, name, "A").values[:1] for name in names}

    def target(self, host: str) -> str:
        """The API domain behind a regional host name, as name servers answer it; "" for none."""
        record = self._served().get((host, "A", ""))
        return str(record.alias.name) if record and record.alias else ""

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
                kept = None if one.action is RecordAction.DELETE else one.record
                if self._records.get(one.record.key) != kept:
                    self._gate.changed("Dns.change", "/".join(one.record.key))
                if kept is None:
                    del self._records[one.record.key]
                else:
                    self._put(kept)
            self._publish(self._answered_s)
            identity = f"C{len(self._changes) + 1}"
            self._changes[identity] = self._clock.monotonic()
            return identity

    def in_sync(self, change_id: str) -> bool:
        """After a while."""
        with self._gate.call("Dns.in_sync", region=REGION):
            return self._clock.monotonic() >= self._changes[change_id] + self._in_sync_s

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
            self._gate.changed("Dns.create_health_check", check.name, check.caller_reference)
            self._references[check.caller_reference] = identity
            self._tags[identity] = dict(tags)
            self._keep(replace(check, id=identity, version=1))
            return identity

    def update_health_check(self, check: HealthCheck) -> None:
        """Everything but type and interval, if nobody was faster."""
        with self._gate.call("Dns.update_health_check", region=REGION, mutating=True):
            have = self._check(check.id)
            if have.version != check.version:
                raise PreconditionFailed("another version", where="Route 53", code="HealthCheckVersionMismatch")
            self._gate.changed("Dns.update_health_check", check.id, f"{check.id} {check.version}")
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
            if self._checks.pop(check_id, None) is not None:
                self._gate.changed("Dns.delete_health_check", check_id, check_id)

    def health(self, check_id: str) -> bool | None:
        """The checkers' verdict; None without an observation, and of calculated checks: Route 53 tells none of them."""
        with self._gate.call("Dns.health", region=REGION):
            check = self._check(check_id)
            state = self.state_of(check)
            if check.kind is CheckKind.CALCULATED or state == CheckState():
                return None
            return check_health(check, {check_id: state}, self._checks)[0]

    # -- below -------------------------------------------------------------------------------------------------------

    def _put(self, record: RecordSet) -> None:
        self._records[record.key] = record
        self._changed_at[record.key] = self._clock.monotonic()

    def _publish(self, delay_s: float) -> None:
        self._published.append((self._clock.monotonic() + delay_s, dict(self._records)))

    def _served(self) -> Mapping[Key, RecordSet]:
        """The latest state of the zone that name servers have. One that came later but is there already counts."""
        now = self._clock.monotonic()
        latest = max(place for place, (at, _) in enumerate(self._published) if at <= now)
        del self._published[:latest]
        return self._published[0][1]

    def _keep(self, check: HealthCheck) -> None:
        new = check.id not in self._checks
        self._checks[check.id] = check
        if new:
            self.watch(check)

    def _check(self, check_id: str) -> HealthCheck:
        if check_id not in self._checks:
            raise NotFound(f"health check {check_id} does not exist", where="Route 53", code="NoSuchHealthCheck")
        return self._checks[check_id]
