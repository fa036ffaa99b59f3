"""Scenes of lost calls to S3: buckets, code, and the records that lie beside it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from orchestrator.core.actions import (
    AwaitReplica,
    DeleteBucket,
    RecordRelease,
    ReplicateBucket,
    UploadArtifact,
)
from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.drill_actions import BeginDrill
from orchestrator.core.lock import Owner
from orchestrator.journal_store import Segment
from orchestrator.lock import Seat, Taken, take
from orchestrator.ports import Ports
from tests.local.lossy import EAST, HOME, WEST, again, done
from tests.local.lost_stacks import stack_set
from tests.local.lost_stage import STARTED, Scene, Stagehand


def _replication(bucket: str, *others: str) -> ReplicateBucket:
    rules = tuple((f"to-{one}", one) for one in others)
    return ReplicateBucket(WEST, bucket, rules, f"arn:aws:iam::{HOME}:role/replication")


def _destinations(hand: Stagehand, bucket: str) -> tuple[str, ...]:
    return hand.ports.buckets.describe(WEST, bucket).destinations


def replicate(hand: Stagehand) -> Scene:
    bucket, other = hand.bucket(), hand.bucket(EAST)
    return Scene(lambda p: done(p, _replication(bucket, other)), lambda: _destinations(hand, bucket), (other,))


def stop_replicating(hand: Stagehand) -> Scene:
    bucket, other = hand.bucket(), hand.bucket(EAST)
    done(hand.ports, _replication(bucket, other))
    return Scene(lambda p: done(p, _replication(bucket)), lambda: _destinations(hand, bucket), ())


def upload(hand: Stagehand, *, times: int = 1) -> Scene:
    bucket, artifact = hand.bucket(), hand.artifact()
    for number in range(1, times):
        done(hand.ports, UploadArtifact(artifact, WEST, bucket, again=number > 1))
    action = UploadArtifact(artifact, WEST, bucket, again=times > 1)
    return Scene(lambda p: done(p, action), lambda: hand.versions(bucket), times)


def replica_put_again(hand: Stagehand) -> Scene:
    bucket, other, artifact = hand.bucket(), hand.bucket(EAST), hand.artifact()
    done(hand.ports, _replication(bucket, other))
    with hand.embedded.fault(kind="replication_fail", region=EAST):
        head = hand.ports.buckets.put(WEST, bucket, artifact.key, Path(artifact.file), sha256=artifact.sha256)
        while (now := hand.ports.buckets.head(WEST, bucket, artifact.key)) and now.replication != "FAILED":
            hand.ports.clock.sleep(0.05)
    action = AwaitReplica(artifact, EAST, other, head.version, (WEST, bucket))
    return Scene(lambda p: done(p, action), lambda: hand.versions(bucket), 2)


def destroy_bucket(hand: Stagehand) -> Scene:
    bucket = hand.bucket()
    for key in ("a", "b"):
        hand.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    return Scene(
        lambda p: done(p, DeleteBucket(WEST, bucket)),
        lambda: hand.ports.buckets.describe(WEST, bucket).exists,
        False,
    )


def keep_release(hand: Stagehand) -> Scene:
    bucket, release = hand.bucket(), uuid.uuid4().hex[:12]
    action = RecordRelease(
        release=release,
        application="lost",
        environment="test",
        stack_set=stack_set(hand.name()),
        artifacts=(),
        places=((WEST, bucket),),
    )
    return Scene(lambda p: done(p, action), lambda: hand.versions(bucket), 1)


def land(hand: Stagehand) -> Scene:
    bucket = hand.bucket()
    return Scene(
        lambda p: again(partial(p.releases.land, WEST, bucket, "test", "0123456789ab", "run")),
        lambda: [one["Key"] for one in hand.client("s3").list_objects_v2(Bucket=bucket)["Contents"]],
        ["releases/test/0123456789ab.landed.json"],
    )


def keep_journal(hand: Stagehand) -> Scene:
    bucket, segment = hand.bucket(), Segment(0, b"{}\n")
    return Scene(
        lambda p: again(partial(p.journals.put, WEST, bucket, "test", "run", segment)),
        lambda: list(hand.ports.journals.segments(WEST, bucket, "test", "run")),
        [segment],
    )


def note_drill(hand: Stagehand) -> Scene:
    bucket = hand.bucket()
    note = DrillRecord(run="r", region=EAST, mode=DrillMode.SWITCH, started_at=STARTED, by="ana")
    return Scene(
        lambda p: done(p, BeginDrill(note, WEST, bucket)),
        lambda: list(hand.ports.drill_log.read(WEST, bucket, ended=9)),
        [note],
    )


def take_lock(hand: Stagehand) -> Scene:
    bucket, mine = hand.bucket(), Owner(by="ann", host="laptop", run="run-a", purpose="deploy")

    def does(ports: Ports) -> None:
        taken = take(ports.lock, ports.clock, Seat(WEST, bucket), mine, looked=None)
        assert isinstance(taken, Taken)

    def effects() -> object:
        stored = hand.ports.lock.read(WEST, bucket)
        return stored and stored.record and (stored.record.owner, stored.record.fencing)

    return Scene(does, effects, (mine, 1))


SCENES: dict[str, Callable[[Stagehand], Scene]] = {
    "buckets.PutBucketReplication": replicate,
    "buckets.DeleteBucketReplication": stop_replicating,
    "buckets.PutObject": upload,
    "buckets.PutObject: anew": partial(upload, times=2),
    "buckets.PutObject: for a replica": replica_put_again,
    "buckets.DeleteObjects": destroy_bucket,
    "buckets.DeleteBucket": destroy_bucket,
    "releases.PutObject": keep_release,
    "releases.PutObject: landed": land,
    "journals.PutObject": keep_journal,
    "drill_log.PutObject": note_drill,
    "lock_store.PutObject": take_lock,
}
"""By gateway and operation, and after a colon which of its uses."""
