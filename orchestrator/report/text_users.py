"""What users meet right now, in a line: how it stands, and how it has just turned."""

from __future__ import annotations

from orchestrator.core.traffic_now import UsersNow
from orchestrator.report.neutralise import safe


def users_line(now: UsersNow) -> str:
    """`us-east-1 serves 16/s; 313 requests, 0 failed`."""
    rates = [f"{safe(region)} serves {_rate(rate)}" for region, rate in now.serving]
    if now.failing:
        rates.append(f"{_rate(now.failing_per_s)} FAIL")
    return f"{', '.join(rates) or 'no answers now'}; {now.requests:,} requests, {now.failed:,} failed"


def users_turn(now: UsersNow) -> str:
    """`us-west-2 serves all users`, or who serves while requests fail, and how they fail."""
    regions = [safe(region) for region, _ in now.serving]
    serve = f"{' and '.join(regions)} {'serves' if len(regions) == 1 else 'serve'}"
    if not now.failing:
        if now.waiting:
            return f"{serve}, other users have no answer yet"
        return f"{serve} all users" if len(regions) == 1 else serve
    failing = f"requests fail: {safe(now.error)}"
    return f"{serve}, other {failing}" if regions else f"nobody serves, all {failing}"


def _rate(per_s: float) -> str:
    return f"{per_s:.0f}/s" if per_s >= 1 else "<1/s"
