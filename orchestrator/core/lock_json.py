"""The record of the lock as JSON, and back. Unknown keys are passed over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.core.lock import LockRecord, Owner
from orchestrator.core.zoned_time import zoned_time

FORMAT = 1
_LONGEST = 500


def lock_json(record: LockRecord) -> str:
    """One object; times are ISO 8601."""
    return json.dumps(
        {
            "format": FORMAT,
            "by": record.owner.by,
            "host": record.owner.host,
            "run": record.owner.run,
            "purpose": record.owner.purpose,
            "fencing": record.fencing,
            "renewed": record.renewed,
            "since": record.since.isoformat() if record.since else None,
            "lease_s": record.lease_s,
            "released": record.released,
        }
    )


def lock_of(text: str) -> LockRecord | None:
    """None for what is no record of the format known here."""
    try:
        told = json.loads(text)
        return _record(told) if isinstance(told, dict) and told.get("format") == FORMAT else None
    except (ValueError, RecursionError):
        return None


def _record(told: Mapping[str, Any]) -> LockRecord:
    since, released = told.get("since"), told.get("released")
    if not isinstance(released, bool):
        raise ValueError("neither held nor released")
    return LockRecord(
        owner=Owner(**{key: _text(told, key) for key in ("by", "host", "run", "purpose")}),
        fencing=_count(told, "fencing", 1),
        renewed=_count(told, "renewed", 0),
        since=None if since is None else zoned_time(since),
        lease_s=_count(told, "lease_s", 1),
        released=released,
    )


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value or len(value) > _LONGEST:
        raise ValueError(f"{key} is no text, or too long")
    return value


def _count(told: Mapping[str, Any], key: str, least: int) -> int:
    value = told.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{key} is no count")
    return value
