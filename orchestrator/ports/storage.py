"""S3: the artifact buckets, and the records of drills and releases in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from orchestrator.core.drill import DrillRecord
from orchestrator.core.state import Bucket, KeptRelease, ObjectHead


class Buckets(Protocol):
    """The artifact buckets of the home account."""

    def describe(self, region: str, bucket: str) -> Bucket:
        """Existence, versioning and replication; `exists` False when there is none or it is somebody else's."""
        ...

    def head(self, region: str, bucket: str, key: str, *, version: str = "") -> ObjectHead | None:
        """HEAD with checksum mode on, asked in that region; None when nothing is there."""
        ...

    def encryption_key(self, region: str, bucket: str) -> str:
        """The KMS key by which the bucket encrypts what says nothing else; "" for S3's own, and when we may not ask."""
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


class DrillLog(Protocol):
    """The records of drills, in the artifact buckets."""

    def read(self, region: str, bucket: str, *, ended: int) -> Sequence[DrillRecord]:
        """Every drill that was noted there and has not ended, and the newest `ended` that have; oldest first.

        () without a bucket. A denial is raised: it must not look as if no drill ran. So is a note of a later version
        (Refused) whose drill has not ended.
        """
        ...

    def copies(self, region: str, bucket: str, place: str) -> Sequence[DrillRecord]:
        """Drills that were noted in the bucket of `place` and have not ended, as far as S3 has copied it to this one.

        What is missing or late there proves nothing. () without a bucket. Raises as `read` does.
        """
        ...

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """Add or replace the record of one run."""
        ...


class Releases(Protocol):
    """The records of releases, in the artifact buckets. S3 replicates each to all others, under the same name."""

    def listed(self, region: str, bucket: str, environment: str) -> Sequence[KeptRelease]:
        """What is kept there, in no order. () without a bucket. A denial is raised."""
        ...

    def read(self, region: str, bucket: str, environment: str, release: str) -> str | None:
        """The record's text; None when there is none, or no bucket."""
        ...

    def land(self, region: str, bucket: str, environment: str, release: str, run: str) -> None:
        """Note that `run` has ended well with this release: the last to do so says when."""
        ...

    def put(self, region: str, bucket: str, environment: str, release: str, text: str) -> None:
        """Keep a record. PreconditionFailed when there is one of that name: it is never overwritten."""
        ...
