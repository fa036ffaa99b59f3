"""Code: replicate every bucket to every other, put each artifact once, prove each region's own replica."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import AwaitReplica, CreateInstances, ReplicateBucket, UpdateInstances, UploadArtifact
from orchestrator.core.desired import DesiredState, artifact_version, needs_upload, upload_step
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Finding, Plane, Risk, Severity, Step
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.state import Artifact, Bucket, ObservedState, ReplicaRead, ReplicaStatus


def plan_bucket_replication(desired: DesiredState, observed: ObservedState, control: Part) -> Part:
    """One change and one step per bucket whose rules are not exactly: replicate to all the others.

    S3 wants every destination to exist first, so mutual replication cannot be written by one pass of CloudFormation.
    """
    return joined(_bucket(desired, observed, control, region) for region in desired.topology.control_regions)


def replica_step(artifact: str, region: str) -> str:
    """The id of the step that proves a replica."""
    return f"replica:{artifact}:{region}"


def plan_artifacts(desired: DesiredState, observed: ObservedState, before: Part) -> Part:
    """Upload and proof of every artifact. `before` holds the steps that make the buckets and their rules."""
    return joined(_artifact(desired, observed, before, artifact) for artifact in desired.artifacts)


def after_new_copies(compute: Part, code: Part) -> Part:
    """Updates come after the copies of regions that are new to the release.

    New instances are made from what an update told the stack set, and must find that version in their own region; a
    copy that never comes holds no update up for longer than its own deadline.
    """
    new = {one for step in compute.steps if isinstance(step.action, CreateInstances) for one in step.action.regions}
    copies = tuple(one.id for one in code.steps if isinstance(one.action, AwaitReplica) and one.region in new)
    steps = (
        replace(step, after=(*step.after, *(one for one in copies if one not in step.needs)))
        if isinstance(step.action, UpdateInstances)
        else step
        for step in compute.steps
    )
    return replace(compute, steps=tuple(steps))


def _bucket(desired: DesiredState, observed: ObservedState, control: Part, region: str) -> Part:
    names = desired.names
    others = [other for other in desired.topology.control_regions if other != region]
    wanted = tuple((f"to-{other}", names.artifact_bucket(other)) for other in others)
    seen = next((one for one in observed.buckets if one.region == region), None)
    identity = f"bucket-replication:{region}"
    if observed.is_silent(region) and seen is None:
        finding = _silent(identity, region)
        return Part((_change(identity, region, ChangeAction.NO_OP, finding.message),), (), (finding,), complete=False)
    have = seen or Bucket(region, names.artifact_bucket(region), exists=False)
    targets = tuple(sorted(bucket for _, bucket in wanted))
    if have.exists and tuple(sorted(have.destinations)) == targets:
        return Part((_change(identity, region, ChangeAction.NO_OP, "replicates to every other bucket"),))
    field = FieldChange("destinations", ", ".join(sorted(have.destinations)), ", ".join(targets))
    action = ChangeAction.UPDATE if have.destinations else ChangeAction.CREATE
    change = _change(identity, region, action, "a build may be published in any region", field)
    role = f"arn:{desired.topology.partition}:iam::{names.home_account}:role/{names.replication_role}"
    step = Step(
        id=f"replicate:{region}",
        action=ReplicateBucket(region, names.artifact_bucket(region), wanted, role),
        needs=control.step_ids[-1:],
        reason="every region must get every build",
        region=region,
        home_region=region,
    )
    return Part((change,), (step,))


def _silent(identity: str, region: str) -> Finding:
    message = f"the artifact bucket of {region} did not answer"
    return Finding("region-unreachable", Severity.WARNING, identity, message, "plan again once it answers")


def _change(identity: str, region: str, action: ChangeAction, reason: str, *fields: FieldChange) -> Change:
    risk = Risk.NONE if action is ChangeAction.NO_OP else Risk.LOW
    return Change(
        id=identity,
        kind=ChangeKind.BUCKET_REPLICATION,
        action=action,
        reason=reason,
        region=region,
        risk=risk,
        fields=fields,
    )


def _artifact(desired: DesiredState, observed: ObservedState, before: Part, artifact: Artifact) -> Part:
    reads = {read.region: read for read in observed.replicas if read.artifact == artifact.name}
    source = _source_region(desired, observed, reads)
    upload = needs_upload(artifact, observed)
    again = upload and any(read.head is not None for read in reads.values())
    steps: list[Step] = []
    if upload:
        action = UploadArtifact(artifact, source, desired.names.artifact_bucket(source), again)
        steps.append(
            Step(
                id=upload_step(artifact.name),
                action=action,
                needs=before.step_ids,
                reason=_upload_reason(reads, again=again),
                region=source,
                plane=Plane.DATA,
                home_region=source,
            )
        )
    unproven = [
        region
        for region in desired.topology.control_regions
        if upload or reads.get(region, _unread(artifact, region)).status is not ReplicaStatus.PROVEN
    ]
    steps += [_proof(desired, observed, artifact, region, source, upload=upload) for region in unproven]
    return Part((_artifact_change(artifact, reads, unproven, source, upload=upload),), tuple(steps))


def _unread(artifact: Artifact, region: str) -> ReplicaRead:
    return ReplicaRead(artifact.name, region, ReplicaStatus.UNREACHABLE)


def _source_region(desired: DesiredState, observed: ObservedState, reads: dict[str, ReplicaRead]) -> str:
    """Where the object was put or will be: home unless it is silent, so that a build outlives any region."""
    originals = [
        region
        for region, read in sorted(reads.items())
        if read.head is not None and read.head.replication != "REPLICA" and read.status is not ReplicaStatus.DIFFERENT
    ]
    home = desired.topology.home_region
    order = [*originals, home, *(region for region in desired.topology.control_regions if region != home)]
    return next((region for region in order if not observed.is_silent(region)), home)


def _upload_reason(reads: dict[str, ReplicaRead], *, again: bool) -> str:
    if not again:
        return "no bucket holds it"
    damaged = [f"{region}: {read.reason}" for region, read in sorted(reads.items()) if read.reason]
    return f"put again so that it is replicated anew ({'; '.join(damaged)})"


def _proof(
    desired: DesiredState, observed: ObservedState, artifact: Artifact, region: str, source: str, *, upload: bool
) -> Step:
    names = desired.names
    action = AwaitReplica(
        artifact,
        region,
        names.artifact_bucket(region),
        artifact_version(artifact, observed),
        (source, names.artifact_bucket(source)),
    )
    return Step(
        id=replica_step(artifact.name, region),
        action=action,
        needs=(upload_step(artifact.name),) if upload else (),
        reason="a region is deployed only once its own replica is proven",
        region=region,
        plane=Plane.DATA,
        home_region=region,
        deadline_s=desired.topology.rollout.replication_deadline_s,
    )


def _artifact_change(
    artifact: Artifact, reads: dict[str, ReplicaRead], unproven: list[str], source: str, *, upload: bool
) -> Change:
    unchanged = f"unchanged: {artifact.sha256[:12]} lies in every region"
    fields = (FieldChange("sha256", "", artifact.sha256), FieldChange("size", "", f"{artifact.size_bytes} bytes"))
    if upload:
        again = any(read.head is not None for read in reads.values())
        action = ChangeAction.UPDATE if again else ChangeAction.CREATE
        return _artifact_line(artifact, action, _upload_reason(reads, again=again), source, fields)
    if unproven:
        waiting = ", ".join(
            f"{region} {reads[region].status.value if region in reads else 'unread'}" for region in unproven
        )
        return _artifact_line(artifact, ChangeAction.UPDATE, f"uploaded; not proven everywhere: {waiting}", source, ())
    return _artifact_line(artifact, ChangeAction.NO_OP, unchanged, source, ())


def _artifact_line(
    artifact: Artifact, action: ChangeAction, reason: str, source: str, fields: tuple[FieldChange, ...]
) -> Change:
    return Change(
        id=f"artifact:{artifact.name}",
        kind=ChangeKind.ARTIFACT,
        action=action,
        reason=reason,
        region=source,
        fields=fields,
    )
