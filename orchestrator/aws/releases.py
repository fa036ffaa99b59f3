"""ports.Releases: objects below `releases/` in the artifact buckets of the home account."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import NotFound
from orchestrator.core.state import KeptRelease

_ENDING, _LANDED = ".json", ".landed.json"
_NAME = re.compile(r"[0-9a-f]{12}")
_LARGEST = 8 * 1024 * 1024
"""Bytes; a template has at most one million, and as JSON in JSON each quote takes two."""


class AwsReleases:
    """One object for each release, `releases/{environment}/{release}.json`, written once and never again.

    Beside it `{release}.landed.json`, put anew by each run that ends well with it: its time is that of the last one.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def listed(self, region: str, bucket: str, environment: str) -> Sequence[KeptRelease]:
        """One listing by 1,000 releases. What is not named as a release is passed over."""
        prefix = _key(environment, "")
        try:
            with self._calling("ListObjectsV2", region) as s3:
                pages = s3.get_paginator("list_objects_v2").paginate(Prefix=prefix, **self._owned(bucket))
                listed = [one for page in pages for one in page.get("Contents", ())]
        except NotFound:
            return ()
        named = {one["Key"].removeprefix(prefix): one["LastModified"].astimezone(UTC) for one in listed}
        releases = [(key.removesuffix(_ENDING), at) for key, at in named.items()]
        return tuple(
            KeptRelease(name, at, named.get(f"{name}{_LANDED}")) for name, at in releases if _NAME.fullmatch(name)
        )

    def read(self, region: str, bucket: str, environment: str, release: str) -> str | None:
        """One GetObject. No more is read than a record can have: what is cut off is a damaged record."""
        try:
            with self._calling("GetObject", region) as s3:
                answer = s3.get_object(Key=_key(environment, f"{release}{_ENDING}"), **self._owned(bucket))
                content: bytes = answer["Body"].read(_LARGEST)
                answer["Body"].close()
        except NotFound:
            return None
        return content.decode("utf-8", errors="replace")

    def put(self, region: str, bucket: str, environment: str, release: str, text: str) -> None:
        """One PutObject with If-None-Match, checked by S3: it is there as a whole or not at all."""
        self._put(region, bucket, _key(environment, f"{release}{_ENDING}"), text.encode(), {"IfNoneMatch": "*"})

    def land(self, region: str, bucket: str, environment: str, release: str, run: str) -> None:
        """One PutObject."""
        text = json.dumps({"format": 1, "release": release, "run": run})
        self._put(region, bucket, _key(environment, f"{release}{_LANDED}"), text.encode(), {})

    def _put(self, region: str, bucket: str, key: str, body: bytes, condition: Mapping[str, str]) -> None:
        with self._calling("PutObject", region) as s3:
            s3.put_object(
                Key=key,
                Body=body,
                ContentType="application/json",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
                **condition,
                **self._owned(bucket),
            )

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}


def _key(environment: str, name: str) -> str:
    return f"releases/{environment}/{name}"
