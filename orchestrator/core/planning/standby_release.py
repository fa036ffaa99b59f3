"""Whether a standby runs another release than the one that last ended well in every region.

The region that fails must not be asked what it runs. Each bucket has the records of all releases, and a note of each
that a run has ended well with: what the standby answers is compared with those of its own bucket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.state import KeptRelease

KeptByRegion = tuple[tuple[str, tuple[KeptRelease, ...]], ...]
"""(region, what is kept in its own bucket)."""


def doubtful_standbys(answering: Mapping[str, str], kept: KeptByRegion) -> Iterator[Finding]:
    """A warning per region (region -> release that it answers with) with which its own bucket knows no run to have
    ended well, or none so late as with another. None where the bucket knows of no run that ended well.

    Never a refusal: any release serves users better than a region that does not answer.
    """
    for region, records in kept:
        release, last = answering.get(region, ""), _last_landed(records)
        if not release or last is None or last[1].release == release:
            continue
        mine = next((one for one in records if one.release == release), None)
        well = f"{last[1].release} last ended well in every region, at {last[0]:%Y-%m-%d %H:%M}Z"
        since = f"kept since {mine.stored_at:%Y-%m-%d %H:%M}Z" if mine else "of which nothing is kept"
        yield _doubt(region, f"it answers with release {release}, {since}", well, landed=bool(mine and mine.landed_at))


def _doubt(region: str, answers: str, well: str, *, landed: bool) -> Finding:
    if landed:
        message = f"{answers}; {well}: users may go back to older code"
        fix = "nothing, if a run is going back to it just now; else orchestrator deploy once the others are reached"
        return Finding("standby-older", Severity.WARNING, region, message, fix)
    unproven = "no run is known to have ended well with it"
    message = f"{answers}, and {unproven}; {well}: users may meet code that failed a gate or met none"
    fix = "look at what it answers; orchestrator deploy, with --release for an earlier one, once the others are reached"
    return Finding("standby-unproven-release", Severity.WARNING, region, message, fix)


def _last_landed(records: tuple[KeptRelease, ...]) -> tuple[datetime, KeptRelease] | None:
    landed = [(one.landed_at, one) for one in records if one.landed_at is not None]
    return max(landed, key=lambda one: (one[0], one[1].release), default=None)
