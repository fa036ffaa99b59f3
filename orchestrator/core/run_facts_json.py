"""What is known of a run before it begins, as JSON, and back. Unknown keys are skipped, missing ones have defaults."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from typing import Any

from orchestrator.core.detection import Detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.run_report import RunFacts
from orchestrator.core.topology import RoutingPolicy

FORMAT = 1


def facts_json(facts: RunFacts) -> str:
    """One object with the names of RunFacts; enums by their values."""
    told = asdict(facts) | {"mode": facts.mode.value if facts.mode else None, "policy": facts.policy.value}
    return json.dumps({"format": FORMAT, **told})


def facts_of(text: str) -> RunFacts:
    """Raises ValueError for what are no facts of a format known here."""
    told = json.loads(text)
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError("not a run's facts of a format known here")
    known = {one.name for one in fields(RunFacts)}
    try:
        return RunFacts(**{key: _value(key, value) for key, value in told.items() if key in known})
    except (TypeError, KeyError) as error:
        raise ValueError(f"a run's facts that cannot be read: {error}") from error


def detection_of(told: dict[str, Any]) -> Detection:
    """The arithmetic as reports tell it; keys that are no part of it are skipped. Raises KeyError, TypeError."""
    return Detection(
        interval_s=int(told["interval_s"]),
        threshold=int(told["threshold"]),
        ttl_s=int(told["ttl_s"]),
        detected_mean_s=float(told["detected_mean_s"]),
        detected_worst_s=float(told["detected_worst_s"]),
        moved_mean_s=float(told["moved_mean_s"]),
        moved_worst_s=float(told["moved_worst_s"]),
    )


def _value(key: str, value: Any) -> Any:
    match key:
        case "mode":
            return DrillMode(value) if value is not None else None
        case "policy":
            return RoutingPolicy(value)
        case "hosts" | "regions":
            return _texts(value)
        case "detection":
            return detection_of(value) if value is not None else None
        case "clock_factor":
            return _factor(float(value))
        case "rto_s" | "longest_gap_s" | "availability_percent":
            return int(value)
        case _:
            return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(str(one) for one in value)


def _factor(value: float) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"time cannot run {value} times as fast")
    return value
