"""Where the lock lies, in core's words: one small object, read, and written only if it is still what was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.core.lock import LockRecord, Stored


@dataclass(frozen=True, slots=True)
class Written:
    """A write that landed: the object's new ETag, and the server's time (UTC)."""

    etag: str
    at: datetime


class LockStore(Protocol):
    """The lock's object in the artifact bucket of a region. One call each; raises AwsError."""

    def read(self, region: str, bucket: str) -> Stored | None:
        """None when nothing is there. Raises NotFound without a bucket; a denial is raised, it is no free lock."""
        ...

    def write(self, region: str, bucket: str, record: LockRecord, *, etag: str) -> Written:
        """Replace the object of that ETag; "": only if there is none.

        Raises PreconditionFailed when another one is there, NotFound when it (NoSuchKey) or the bucket is gone, and
        Throttled when S3 decided neither of two writes.
        """
        ...
