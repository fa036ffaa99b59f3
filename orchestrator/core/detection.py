"""How long failing over takes by arithmetic: detection by Route 53's checkers, then what resolvers still remember.

The observations of many unsynchronised checkers are spread over one interval. The check turns when all but
HEALTHY_SHARE of them have seen `threshold` failures in a row; users follow as their cached answers run out.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.check_health import HEALTHY_SHARE

PROBE_S = 4.0
"""What one failing observation takes at most: Route 53 gives up connecting after four seconds."""
LEVER_PERIOD_S = 60
"""Period of the levers' alarms (blueprints/control/levers.py): Route 53 takes standard resolution only."""


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


def lever_detection(ttl_s: int) -> Detection:
    """From the write of a lever until users have moved: with a TTL of 60 s the mean is 90 s, the worst 180.

    An estimate: AWS promises no time. Route 53 follows the data stream of the lever's alarm (developer guide, "How
    Route 53 determines the status of health checks that monitor CloudWatch alarms"), which has standard resolution. A
    datum may have to wait for the end of its minute, and the minute for the next evaluation (CloudWatch user guide,
    "Evaluating an alarm": once a minute): up to a period each, half of one in the mean. On the embedded AWS a datum
    counts at once: levers are faster there.
    """
    mean, worst = float(LEVER_PERIOD_S), 2.0 * LEVER_PERIOD_S
    return Detection(
        interval_s=LEVER_PERIOD_S,
        threshold=1,
        ttl_s=ttl_s,
        detected_mean_s=mean,
        detected_worst_s=worst,
        moved_mean_s=mean + ttl_s / 2,
        moved_worst_s=worst + ttl_s,
    )
