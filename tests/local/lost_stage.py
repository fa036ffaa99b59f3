"""What a scene of a lost call is, and what it is made with."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestrator.core.state import Artifact
from orchestrator.ports import Ports
from tests.embedded import Embedded
from tests.local.lossy import EAST, HOME, WEST

TARGET = "292929292929"
STARTED = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """`does` makes the call; `effects` afterwards are as `expected`, however often a delivery was lost."""

    does: Callable[[Ports], object]
    effects: Callable[[], object]
    expected: object


@dataclass(frozen=True)
class Stagehand:
    """Makes what a scene needs, by calls that are never lost: `ports` are those of an honest door."""

    embedded: Embedded
    ports: Ports
    folder: Path
    large_bucket: str

    def name(self) -> str:
        return f"lost-{uuid.uuid4().hex[:10]}"

    def client(self, service: str, region: str = WEST, account: str = HOME) -> Any:
        return self.embedded.client(service, region, account)

    def bucket(self, region: str = WEST) -> str:
        name, where = self.name(), {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3 = self.client("s3", region)
        s3.create_bucket(Bucket=name, **({} if region == EAST else where))
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def versions(self, bucket: str, prefix: str = "") -> int:
        return len(self.client("s3").list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", ()))

    def artifact(self) -> Artifact:
        file, content = self.folder / f"{self.name()}.zip", uuid.uuid4().bytes
        file.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return Artifact("app", digest, len(content), f"code/{digest}.zip", str(file))
