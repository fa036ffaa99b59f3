"""Code: buckets replicate, artifacts are put once, replicas are proven by asking the region that will read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.actions import AwaitReplica, DeleteBucket, ReplicateBucket, UploadArtifact
from orchestrator.core.desired import upload_step
from orchestrator.core.errors import AwsError, OrchestratorError, PreconditionFailed, StepFailed
from orchestrator.core.replicas import judge_replica
from orchestrator.core.state import ObjectHead, ReplicaStatus
from orchestrator.executor.context import Context, Done, Progress, Waiting

# Replicas come within seconds as a rule; this long after a FAILED they do not come at all.
_GRACE_S = 120.0

# The source is asked only whether S3 gave up, which it does once in a blue moon: not at every poll of every region.
_POLLS_PER_SOURCE = 4


@dataclass(frozen=True, slots=True)
class ReplicateBucketTask:
    """The replication rules of one bucket."""

    action: ReplicateBucket
    context: Context

    def start(self) -> Progress:
        """PutBucketReplication replaces all rules: repeating it changes nothing."""
        action = self.action
        self.context.ports.buckets.replicate(
            action.region, action.bucket, destinations=dict(action.destinations), role_arn=action.role_arn
        )
        return Done(f"replicates to {', '.join(bucket for _, bucket in action.destinations) or 'nowhere'}")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return Done()


@dataclass(slots=True)
class UploadArtifactTask:
    """Put an artifact where it is not; an object that is there already with this content is the same upload."""

    action: UploadArtifact
    context: Context
    _before: str | None = field(default=None)

    def start(self) -> Progress:
        """A conditional put: of two builds that publish at once, one writes and the other finds it written."""
        artifact, buckets = self.action.artifact, self.context.ports.buckets
        where, file = (self.action.region, self.action.bucket, artifact.key), Path(artifact.file)
        if self.action.again:
            return self._put_again()
        try:
            head = buckets.put(*where, file, sha256=artifact.sha256)
        except PreconditionFailed:
            found = buckets.head(*where)
            if found is None or found.sha256 != artifact.sha256:
                what = f"{artifact.key} is there with other content than was built"
                fix = "somebody wrote to the artifact bucket: find out who, then deploy again"
                raise StepFailed(what, where=f"bucket {self.action.bucket}", fix=fix) from None
            return self._done(found.version)
        return self._done(head.version)

    def poll(self) -> Progress:
        """The put is synchronous."""
        return self.start()

    def _put_again(self) -> Progress:
        """Another version of the same content. What stood there before tells whether a put landed unanswered."""
        artifact, buckets = self.action.artifact, self.context.ports.buckets
        where = (self.action.region, self.action.bucket, artifact.key)
        head = buckets.head(*where)
        version = head.version if head else ""
        if self._before is None:
            self._before = version
        elif head is not None and version != self._before and head.sha256 == artifact.sha256:
            return self._done(version)
        return self._done(buckets.put_again(*where, Path(artifact.file), sha256=artifact.sha256).version)

    def _done(self, version: str) -> Done:
        return Done(f"version {version}", {"version": version, "region": self.action.region})


@dataclass(slots=True)
class AwaitReplicaTask:
    """Wait for one region's own replica; put the object again, once, when S3 says that it failed."""

    action: AwaitReplica
    context: Context
    _failed_since: float | None = field(default=None)
    _polls: int = field(default=0)
    _source_says: str = field(default="")

    def start(self) -> Progress:
        """Nothing to start: S3 replicates by itself."""
        return self.poll()

    def poll(self) -> Progress:
        """HEAD of the very version, in the region that will read it."""
        action = self.action
        version = self._version()
        head = self.context.ports.buckets.head(action.region, action.bucket, action.artifact.key, version=version)
        read = judge_replica(action.artifact, action.region, head, version)
        if read.status is ReplicaStatus.PROVEN:
            return Done(f"version {version} proven", {"version": version})
        if read.status is ReplicaStatus.DIFFERENT:
            fix = "somebody wrote to the artifact bucket: find out who, then deploy again"
            raise StepFailed(read.reason, where=f"bucket {action.bucket}", fix=fix)
        self._polls += 1
        return self._missing() if self._polls % _POLLS_PER_SOURCE else self._ask_source(version)

    def _version(self) -> str:
        # Another region's proof may have put the object again: its newer version is the one to wait for.
        results = self.context.results
        return results.latest(upload_step(self.action.artifact.name), "version") or results.resolve(self.action.version)

    def _ask_source(self, version: str) -> Progress:
        region, bucket = self.action.source
        artifact, buckets = self.action.artifact, self.context.ports.buckets
        source = buckets.head(region, bucket, artifact.key, version=version)
        if source is None:
            what = f"version {version} is gone from the bucket that it was put in"
            raise StepFailed(what, where=f"bucket {bucket}", fix="deploy again: it will be put again")
        if source.replication != "FAILED":
            self._failed_since = None
            self._source_says = f"; S3 says {source.replication or 'nothing'} of {bucket}"
            return self._missing()
        if self.context.results.claim(f"again:{artifact.name}"):
            return self._put_again(version)
        return self._give_up_in_time()

    def _missing(self) -> Waiting:
        return Waiting(f"not in {self.action.bucket} yet{self._source_says}")

    def _put_again(self, failed: str) -> Progress:
        """Once for all regions: S3 says FAILED of the source when any one of them failed."""
        region, bucket = self.action.source
        if not self.action.artifact.file:
            key = self.action.artifact.key
            what = f"S3 failed to replicate {key}, and the source of an earlier release is not here to be put again"
            fix = f"put it anew from {bucket} (aws s3 cp s3://{bucket}/{key} onto itself), then deploy again"
            raise StepFailed(what, where=f"region {self.action.region}", fix=fix)
        artifact, buckets, results = self.action.artifact, self.context.ports.buckets, self.context.results
        try:
            again = self._newer_than(failed) or buckets.put_again(
                region, bucket, artifact.key, Path(artifact.file), sha256=artifact.sha256
            )
        except OrchestratorError:
            results.disclaim(f"again:{artifact.name}")
            raise
        results.put(upload_step(artifact.name), {"version": again.version, "region": region})
        # Regions that were deployed with the version before run the same bytes under another version id.
        results.replan = True
        return Waiting(f"S3 said FAILED and never retries: put again as version {again.version}")

    def _newer_than(self, failed: str) -> ObjectHead | None:
        """What was put again before, when only the answer was lost, or the run was killed."""
        artifact, (region, bucket) = self.action.artifact, self.action.source
        head = self.context.ports.buckets.head(region, bucket, artifact.key)
        if head is None or head.version == failed or head.sha256 != artifact.sha256:
            return None
        return None if head.replication == "FAILED" else head

    def _give_up_in_time(self) -> Progress:
        """The FAILED may be another region's: this one's replica still gets the time that replicas take."""
        self._refuse_key()
        now = self.context.ports.clock.monotonic()
        if self._failed_since is None:
            self._failed_since = now
        if now - self._failed_since < _GRACE_S:
            return Waiting(f"S3 says FAILED again of {self.action.source[1]}; it may be another region's")
        what = f"S3 failed to replicate {self.action.artifact.key} twice from {self.action.source[1]}"
        fix = "look at the bucket's replication failure events (role, key, ownership), then deploy again"
        raise StepFailed(f"{what} to {self.action.bucket}", where=f"region {self.action.region}", fix=fix)

    def _refuse_key(self) -> None:
        """The one cause that S3 shows elsewhere than in its events. Raises StepFailed when it is that."""
        action = self.action
        kms_key = self.context.ports.buckets.encryption_key(action.region, action.bucket)
        if not kms_key:
            return
        what = (
            f"S3 failed to replicate {action.artifact.key} twice: {action.bucket} encrypts with the KMS key {kms_key}, "
            "which S3's replication role may not use"
        )
        fix = (
            "back to S3's own keys: aws s3api delete-bucket-encryption --bucket "
            f"{action.bucket} --region {action.region}; then deploy again"
        )
        raise StepFailed(what, where=f"region {action.region}", fix=fix)


@dataclass(slots=True)
class DeleteBucketTask:
    """Delete every version of every object, a page at a time, then the bucket."""

    action: DeleteBucket
    context: Context
    _deleted: int = field(default=0)

    def start(self) -> Progress:
        """The first page."""
        return self.poll()

    def poll(self) -> Progress:
        """One page more, until nothing is left."""
        deleted = self.context.ports.buckets.empty(self.action.region, self.action.bucket)
        self._deleted += deleted
        if deleted:
            return Waiting(f"object versions deleted: {self._deleted}")
        try:
            self.context.ports.buckets.delete(self.action.region, self.action.bucket)
        except AwsError as error:
            if error.code != "BucketNotEmpty":
                raise
            return Waiting("a replica arrived meanwhile")
        return Done(f"{self._deleted} versions deleted, and the bucket")
