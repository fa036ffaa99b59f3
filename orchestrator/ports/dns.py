"""Route 53 and what else decides where a name leads: certificates, levers, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.core.dns import HealthCheck, HostedZone, RecordChange, RecordSet
from orchestrator.core.levers import Lever, Position


class Dns(Protocol):
    """Route 53's control plane."""

    def zone(self, name: str) -> HostedZone | None:
        """The public hosted zone of exactly that name. Refused when several share it."""
        ...

    def records(self, zone_id: str, names: frozenset[str]) -> Sequence[RecordSet]:
        """Every record set of these names; a large zone is not read as a whole when few names are asked for."""
        ...

    def change(self, zone_id: str, changes: Sequence[RecordChange], *, comment: str) -> str:
        """Send one atomic batch; the change id. Values must be known (no Pending)."""
        ...

    def in_sync(self, change_id: str) -> bool:
        """True when every name server answers the change."""
        ...

    def health_checks(self, *, tags: Mapping[str, str]) -> Sequence[HealthCheck]:
        """The health checks that carry all these tags."""
        ...

    def create_health_check(self, check: HealthCheck, *, tags: Mapping[str, str]) -> str:
        """The id. The same caller reference with the same settings answers the check that exists."""
        ...

    def update_health_check(self, check: HealthCheck) -> None:
        """Change what Route 53 lets change; `check.version` guards against another writer."""
        ...

    def delete_health_check(self, check_id: str) -> None:
        """Silent when it is gone."""
        ...

    def health(self, check_id: str) -> bool | None:
        """What the checkers say; None when there is no observation."""
        ...


@dataclass(frozen=True, slots=True)
class ValidationRecord:
    """The CNAME by which ACM proves that we own a name."""

    certificate: str
    name: str
    value: str
    validated: bool


class Certificates(Protocol):
    """ACM in any account and region."""

    def validations(self, account: str, region: str, *, hosts: frozenset[str]) -> Sequence[ValidationRecord]:
        """The validation records of the newest certificate per host that is pending or issued."""
        ...


class Levers(Protocol):
    """The levers that take a region out. Each call goes to the region where the lever lives: data plane, home account.

    A datum of the same minute that says "out" wins over one that says "in": who wants "in" writes again until it is.
    Routing controls are asked at the endpoints of their cluster in turn, those of denied regions left out.
    """

    def move(self, lever: Lever, position: Position) -> None:
        """Write the lever once (OUT or IN). RuleViolated when a safety rule of ARC says no."""
        ...

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """Where their alarms or routing controls stand; UNKNOWN for one that does not exist."""
        ...


class ZoneServers(Protocol):
    """The name servers that the domain of a zone is delegated to, asked directly: no cache stands between."""

    def addresses(self, zone: str, names: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """The IPv4 addresses of each name, () where there are none. Without the names that nobody told of in time."""
        ...


class NameLookup(Protocol):
    """What DNS answers, from anywhere: the data plane of Route 53."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IPv4 addresses of a name; () when it has none or nobody answered in time."""
        ...
