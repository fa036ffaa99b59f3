"""A drill's record as JSON, and back. Older and newer readers skip what they do not know."""

from __future__ import annotations

import json
from datetime import datetime

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict

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


def record_of(text: str) -> DrillRecord:
    """Raises ValueError for what is no record of this or an older format."""
    told = json.loads(text)
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError("not a drill's record of a format known here")
    try:
        return DrillRecord(
            run=str(told["run"]),
            region=str(told["region"]),
            mode=DrillMode(told["mode"]),
            started_at=_time(told["started_at"]),
            by=str(told["by"]),
            ended_at=_time(told["ended_at"]) if told["ended_at"] else None,
            verdict=DrillVerdict(told["verdict"]) if told["verdict"] else None,
            rto_s=None if told["rto_s"] is None else float(told["rto_s"]),
            requests=int(told["requests"]),
            failed=int(told["failed"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"a drill's record without {error}") from error


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return at
