"""ports.DrillLog: small objects below `drills/` in the artifact buckets of the home account."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillRecord
from orchestrator.core.drill_json import record_json, record_of
from orchestrator.core.errors import NotFound

_PREFIX, _SUFFIX = "drills/", ".json"
_NEWEST = 50
"""So many objects are read: a trend needs no more, and every one costs a call."""
_LARGEST = 65536
"""Bytes; a record has a few hundred."""


class AwsDrillLog:
    """Keys begin with the time, so that a listing is in order."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def read(self, region: str, bucket: str) -> Sequence[DrillRecord]:
        """The newest records, oldest first; () without a bucket. What is no record is passed over.

        So are replicas, which S3 makes of everything in an artifact bucket: one that lags behind tells of a drill as
        if it still ran.
        """
        try:
            keys = self._keys(region, bucket)
        except NotFound:
            return ()
        found = [self._record(region, bucket, key) for key in keys[-_NEWEST:]]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.started_at))

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """PutObject, checked by S3: it is there as a whole or not at all. There is one writer for each run."""
        body = record_json(record).encode()
        with self._calling("PutObject", region) as s3:
            s3.put_object(
                Key=f"{_PREFIX}{record.run}{_SUFFIX}",
                Body=body,
                ContentType="application/json",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
                **self._owned(bucket),
            )

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}

    def _keys(self, region: str, bucket: str) -> list[str]:
        with self._calling("ListObjectsV2", region) as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(Prefix=_PREFIX, **self._owned(bucket))
            listed = [one for page in pages for one in page.get("Contents", ())]
        return sorted(one["Key"] for one in listed if one["Key"].endswith(_SUFFIX) and one["Size"] <= _LARGEST)

    def _record(self, region: str, bucket: str, key: str) -> DrillRecord | None:
        try:
            with self._calling("GetObject", region) as s3:
                answer = s3.get_object(Key=key, **self._owned(bucket))
                text = answer["Body"].read().decode("utf-8", errors="replace")
            return None if answer.get("ReplicationStatus") == "REPLICA" else record_of(text)
        except (NotFound, ValueError):
            return None
