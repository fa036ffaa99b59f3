"""S3 replication with time in it: PENDING at first, later a replica with the same version in every destination.

The emulator replicates at once, to one destination and under a version id of its own. Its two functions for that are
replaced here; the rules themselves stay with it. Delays, failures and stalls per destination region come from faults.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.local.emulator import acting_in
from orchestrator.local.faults import FaultBook, FaultKind
from orchestrator.local.replication_keys import may_encrypt

_TAGS = "_tags_at_write"


@dataclass(frozen=True, slots=True)
class _Copy:
    """One object version on its way to one destination bucket."""

    account: str
    bucket: str
    key: str
    version_id: str
    destination: str
    storage_class: str


class Replication:
    """Installs itself into the emulator's S3; `delay_s` is the time a replica takes."""

    def __init__(self, delay_s: float, faults: FaultBook) -> None:
        self._delay_s, self._faults = delay_s, faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()

    def install(self) -> None:
        """Replaces the emulator's immediate replication. Called once, before the first request."""
        from ministack.services import s3

        original = s3._record_object_version

        def remember_tags(_bucket: str, _key: str, obj: dict[str, Any], _data: Any, tags: Any = None) -> None:
            obj[_TAGS] = tags or {}

        def record(bucket: str, key: str, prior: Any, obj: dict[str, Any], data: Any) -> Any:
            destinations = _destinations(bucket, key, obj.pop(_TAGS, {}))
            if destinations:
                obj["replication_status"] = "PENDING"
            version_id = original(bucket, key, prior, obj, data)
            if destinations and version_id:
                self._send_out(bucket, key, version_id, destinations)
            return version_id

        s3._maybe_replicate = remember_tags
        s3._record_object_version = record
        self._record = original

    def _send_out(self, bucket: str, key: str, version_id: str, destinations: Mapping[str, str]) -> None:
        """The emulator's handlers may run in another thread than the loop's."""
        from ministack.core.responses import get_account_id

        copies = [_Copy(get_account_id(), bucket, key, version_id, name, kind) for name, kind in destinations.items()]
        self._loop.call_soon_threadsafe(self._start, copies)

    def _start(self, copies: list[_Copy]) -> None:
        task = self._loop.create_task(self._replicate(copies))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replicate(self, copies: list[_Copy]) -> None:
        """COMPLETED when every destination has it, FAILED as soon as all are through and any failed."""
        arrived = await asyncio.gather(*(self._carry(one) for one in copies))
        _mark(copies[0], "COMPLETED" if all(arrived) else "FAILED")

    async def _carry(self, one: _Copy) -> bool:
        await asyncio.sleep(self._delay_s)
        owner, region = _home_of(one.destination)
        stall = self._faults.strike(FaultKind.REPLICATION_STALL, region=region) if _is_code(one.key) else None
        if stall:
            await self._faults.over(stall)
        # Counted faults are meant for the code: copies of journals and locks would use them up.
        if not owner or (_is_code(one.key) and self._faults.strike(FaultKind.REPLICATION_FAIL, region=region)):
            return False
        if not may_encrypt(owner, region, one.destination, (one.account, one.bucket)):
            return False
        return self._write_replica(one, owner, region)

    def _write_replica(self, one: _Copy, owner: str, region: str) -> bool:
        """The object as it is in the source, under the source's version id. False when either side is gone."""
        from ministack.services import s3

        source = _source_version(one)
        if source is None:
            return True  # deleted meanwhile: nothing is owed any more
        replica = s3._object_record_from_version(source)
        replica["replication_status"] = "REPLICA"
        replica["storage_class"] = one.storage_class or replica["storage_class"]
        with acting_in(owner, region):
            bucket = s3._buckets.get(one.destination)
            if bucket is None or s3._bucket_versioning.get(one.destination) != "Enabled":
                return False
            prior = bucket["objects"].get(one.key)
            bucket["objects"][one.key] = replica
            self._record(one.destination, one.key, prior, replica, copy.copy(source["data"]))
            replica["version_id"] = one.version_id
            s3._object_versions[(one.destination, one.key)][-1]["version_id"] = one.version_id
        _copy_tags(one, owner, region)
        return True


def _destinations(bucket: str, key: str, tags: Mapping[str, str]) -> dict[str, str]:
    """The destination buckets of a write, with the storage class asked for ("" for the object's own)."""
    from ministack.services import s3

    config = s3._bucket_replication.get(bucket)
    if not config or s3._bucket_versioning.get(bucket) != "Enabled":
        return {}
    found = {}
    for rule in config.get("Rules", ()):
        wanted = s3._replication_rule_tags(rule).items()
        fits = key.startswith(s3._replication_rule_prefix(rule)) and all(
            tags.get(name) == value for name, value in wanted
        )
        if rule.get("Status") == "Enabled" and fits:
            destination = rule["Destination"]
            found[destination["Bucket"].rpartition(":")[2]] = destination.get("StorageClass", "")
    found.pop(bucket, None)
    return found


def _is_code(key: str) -> bool:
    """Not what the tool keeps beside the code in the same buckets."""
    return not key.startswith(("drills/", "journal/", "locks/"))


def _home_of(bucket: str) -> tuple[str, str]:
    """Owner and region of a bucket, both empty when there is none."""
    from ministack.services import s3

    owner = s3._bucket_owner_account(bucket)
    if owner is None:
        return "", ""
    return owner, s3._buckets.get_scoped(owner, None, bucket).get("region") or "us-east-1"


def _source_version(one: _Copy) -> dict[str, Any] | None:
    from ministack.services import s3

    with acting_in(one.account, "us-east-1"):
        versions: list[dict[str, Any]] = s3._object_versions.get((one.bucket, one.key)) or []
    return next((version for version in versions if version["version_id"] == one.version_id), None)


def _mark(one: _Copy, status: str) -> None:
    """Shows the status on the version and, when it is still the latest, on the object itself."""
    from ministack.services import s3

    source = _source_version(one)
    if source is None:
        return
    source["replication_status"] = status
    with acting_in(one.account, "us-east-1"):
        current = (s3._buckets.get(one.bucket) or {"objects": {}})["objects"].get(one.key)
    if current is not None and current.get("version_id") == one.version_id:
        current["replication_status"] = status


def _copy_tags(one: _Copy, owner: str, region: str) -> None:
    from ministack.services import s3

    with acting_in(one.account, "us-east-1"):
        tags = s3._object_tags.get((one.bucket, one.key, one.version_id))
    if tags:
        with acting_in(owner, region):
            s3._object_tags[(one.destination, one.key, one.version_id)] = dict(tags)
