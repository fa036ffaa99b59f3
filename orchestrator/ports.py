"""What the orchestrator asks of the outside, in core's words. Gateways, simulation and tests implement these.

Every call has a time-out of its own and raises core.errors.AwsError or one of its kinds. Reads answer None or () for
what does not exist. Nothing here waits for a result: waiting is the executor's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from orchestrator.core.dns import HealthCheck, HostedZone, RecordChange, RecordSet
from orchestrator.core.drill import DrillRecord, Outage
from orchestrator.core.levers import Lever, Position
from orchestrator.core.state import (
    Bucket,
    InstanceResult,
    ObjectHead,
    ObservedStackSet,
    Operation,
    ResourceFailure,
    Stack,
    StackInstance,
    Targets,
)
from orchestrator.core.traffic import TrafficRequest
from orchestrator.journal_store import JournalStore
from orchestrator.lock_store import LockStore


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """Aware UTC wall time, for records that people read."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For durations and deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSetInput:
    """The fields of CreateStackSet and UpdateStackSet that do not depend on the region."""

    name: str
    body: str
    parameters: Mapping[str, str]
    capabilities: tuple[str, ...]
    tags: Mapping[str, str]
    administration_role_arn: str
    execution_role: str
    service_managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationInput:
    """Where an operation goes and under which id it runs (the id is the idempotency token).

    An empty `targets.organizational_units` means accounts. Several `regions`: the control layer only. None: an update
    of a stack set without instances, where neither targets nor regions are sent.
    """

    stack_set: str
    operation_id: str
    targets: Targets
    regions: tuple[str, ...]


