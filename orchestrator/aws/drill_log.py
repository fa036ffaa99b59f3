"""ports.DrillLog: small objects below `drills/` in the artifact buckets of the home account."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillRecord
from orchestrator.core.drill_json import record_json, record_of
from orchestrator.core.errors import AccessDenied, NotFound

_PREFIX = "drills/"
_NEWEST = 50
"""So many records are read: a trend needs no more, and every one costs a call."""


class AwsDrillLog:
    """Keys begin with the time, so that a listing is in order."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def read(self, region: str, bucket: str) -> Sequence[DrillRecord]:
        """The newest records, oldest first; () without a bucket. What is no record is passed over."""
        try:
            keys = self._keys(region, bucket)
        except (NotFound, AccessDenied):
            return ()
        found = [self._record(region, bucket, key) for key in keys[-_NEWEST:]]
        return tuple(one for one in found if one is not None)

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """PutObject: the last writer wins, and there is one writer for each run."""
        with self._calling("PutObject", region) as s3:
            s3.put_object(
                Bucket=bucket,
                Key=f"{_PREFIX}{record.run}.json",
                Body=record_json(record).encode(),
                ContentType="application/json",
                ExpectedBucketOwner=self._sessions.home_account(),
            )

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _keys(self, region: str, bucket: str) -> list[str]:
        with self._calling("ListObjectsV2", region) as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=_PREFIX, ExpectedBucketOwner=self._sessions.home_account()
            )
            return sorted(one["Key"] for page in pages for one in page.get("Contents", ()))

    def _record(self, region: str, bucket: str, key: str) -> DrillRecord | None:
        try:
            with self._calling("GetObject", region) as s3:
                answer = s3.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=self._sessions.home_account())
                return record_of(answer["Body"].read().decode("utf-8", errors="replace"))
        except (NotFound, ValueError):
            return None
