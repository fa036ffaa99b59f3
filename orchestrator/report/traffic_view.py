"""What users met during a run, in words: one sentence, and for each failed request when, where, what and how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.core.traffic import TrafficRequest, TrafficSummary
from orchestrator.report.amounts import counted, duration_text
from orchestrator.report.json_values import time_value
from orchestrator.report.neutralise import safe

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FailureView:
    """One failed request; every field may be printed. `answer` is `503 from us-east-1`, or why there was none."""

    at: str
    host: str
    resolver: str
    answer: str
    took: str


def traffic_sentence(summary: TrafficSummary) -> str:
    """`412 requests during the run, none failed; answered by us-east-1 410, us-west-2 2`."""
    served = ", ".join(f"{safe(region) or 'an unknown region'} {count}" for region, count in summary.by_region)
    answered = f"; answered by {served}" if served else ""
    if not summary.requests:
        return "no request ended during the run"
    if not summary.failed:
        return f"{counted(summary.requests, 'request')} during the run, none failed{answered}"
    gap = f"longest time without a good answer {duration_text(summary.longest_outage_s)}"
    return f"{summary.failed} of {counted(summary.requests, 'request')} during the run failed, {gap}{answered}"


def failure_views(failed: Sequence[TrafficRequest], since: datetime | None) -> tuple[FailureView, ...]:
    """The first failed requests. Times are ISO 8601 in UTC, or seconds from the start when `since` is not known."""
    return tuple(_view(one, since) for one in failed[:MOST_SHOWN])


def left_out(summary: TrafficSummary, failed: Sequence[TrafficRequest]) -> str:
    """`and 12 more`, "" when every failed request is shown."""
    more = max(summary.failed, len(failed)) - min(len(failed), MOST_SHOWN)
    return f"and {more} more" if more else ""


def _view(one: TrafficRequest, since: datetime | None) -> FailureView:
    if one.status:
        answer = f"{one.status} from {safe(one.region) or safe(one.address) or 'an unknown region'}"
    else:
        answer = safe(one.error) or "no answer"
    return FailureView(
        at=_time(one.at, since),
        host=safe(one.host),
        resolver=f"resolver {one.resolver}",
        answer=answer,
        took=duration_text(one.latency_s),
    )


def _time(at_s: float, since: datetime | None) -> str:
    return time_value(since + timedelta(seconds=at_s) if since else None) or f"{at_s:.3f} s"