class StackSets(Protocol):
    """The stack sets of the home account in the home region."""

    def describe(self, name: str) -> ObservedStackSet | None:
        """The stack set with its recent operations, newest first."""
        ...

    def instances(self, name: str, *, region: str = "") -> Sequence[StackInstance]:
        """Every instance (of one region, if given) as StackSets sees it; `stack` stays None."""
        ...

    def create(self, stack_set: StackSetInput, *, token: str) -> None:
        """CreateStackSet with ClientRequestToken. AlreadyExists when the name is taken."""
        ...

    def create_instances(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start CreateStackInstances. AlreadyExists when the operation id has run; OperationInProgress."""
        ...

    def update(self, stack_set: StackSetInput, operation: OperationInput) -> None:
        """Start UpdateStackSet for the named places only. Same errors as create_instances."""
        ...

    def override(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start UpdateStackInstances: these overrides replace the instances' own."""
        ...

    def delete_instances(self, operation: OperationInput) -> None:
        """Start DeleteStackInstances, stacks included."""
        ...

    def delete(self, name: str) -> None:
        """DeleteStackSet; silent when it is gone."""
        ...

    def operation(self, stack_set: str, operation_id: str) -> Operation:
        """One operation. NotFound when the id never ran."""
        ...

    def results(self, stack_set: str, operation_id: str) -> Sequence[InstanceResult]:
        """What the operation did to each instance."""
        ...


class Stacks(Protocol):
    """CloudFormation stacks in any account and region that the access role reaches."""

    def list(self, account: str, region: str, *, name_contains: str) -> Sequence[Stack]:
        """Every stack whose name contains the text, in one paged listing. `digest` is ""; deleted ones are left out."""
        ...

    def template_digest(self, account: str, region: str, stack: str) -> str:
        """SHA-256 of the canonical form of the template that the stack runs."""
        ...

    def failure(self, account: str, region: str, stack: str) -> ResourceFailure | None:
        """The first resource failure of the stack's last change."""
        ...

    def put(
        self,
        account: str,
        region: str,
        *,
        name: str,
        body: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> bool:
        """Create or update by name (CAPABILITY_NAMED_IAM). False when CloudFormation says there is nothing to do."""
        ...

    def get(self, account: str, region: str, name: str) -> Stack | None:
        """One stack by name, `digest` read from GetTemplate."""
        ...

    def delete(self, account: str, region: str, name: str, *, token: str) -> None:
        """Start DeleteStack; silent when it is gone."""
        ...


class Buckets(Protocol):
    """The artifact buckets of the home account."""

    def describe(self, region: str, bucket: str) -> Bucket:
        """Existence, versioning and replication; `exists` False when there is none or it is somebody else's."""
        ...

    def head(self, region: str, bucket: str, key: str, *, version: str = "") -> ObjectHead | None:
        """HEAD with checksum mode on, asked in that region."""
        ...

    def put(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """PutObject with If-None-Match: * and the checksum SHA-256, which S3 verifies.

        PreconditionFailed when another version is there.
        """
        ...

    def put_again(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """PutObject without a condition: a FAILED replication is only ever retried by a new put."""
        ...

    def replicate(self, region: str, bucket: str, *, destinations: Mapping[str, str], role_arn: str) -> None:
        """PutBucketReplication: one rule per destination bucket ({rule id: bucket name}); {} removes replication."""
        ...

    def empty(self, region: str, bucket: str, *, limit: int = 1000) -> int:
        """Delete up to `limit` object versions; the number deleted (0: it is empty)."""
        ...

    def delete(self, region: str, bucket: str) -> None:
        """DeleteBucket; silent when it is gone. AwsError with code BucketNotEmpty."""
        ...


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


class Alarms(Protocol):
    """CloudWatch alarms of the target accounts: the user's own, watched while a drill goes on."""

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of these metric or composite alarms that are in ALARM, in their order; one that is not there is not."""
        ...

    def missing(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of these names that no metric or composite alarm has, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One HTTP question and its answer; `status` 0 and an `error` when there was none. `latency_s` is measured."""

    ok: bool
    status: int
    body: str
    latency_s: float
    error: str = ""


class Probe(Protocol):
    """Questions asked from outside, as a user would."""

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:
        """GET https://host/path, connecting to `target` (the regional API domain) whatever DNS says of `host`.

        A `target` that is `host` itself is what DNS says; `region` may then be "" (the shared name).
        """
        ...


class NameLookup(Protocol):
    """What DNS answers, from anywhere: the data plane of Route 53."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """The IPv4 addresses of a name; () when it has none or nobody answered in time."""
        ...


class Outages(Protocol):
    """Regions that are made to fail on purpose. Both calls may be repeated."""

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """Let the region's application refuse its users. Where it can, it ends by itself after `lasts_s`.

        Stops at the first account that fails; `end` puts back what was begun. Refused: no `outage.silent` to be had.
        """
        ...

    def end(self, outage: Outage) -> None:
        """Put everything back as it was, in every account; the error at the end names those where it failed."""
        ...


class DrillLog(Protocol):
    """The records of drills, in the artifact buckets."""

    def read(self, region: str, bucket: str, *, ended: int) -> Sequence[DrillRecord]:
        """Every drill that was noted there and has not ended, and the newest `ended` that have; oldest first.

        () without a bucket. A denial is raised: it must not look as if no drill ran.
        """
        ...

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """Add or replace the record of one run."""
        ...


class UserTraffic(Protocol):
    """What users meet while a run goes on."""

    @property
    def on(self) -> bool:
        """Whether there are any users."""
        ...

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:
        """The requests that ended in the last `seconds` of the run's clock, in the order of their ends."""
        ...


class NoTraffic:
    """Nobody calls."""

    on = False

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return ()


class Identity(Protocol):
    """Who we are."""

    def home_account(self) -> str:
        """The 12-digit account of the credentials we run with."""
        ...


class Organization(Protocol):
    """AWS Organizations, asked only when targets are organizational units."""

    def id(self) -> str:
        """The organization's id, `o-...`."""
        ...

    def accounts(self, units: Sequence[str]) -> tuple[str, ...]:
        """The active accounts below the units, sorted, without the management account."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything outside, in one place."""

    clock: Clock
    identity: Identity
    organization: Organization
    stack_sets: StackSets
    stacks: Stacks
    buckets: Buckets
    dns: Dns
    certificates: Certificates
    probe: Probe
    levers: Levers
    alarms: Alarms
    lookup: NameLookup
    outages: Outages
    drill_log: DrillLog
    journals: JournalStore
    lock: LockStore
    users: UserTraffic = field(default_factory=NoTraffic)
