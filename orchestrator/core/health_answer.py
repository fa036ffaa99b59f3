"""What an application says of itself in the JSON of its health answer, if it says anything."""

from __future__ import annotations

import json


def release_told(body: str) -> str:
    """Its release, "" when it says none."""
    return _told(body, "release")


def region_told(body: str) -> str:
    """The region that it is in, "" when it says none."""
    return _told(body, "region")


def _told(body: str, key: str) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get(key, "")) if isinstance(answer, dict) else ""
