"""Two snapshots in one vocabulary: what should be (desired) and what AWS says (observed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from orchestrator.core.dns import HealthCheck, HostedZone, RecordSet
from orchestrator.core.drill import DrillRecord
from orchestrator.core.levers import Position
from orchestrator.core.pending import Value

Parameters = tuple[tuple[str, Value], ...]
"""Template parameters sorted by name; a value may be known only after a step."""


# -- code ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Artifact:
    """A package named by its SHA-256 (hex). `file` is the zip on this machine, `key` its place in every bucket.

    `version` pins one version of the object, "" takes the one that lies there; a pinned one has no file here.
    """

    name: str
    sha256: str
    size_bytes: int
    key: str
    file: str
    kind: str = "code"
    version: str = ""


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """A release whose record lies in an artifact bucket, and since when.

    `landed_at`: when a run last ended well with it, every gate passed; None: no such run is known.
    """

    release: str
    stored_at: datetime
    landed_at: datetime | None = None


class ReplicaStatus(Enum):
    """What one region's HEAD says of an artifact. PROVEN: right version and right SHA-256, readable there.

    SOURCE fields of the object that was put: PENDING, COMPLETED and FAILED are S3's replication status.
    """

    PROVEN = "proven"
    PENDING = "pending"
    FAILED = "failed"
    MISSING = "missing"
    DIFFERENT = "different"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """S3's answer to HEAD: version id, SHA-256 (hex, "" when S3 holds none), size and S3's replication status.

    `replication` is "", PENDING, COMPLETED, FAILED or REPLICA, as S3 spells it.
    """

    region: str
    bucket: str
    key: str
    version: str
    sha256: str
    size_bytes: int
    replication: str = ""


@dataclass(frozen=True, slots=True)
class ReplicaRead:
    """What one region said of one artifact. `head` is None when nothing is there or nobody answered."""

    artifact: str
    region: str
    status: ReplicaStatus
    head: ObjectHead | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """An artifact bucket as S3 shows it. `destinations` are the buckets that its rules replicate to."""

    region: str
    name: str
    exists: bool
    versioned: bool = False
    destinations: tuple[str, ...] = ()


# -- stack sets ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Targets:
    """Where instances go: 12-digit accounts, or organizational units (service-managed permissions).

    Both: of the accounts that the units hold only these.
    """

    accounts: tuple[str, ...] = ()
    organizational_units: tuple[str, ...] = ()

    @property
    def service_managed(self) -> bool:
        """Organizational units need the permission model of AWS Organizations."""
        return bool(self.organizational_units)

    def reaches(self, account: str, unit: str) -> bool:
        """`unit` is that of the instance, "" when StackSets does not tell it."""
        if self.organizational_units and unit not in ("", *self.organizational_units):
            return False
        return not self.accounts or account in self.accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSet:
    """A stack set as it should be. `regions` are in rollout order; `overrides` hold what differs by region."""

    name: str
    layer: str
    home_region: str
    body: str
    digest: str
    parameters: Parameters
    overrides: tuple[tuple[str, Parameters], ...]
    regions: tuple[str, ...]
    targets: Targets
    capabilities: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    administration_role_arn: str = ""
    execution_role: str = ""

    def overrides_for(self, region: str) -> Parameters:
        """The parameters that only this region's instances get."""
        return dict(self.overrides).get(region, ())

    def parameters_for(self, region: str) -> Parameters:
        """Every parameter of this region's instances."""
        return tuple(sorted({**dict(self.parameters), **dict(self.overrides_for(region))}.items()))


