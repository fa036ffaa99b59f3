"""The closed union of everything a step can do. Plain values: comparable, printable, dispatched with match."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.dns import HealthCheck, RecordChange, RecordSet
from orchestrator.core.drill_actions import DrillAction
from orchestrator.core.fan_out import ALL_AT_ONCE, FanOut
from orchestrator.core.gate_actions import GateAction
from orchestrator.core.levers import Lever, Position
from orchestrator.core.pending import Value
from orchestrator.core.state import Artifact, StackSet, Targets


@dataclass(frozen=True, slots=True)
class PutStack:
    """Create or update one plain stack (the roles of bootstrap) and wait until it is complete."""

    account: str
    region: str
    name: str
    body: str
    digest: str
    parameters: tuple[tuple[str, str], ...]
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeleteStack:
    """Delete one plain stack and wait until it is gone."""

    account: str
    region: str
    name: str


@dataclass(frozen=True, slots=True)
class CreateStackSet:
    """Make the stack set itself, without instances. Results: none."""

    stack_set: StackSet


@dataclass(frozen=True, slots=True)
class CreateInstances:
    """Make the instances of these regions and verify each. Results: every output, as `ACCOUNT/REGION/Output`."""

    stack_set: StackSet
    targets: Targets
    regions: tuple[str, ...]
    operation_id: str
    fan_out: FanOut = ALL_AT_ONCE


@dataclass(frozen=True, slots=True)
class UpdateInstances:
    """Bring the instances of these regions to the stack set's new template and parameters, and verify each.

    No `regions`: the stack set has no instances yet, and only its own template and parameters are updated.
    `overrides_follow`: a later step sets what differs by region, so only the rest is verified here.
    """

    stack_set: StackSet
    targets: Targets
    regions: tuple[str, ...]
    operation_id: str
    overrides_follow: bool = False
    fan_out: FanOut = ALL_AT_ONCE


@dataclass(frozen=True, slots=True)
class OverrideInstances:
    """Set what differs by region on instances that exist."""

    stack_set: StackSet
    targets: Targets
    regions: tuple[str, ...]
    operation_id: str
    fan_out: FanOut = ALL_AT_ONCE


@dataclass(frozen=True, slots=True)
class DeleteInstances:
    """Delete instances and their stacks."""

    name: str
    home_region: str
    targets: Targets
    regions: tuple[str, ...]
    operation_id: str
    fan_out: FanOut = ALL_AT_ONCE


@dataclass(frozen=True, slots=True)
class DeleteStackSet:
    """Delete a stack set that has no instances left."""

    name: str
    home_region: str


@dataclass(frozen=True, slots=True)
class AwaitOperation:
    """Wait for an operation that somebody (an earlier run, a colleague) started."""

    stack_set: str
    home_region: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class ReplicateBucket:
    """Replicate one artifact bucket to the others. `destinations`: (rule id, bucket)."""

    region: str
    bucket: str
    destinations: tuple[tuple[str, str], ...]
    role_arn: str


@dataclass(frozen=True, slots=True)
class UploadArtifact:
    """Put an artifact once. Results: `version`, `region`."""

    artifact: Artifact
    region: str
    bucket: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class AwaitReplica:
    """Prove that a region holds this artifact: version id and SHA-256, by HEAD in that region.

    `source` is (region, bucket) of the object that S3 replicates from: it is put again once when S3 says FAILED.
    """

    artifact: Artifact
    region: str
    bucket: str
    version: Value
    source: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRelease:
    """Keep what a release is made of in the first of `places` (region, bucket) that takes it. Never overwritten.

    `stack_set` is compute; each artifact comes with its version.
    """

    release: str
    application: str
    environment: str
    stack_set: StackSet
    artifacts: tuple[tuple[Artifact, Value], ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ValidateCertificates:
    """While the infra instance is being made (step `beside`): write ACM's validation records for these hosts."""

    account: str
    region: str
    zone_id: str
    hosts: tuple[str, ...]
    beside: str


@dataclass(frozen=True, slots=True)
class ProbeRegion:
    """The gate after a region: its regional name must answer 2xx, asked at `target`, `successes` times in a row.

    `interval_s` lie between two questions (0: as the polling policy has it).
    """

    account: str
    region: str
    host: str
    target: Value
    path: str
    release: str
    successes: int = 2
    interval_s: int = 0


@dataclass(frozen=True, slots=True)
class CreateHealthCheck:
    """Results: `id`."""

    check: HealthCheck
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UpdateHealthCheck:
    """Change what Route 53 lets change. `tags` are those by which our checks are found."""

    check: HealthCheck
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeleteHealthCheck:
    """After no record uses it any more."""

    check_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ChangeRecords:
    """One atomic batch, validated before it is sent, waited for until INSYNC.

    `seen` are the records that stood there when it was planned: what anybody has put there since is not overwritten.
    """

    zone_id: str
    zone_name: str
    changes: tuple[RecordChange, ...]
    seen: tuple[RecordSet, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteBucket:
    """Delete every version of every object of an artifact bucket, and the bucket: only when the user said so.

    CloudFormation retains the bucket, and a bucket left behind would keep its name from the next bootstrap.
    """

    region: str
    bucket: str


@dataclass(frozen=True, slots=True)
class MoveLever:
    """Write a lever's metric in the region where it lives, or set its routing control."""

    lever: Lever
    position: Position


@dataclass(frozen=True, slots=True)
class HoldLever:
    """Write it again until what tells where it stands agrees."""

    lever: Lever
    position: Position


@dataclass(frozen=True, slots=True)
class AwaitAnswer:
    """Ask the shared name as a user does until the answer has left `region`, or comes from it (`leaves` False).

    `anywhere`: not every user meets the region when it is back; any good answer will do.
    """

    host: str
    path: str
    region: str
    leaves: bool
    successes: int = 2
    anywhere: bool = False


Action = (
    PutStack
    | DeleteStack
    | CreateStackSet
    | CreateInstances
    | UpdateInstances
    | OverrideInstances
    | DeleteInstances
    | DeleteStackSet
    | AwaitOperation
    | ReplicateBucket
    | UploadArtifact
    | AwaitReplica
    | RecordRelease
    | ValidateCertificates
    | ProbeRegion
    | CreateHealthCheck
    | UpdateHealthCheck
    | DeleteHealthCheck
    | ChangeRecords
    | DeleteBucket
    | MoveLever
    | HoldLever
    | AwaitAnswer
    | DrillAction
    | GateAction
)
