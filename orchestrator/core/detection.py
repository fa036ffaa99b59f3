"""How long failing over takes by arithmetic: detection by Route 53's checkers, then what resolvers still remember.

The observations of many unsynchronised checkers are spread over one interval. The check turns when all but
HEALTHY_SHARE of them have seen `threshold` failures in a row; users follow as their cached answers run out.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.check_health import HEALTHY_SHARE

PROBE_S = 4.0
"""What one failing observation takes at most: Route 53 gives up connecting after four seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """The settings, and what they come to, in seconds from the outage.

    `detected_*`: the check is unhealthy; `moved_*`: users have moved (in the mean; the last of them).
    """

    interval_s: int
    threshold: int
    ttl_s: int
    detected_mean_s: float
    detected_worst_s: float
    moved_mean_s: float
    moved_worst_s: float


def detection(interval_s: int, threshold: int, ttl_s: int, probe_s: float = PROBE_S) -> Detection:
    """10 s x 3 with a TTL of 60: mean 62 s, worst 94. Resolvers that ignore the TTL are not in it."""
    mean = interval_s * (threshold - HEALTHY_SHARE) + probe_s
    worst = interval_s * threshold + probe_s
    return Detection(
        interval_s=interval_s,
        threshold=threshold,
        ttl_s=ttl_s,
        detected_mean_s=mean,
        detected_worst_s=worst,
        moved_mean_s=mean + ttl_s / 2,
        moved_worst_s=worst + ttl_s,
    )
