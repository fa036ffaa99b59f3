"""Single values as every JSON document writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def time_value(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond; null for what has not happened."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
