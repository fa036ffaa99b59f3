"""A drill's record as JSON, and back. Unknown keys are passed over; a missing number or end has a default."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.zoned_time import zoned_time

FORMAT = 1


def record_json(record: DrillRecord) -> str:
    """One object; times are ISO 8601."""
    return json.dumps(
        {
            "format": FORMAT,
            "run": record.run,
            "region": record.region,
            "mode": record.mode.value,
            "started_at": record.started_at.isoformat(),
            "by": record.by,
            "ended_at": record.ended_at.isoformat() if record.ended_at else None,
            "verdict": record.verdict.value if record.verdict else None,
            "rto_s": record.rto_s,
            "requests": record.requests,
            "failed": record.failed,
        }
    )


class NewerFormatError(ValueError):
    """A record of a version of this tool that knows more."""


def record_of(text: str) -> DrillRecord:
    """Raises ValueError for what is no record of a format known here, NewerFormatError for a later one."""
    try:
        told = json.loads(text)
    except RecursionError as error:
        raise ValueError("not a drill's record: nested too deeply") from error
    number = told.get("format") if isinstance(told, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise NewerFormatError(f"the note has format {number}, this version reads {FORMAT}")
    if number != FORMAT:
        raise ValueError("not a drill's record of a format known here")
    ended, verdict, rto = told.get("ended_at"), told.get("verdict"), told.get("rto_s")
    return DrillRecord(
        run=_text(told, "run"),
        region=_text(told, "region"),
        mode=DrillMode(told.get("mode")),
        started_at=zoned_time(told.get("started_at")),
        by=_text(told, "by"),
        ended_at=None if ended is None else zoned_time(ended),
        verdict=None if verdict is None else DrillVerdict(verdict),
        rto_s=None if rto is None else float(_number(rto)),
        requests=int(_number(told.get("requests", 0))),
        failed=int(_number(told.get("failed", 0))),
    )


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"a drill's record without {key}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return value
