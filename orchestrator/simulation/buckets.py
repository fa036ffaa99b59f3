"""S3 as far as artifacts need it: versions, checksums, replication that takes time, fails, or never comes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.errors import AwsError, NotFound, PreconditionFailed
from orchestrator.core.state import Bucket, ObjectHead
from orchestrator.ports import Clock
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Faults, Gate


@dataclass(slots=True, kw_only=True)
class _Version:
    """One version of one object; `copies` tells when each destination bucket gets it (None: replication FAILED)."""

    id: str
    sha256: str
    visible_at: float
    replica: bool = False
    copies: dict[str, float | None] = field(default_factory=dict)

    def replication(self, now: float) -> str:
        """S3's word for it."""
        if self.replica:
            return "REPLICA"
        if None in self.copies.values():
            return "FAILED"
        arrivals = [at for at in self.copies.values() if at is not None]
        if not arrivals:
            return ""
        return "COMPLETED" if max(arrivals) <= now else "PENDING"


@dataclass(slots=True)
class _Held:
    region: str
    rules: dict[str, str] = field(default_factory=dict)
    objects: dict[str, list[_Version]] = field(default_factory=dict)


class SimulatedBuckets:
    """The buckets of the home account. Stacks make and remove them; the port's methods fill and empty them."""

    def __init__(self, clock: Clock, gate: Gate, faults: Faults, durations: Durations) -> None:
        self._clock, self._gate, self._faults, self._durations = clock, gate, faults, durations
        self._buckets: dict[str, _Held] = {}
        self._put = 0

    # -- what stacks do ----------------------------------------------------------------------------------------------

    def make(self, name: str, region: str) -> bool:
        """Make a bucket. False when the name is taken."""
        if name in self._buckets:
            return False
        self._buckets[name] = _Held(region)
        return True

    def remove(self, name: str) -> bool:
        """Remove a bucket. False when it is not empty."""
        if name in self._buckets and self._buckets[name].objects:
            return False
        self._buckets.pop(name, None)
        return True

    def holds(self, name: str, key: str, version: str) -> bool:
        """True when Lambda could read that version there."""
        return name in self._buckets and self._find(name, key, version) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Every bucket there is."""
        return tuple(sorted(self._buckets))

    # -- the port ----------------------------------------------------------------------------------------------------

    def describe(self, region: str, bucket: str) -> Bucket:
        """Existence, versioning and replication."""
        with self._gate.call("Buckets.describe", region=region):
            held = self._buckets.get(bucket)
            if held is None:
                return Bucket(region, bucket, exists=False)
            destinations = tuple(sorted(held.rules.values()))
            return Bucket(region, bucket, exists=True, versioned=True, destinations=destinations)

    def head(self, region: str, bucket: str, key: str, *, version: str = "") -> ObjectHead | None:
        """The newest version that has arrived there, or that very version."""
        with self._gate.call("Buckets.head", region=region):
            self._require(bucket)
            found = self._find(bucket, key, version)
            if found is None:
                return None
            status = found.replication(self._clock.monotonic())
            return ObjectHead(region, bucket, key, found.id, found.sha256, 0, status)

    def encryption_key(self, region: str, bucket: str) -> str:
        """S3's own keys, but where a fault says otherwise."""
        with self._gate.call("Buckets.encryption_key", region=region):
            self._require(bucket)
            return self._faults.bucket_keys.get(region, "")

    def put(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """Put unless there is one. The simulation keeps the checksum only and never opens the file."""
        with self._gate.call("Buckets.put", region=region, mutating=True):
            self._require(bucket)
            if self._find(bucket, key, "") is not None:
                raise PreconditionFailed(f"{key} is there", where=f"bucket {bucket}", code="PreconditionFailed")
            self._gate.changed("Buckets.put", f"{bucket}/{key}", f"{bucket}/{key}")
            return self._store(region, bucket, key, sha256)

    def put_again(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """Put another version."""
        with self._gate.call("Buckets.put_again", region=region, mutating=True):
            self._require(bucket)
            self._gate.changed("Buckets.put_again", f"{bucket}/{key}")
            return self._store(region, bucket, key, sha256)

    def replicate(self, region: str, bucket: str, *, destinations: Mapping[str, str], role_arn: str) -> None:
        """Replace the rules; what was put before them is never replicated."""
        with self._gate.call("Buckets.replicate", region=region, mutating=True):
            missing = [name for name in (bucket, *destinations.values()) if name not in self._buckets]
            if missing:
                raise NotFound(f"bucket {missing[0]} does not exist", where="Buckets.replicate", code="NoSuchBucket")
            if self._buckets[bucket].rules != dict(destinations):
                self._gate.changed("Buckets.replicate", bucket)
            self._buckets[bucket].rules = dict(destinations)

    def empty(self, region: str, bucket: str, *, limit: int = 1000) -> int:
        """Delete up to `limit` versions; 0 for a bucket that is gone."""
        with self._gate.call("Buckets.empty", region=region, mutating=True):
            held = self._buckets.get(bucket)
            if held is None:
                return 0
            objects = held.objects
            doomed = [(key, version) for key, versions in objects.items() for version in versions][:limit]
            if doomed:
                self._gate.changed("Buckets.empty", bucket)
            for key, version in doomed:
                objects[key].remove(version)
                if not objects[key]:
                    del objects[key]
            return len(doomed)

    def delete(self, region: str, bucket: str) -> None:
        """Silent when it is gone."""
        with self._gate.call("Buckets.delete", region=region, mutating=True):
            if bucket not in self._buckets:
                return
            if not self.remove(bucket):
                raise AwsError(f"bucket {bucket} is not empty", where="Buckets.delete", code="BucketNotEmpty")
            self._gate.changed("Buckets.delete", bucket)

    # -- below -------------------------------------------------------------------------------------------------------

    def _require(self, bucket: str) -> _Held:
        if bucket not in self._buckets:
            raise NotFound(f"bucket {bucket} does not exist", where="S3", code="NoSuchBucket")
        return self._buckets[bucket]

    def _find(self, bucket: str, key: str, version: str) -> _Version | None:
        now = self._clock.monotonic()
        there = [one for one in self._buckets[bucket].objects.get(key, ()) if one.visible_at <= now]
        wanted = [one for one in there if version in ("", one.id)]
        # Of two that came at once the later one counts.
        return max(reversed(wanted), key=lambda one: one.visible_at, default=None)

    def _store(self, region: str, bucket: str, key: str, sha256: str) -> ObjectHead:
        now = self._clock.monotonic()
        self._put += 1
        version = _Version(id=f"v{self._put}", sha256=sha256, visible_at=now)
        self._buckets[bucket].objects.setdefault(key, []).append(version)
        for destination in self._buckets[bucket].rules.values():
            version.copies[destination] = self._copy(destination, key, version)
        return ObjectHead(region, bucket, key, version.id, sha256, 0, version.replication(now))

    def _copy(self, destination: str, key: str, version: _Version) -> float | None:
        held = self._buckets[destination]
        if held.region in self._faults.bucket_keys:
            return None
        if self._faults.replication_fails.get(held.region, 0) > 0:
            self._faults.replication_fails[held.region] -= 1
            return None
        stuck = held.region in self._faults.replication_stuck
        late_s = self._durations.replicate_s + self._faults.replication_late.get(held.region, 0.0)
        arrives = math.inf if stuck else version.visible_at + late_s
        replica = _Version(id=version.id, sha256=version.sha256, visible_at=arrives, replica=True)
        held.objects.setdefault(key, []).append(replica)
        return arrives
