"""lock_store.LockStore: an object below `locks/` in an artifact bucket, by S3's conditional writes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import NotFound
from orchestrator.core.lock import LockRecord, Stored
from orchestrator.core.lock_json import lock_json, lock_of
from orchestrator.lock_store import Written

_LARGEST = 16384
"""Bytes; a record has a few hundred."""


class AwsLockStore:
    """`locks/{region}.json`: the region is that of the bucket, for replication brings the others' here too."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def read(self, region: str, bucket: str) -> Stored | None:
        """One GetObject."""
        try:
            with self._calling("GetObject", region) as s3:
                answer = s3.get_object(Key=_key(region), **self._owned(bucket))
                text = answer["Body"].read(_LARGEST + 1).decode("utf-8", errors="replace")
                answer["Body"].close()
                return Stored(
                    record=lock_of(text) if len(text) <= _LARGEST else None,
                    etag=answer["ETag"],
                    written_at=answer["LastModified"].astimezone(UTC),
                    read_at=_server_time(answer),
                )
        except NotFound as error:
            if error.code == "NoSuchBucket":
                raise
            return None

    def write(self, region: str, bucket: str, record: LockRecord, *, etag: str) -> Written:
        """One PutObject with If-Match or If-None-Match."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        with self._calling("PutObject", region) as s3:
            answer = s3.put_object(
                Key=_key(region),
                Body=lock_json(record).encode(),
                ContentType="application/json",
                **condition,
                **self._owned(bucket),
            )
            return Written(answer["ETag"], _server_time(answer))

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}


def _key(region: str) -> str:
    return f"locks/{region}.json"


def _server_time(answer: Mapping[str, Any]) -> datetime:
    """S3's clock: leases end by it, whatever this machine believes."""
    from orchestrator.aws.errors import NotAnAnswer

    try:
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)
    except (KeyError, ValueError) as error:
        raise NotAnAnswer("no Date") from error
