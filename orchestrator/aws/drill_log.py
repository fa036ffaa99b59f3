"""ports.DrillLog: small objects below `drills/` in the artifact buckets of the home account."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillRecord
from orchestrator.core.drill_json import NewerFormatError, record_json, record_of
from orchestrator.core.errors import NotFound, Refused

_BEGUN, _ENDED = ".begun.json", ".ended.json"
_LARGEST = 65536
"""Bytes; a record has a few hundred."""


class AwsDrillLog:
    """Two objects for each drill, `drills/{region}/{run}.begun.json` and `.ended.json`: a listing tells which run on.

    The region is that of the bucket: what S3 replicates from other buckets lies below theirs.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def read(self, region: str, bucket: str, *, ended: int) -> Sequence[DrillRecord]:
        """One listing, and a GET for each record. () without a bucket. What is no record is passed over.

        Raises Refused when a drill that runs on was begun by a later version: nobody here knows what it took out.
        """
        return self._read(region, bucket, region, ended=ended)

    def copies(self, region: str, bucket: str, place: str) -> Sequence[DrillRecord]:
        """One listing, and a GET for each record that has no end."""
        return self._read(region, bucket, place, ended=0)

    def _read(self, region: str, bucket: str, place: str, *, ended: int) -> Sequence[DrillRecord]:
        try:
            keys = self._keys(region, bucket, place)
        except NotFound:
            return ()
        over = sorted(key for key in keys if key.endswith(_ENDED))
        begun = [key for key in keys if key.endswith(_BEGUN) and key.replace(_BEGUN, _ENDED) not in over]
        found = [self._record(region, bucket, key) for key in [*over[len(over) - min(ended, len(over)) :], *begun]]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.started_at))

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """PutObject, checked by S3: it is there as a whole or not at all. There is one writer for each run."""
        body = record_json(record).encode()
        with self._calling("PutObject", region) as s3:
            s3.put_object(
                Key=f"{_prefix(region)}{record.run}{_ENDED if record.ended_at else _BEGUN}",
                Body=body,
                ContentType="application/json",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
                **self._owned(bucket),
            )

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}

    def _keys(self, region: str, bucket: str, place: str) -> list[str]:
        with self._calling("ListObjectsV2", region) as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(Prefix=_prefix(place), **self._owned(bucket))
            listed = [one for page in pages for one in page.get("Contents", ())]
        return [one["Key"] for one in listed if one["Size"] <= _LARGEST]

    def _record(self, region: str, bucket: str, key: str) -> DrillRecord | None:
        try:
            with self._calling("GetObject", region) as s3:
                answer = s3.get_object(Key=key, **self._owned(bucket))
                text = answer["Body"].read().decode("utf-8", errors="replace")
            return record_of(text)
        except NewerFormatError as error:
            if key.endswith(_ENDED):
                return None
            fix = "a later version has begun this drill: end it with that one, or wait until it has ended"
            raise Refused(str(error), where=f"{key} in {bucket}", fix=fix) from error
        except (NotFound, ValueError):
            return None


def _prefix(region: str) -> str:
    return f"drills/{region}/"
