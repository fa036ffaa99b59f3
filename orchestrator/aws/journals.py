"""ports.Ports.journals: objects below `journal/` in the artifact buckets of the home account."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import NotFound
from orchestrator.journal_store import Segment

_ENDING = ".jsonl"
_LARGEST = 512 * 1024 * 1024
"""Bytes of a whole journal: more was not written by a run."""


class AwsJournals:
    """One object for each segment, `journal/{environment}/{run}/{first line}.jsonl`.

    S3 replicates them to the other artifact buckets, under the same keys: a copy is as good as the original.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def put(self, region: str, bucket: str, environment: str, run: str, segment: Segment) -> None:
        """PutObject, checked by S3: it is there as a whole or not at all."""
        with self._calling("PutObject", region) as s3:
            s3.put_object(
                Key=f"{_prefix(environment, run)}{segment.first:08d}{_ENDING}",
                Body=segment.content,
                ContentType="application/x-ndjson",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(segment.content).digest()).decode(),
                **self._owned(bucket),
            )

    def runs(self, region: str, bucket: str, environment: str) -> Sequence[str]:
        """One listing by 1,000 runs."""
        prefix = _prefix(environment)
        pages = self._pages(region, bucket, Prefix=prefix, Delimiter="/")
        found = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", ())]
        return tuple(sorted(one.removeprefix(prefix).rstrip("/") for one in found))

    def segments(self, region: str, bucket: str, environment: str, run: str) -> Sequence[Segment]:
        """One listing, and a GET for each. What is no segment, or makes more than a run writes, is passed over."""
        prefix, room = _prefix(environment, run), _LARGEST
        found: list[Segment] = []
        listed = [one for page in self._pages(region, bucket, Prefix=prefix) for one in page.get("Contents", ())]
        for one in sorted(listed, key=lambda one: str(one["Key"])):
            number = one["Key"].removeprefix(prefix).removesuffix(_ENDING)
            room -= one["Size"]
            if number.isdecimal() and number.isascii() and room >= 0:
                found += self._content(region, bucket, one["Key"], int(number))
        return tuple(found)

    def _pages(self, region: str, bucket: str, **asked: str) -> list[Any]:
        try:
            with self._calling("ListObjectsV2", region) as s3:
                return list(s3.get_paginator("list_objects_v2").paginate(**asked, **self._owned(bucket)))
        except NotFound:
            return []

    def _content(self, region: str, bucket: str, key: str, first: int) -> list[Segment]:
        try:
            with self._calling("GetObject", region) as s3:
                return [Segment(first, s3.get_object(Key=key, **self._owned(bucket))["Body"].read())]
        except NotFound:
            return []

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}


def _prefix(*parts: str) -> str:
    return "".join(f"{part}/" for part in ("journal", *parts))