class OperationStatus(Enum):
    """StackSets' own words."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    QUEUED = "QUEUED"

    @property
    def ended(self) -> bool:
        """Nothing more will happen under this operation."""
        return self in (OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Operation:
    """One stack-set operation."""

    id: str
    action: str
    status: OperationStatus
    created_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ObservedStackSet:
    """A stack set as StackSets shows it. Its own template proves nothing about its instances (they are asked)."""

    name: str
    home_region: str
    body: str
    digest: str
    parameters: tuple[tuple[str, str], ...]
    tags: tuple[tuple[str, str], ...] = ()
    operations: tuple[Operation, ...] = ()
    administration_role_arn: str = ""
    execution_role: str = ""
    organizational_units: tuple[str, ...] = ()

    @property
    def in_flight(self) -> tuple[Operation, ...]:
        """Operations that have not ended."""
        return tuple(operation for operation in self.operations if not operation.status.ended)


class InstanceStatus(Enum):
    """StackSets' own words."""

    CURRENT = "CURRENT"
    OUTDATED = "OUTDATED"
    INOPERABLE = "INOPERABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One CloudFormation stack as its own account and region show it.

    `digest` is the SHA-256 of the canonical template it runs ("" when not read); `updated_at` is the start of its
    last change.
    """

    account: str
    region: str
    name: str
    id: str
    status: str
    status_reason: str = ""
    digest: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInstance:
    """One instance: what StackSets believes of it, and `stack`, what it really runs (None: not there, or not read)."""

    stack_set: str
    account: str
    region: str
    status: InstanceStatus
    detailed: str = ""
    reason: str = ""
    stack_id: str = ""
    last_operation: str = ""
    organizational_unit: str = ""
    stack: Stack | None = None

    @property
    def place(self) -> tuple[str, str]:
        """(account, region)."""
        return (self.account, self.region)


@dataclass(frozen=True, slots=True)
class InstanceResult:
    """What one operation did to one instance: StackSets' status and AWS's reason."""

    account: str
    region: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ResourceFailure:
    """The first resource that failed in a stack, in AWS's words."""

    logical_id: str
    type: str
    reason: str


# -- snapshots ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Silent:
    """A place that did not answer; `what` says which question, `reason` why."""

    region: str
    account: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedState:
    """What AWS said, and who did not answer. Absent things are absent from the tuples, never None in them.

    `evacuations` tell by DNS where the evacuate lever of a region stands, of those that are to be exchanged.
    `releases` are those that can be gone back to, newest first.
    """

    home_account: str
    taken_at: datetime
    stack_sets: tuple[ObservedStackSet, ...] = ()
    instances: tuple[StackInstance, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    replicas: tuple[ReplicaRead, ...] = ()
    zone: HostedZone | None = None
    records: tuple[RecordSet, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()
    access_stacks: tuple[Stack, ...] = ()
    drills: tuple[DrillRecord, ...] = ()
    silent: tuple[Silent, ...] = ()
    evacuations: tuple[tuple[str, Position], ...] = ()
    releases: tuple[KeptRelease, ...] = ()
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lookups must not walk through all instances: a plan makes several for each of them."""
        object.__setattr__(self, "_index", _indexed(self.instances, self.silent))

    def stack_set(self, name: str) -> ObservedStackSet | None:
        """The stack set of that name."""
        return next((one for one in self.stack_sets if one.name == name), None)

    def instances_of(self, name: str) -> tuple[StackInstance, ...]:
        """The instances of one stack set."""
        return self._index.of_set.get(name, ())

    def instances_in(self, name: str, region: str) -> tuple[StackInstance, ...]:
        """The instances of one stack set in one region."""
        return self._index.in_region.get((name, region), ())

    def instance(self, name: str, account: str, region: str) -> StackInstance | None:
        """One instance of one stack set."""
        return self._index.at.get((name, account, region))

    def is_silent(self, region: str, account: str = "") -> bool:
        """True when this region (of this account, if given) did not answer a question that planning needs."""
        silent = self._index.silent.get(region, frozenset())
        return bool(silent) and (not account or "" in silent or account in silent)


@dataclass(frozen=True, slots=True)
class _Index:
    """The instances of a snapshot by what they are asked for, in its order; the silent accounts of each region."""

    of_set: Mapping[str, tuple[StackInstance, ...]]
    in_region: Mapping[tuple[str, str], tuple[StackInstance, ...]]
    at: Mapping[tuple[str, str, str], StackInstance]
    silent: Mapping[str, frozenset[str]]


def _indexed(instances: tuple[StackInstance, ...], silent: tuple[Silent, ...]) -> _Index:
    of_set: dict[str, list[StackInstance]] = {}
    in_region: dict[tuple[str, str], list[StackInstance]] = {}
    at: dict[tuple[str, str, str], StackInstance] = {}
    for one in instances:
        of_set.setdefault(one.stack_set, []).append(one)
        in_region.setdefault((one.stack_set, one.region), []).append(one)
        at.setdefault((one.stack_set, one.account, one.region), one)
    accounts: dict[str, set[str]] = {}
    for place in silent:
        accounts.setdefault(place.region, set()).add(place.account)
    return _Index(
        {name: tuple(found) for name, found in of_set.items()},
        {place: tuple(found) for place, found in in_region.items()},
        at,
        {region: frozenset(found) for region, found in accounts.items()},
    )
