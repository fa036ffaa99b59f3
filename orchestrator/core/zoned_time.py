"""A moment as records of ours have it: ISO 8601 with a time zone."""

from __future__ import annotations

from datetime import datetime


def zoned_time(value: object) -> datetime:
    """The moment. Raises ValueError for anything else, and for a time without a zone."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{value!r} is no time with a time zone")
    return at
