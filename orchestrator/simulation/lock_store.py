"""The lock's object in memory. The server's time is virtual, and in whole seconds as S3 tells it."""

from __future__ import annotations

from datetime import datetime

from orchestrator.core.errors import NotFound, PreconditionFailed
from orchestrator.core.lock import LockRecord, Stored
from orchestrator.lock_store import Written
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate


class SimulatedLockStore:
    """Objects by (region, bucket). `edit` puts what nobody can read; `lost_buckets`: those that are gone.

    `history`: every record that was written, `written_at` its moment.
    """

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self._objects: dict[tuple[str, str], Stored] = {}
        self._count = 0
        self.lost_buckets: set[str] = set()
        self.history: list[LockRecord] = []
        self.written_at: list[datetime] = []

    def read(self, region: str, bucket: str) -> Stored | None:
        """What is there now."""
        with self._gate.call("Lock.read", region=region):
            self._require(bucket)
            found = self._objects.get((region, bucket))
            if found is None:
                return None
            return Stored(
                record=found.record, etag=found.etag, written_at=found.written_at, read_at=self._server_time()
            )

    def write(self, region: str, bucket: str, record: LockRecord, *, etag: str) -> Written:
        """Compare, then swap."""
        with self._gate.call("Lock.write", region=region, mutating=True):
            self._require(bucket)
            found = self._objects.get((region, bucket))
            if found is None and etag:
                raise NotFound("the specified key does not exist", where="Lock.write", code="NoSuchKey")
            if (found.etag if found else "") != etag:
                raise PreconditionFailed("another version is there", where="Lock.write", code="PreconditionFailed")
            self.history.append(record)
            self.written_at.append(self._server_time())
            stored = self._put(region, bucket, record)
            return Written(stored.etag, stored.written_at)

    def edit(self, region: str, bucket: str) -> None:
        """Somebody writes what is no record."""
        self._put(region, bucket, None)

    def remove(self, region: str, bucket: str) -> None:
        """Somebody deletes the object."""
        self._objects.pop((region, bucket), None)

    def _put(self, region: str, bucket: str, record: LockRecord | None) -> Stored:
        self._count += 1
        now = self._server_time()
        stored = Stored(record=record, etag=f'"{self._count}"', written_at=now, read_at=now)
        self._objects[(region, bucket)] = stored
        return stored

    def _require(self, bucket: str) -> None:
        if bucket in self.lost_buckets:
            raise NotFound("the specified bucket does not exist", where="Lock", code="NoSuchBucket")

    def _server_time(self) -> datetime:
        return self._clock.now().replace(microsecond=0)
