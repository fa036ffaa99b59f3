"""What users met, as JSON: totals, and each failed request as far as a document should grow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.core.traffic import TrafficRequest, TrafficSummary
from orchestrator.report.json_values import time_value

MOST_FAILURES = 1_000


def traffic_value(
    summary: TrafficSummary | None, failed: Sequence[TrafficRequest], since: datetime | None
) -> dict[str, object] | None:
    """None without traffic. `since` is the zero of the requests' times; without it their `at` is null.

    Seconds are to the millisecond. `by_region` counts good answers, under "" those that did not tell their region.
    """
    if summary is None:
        return None
    shown = failed[:MOST_FAILURES]
    return {
        "requests": summary.requests,
        "failed": summary.failed,
        "longest_outage_s": round(summary.longest_outage_s, 3),
        "by_region": dict(summary.by_region),
        "latency_s": {str(rank): round(value, 3) for rank, value in summary.latency_s},
        "failures": [_failure(one, since) for one in shown],
        "failures_left_out": max(summary.failed, len(failed)) - len(shown),
    }


def _failure(one: TrafficRequest, since: datetime | None) -> dict[str, object]:
    return {
        "at": time_value(since + timedelta(seconds=one.at)) if since else None,
        "host": one.host,
        "resolver": one.resolver,
        "status": one.status,
        "region": one.region,
        "error": one.error,
        "latency_s": round(one.latency_s, 3),
    }
