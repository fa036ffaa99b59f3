"""Whether a standby runs an older release than the one that last ended well in every region.

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


def older_standbys(answering: Mapping[str, str], kept: KeptByRegion) -> Iterator[Finding]:
    """A warning per region (region -> release that it answers with) whose own bucket knows of a later one.

    Never a refusal: an older release serves users better than a region that does not answer.
    """
    for region, records in kept:
        release = answering.get(region, "")
        last = _last_landed(records)
        mine = next((one for one in records if one.release == release), None)
        if not release or last is None or last[1].release == release:
            continue
        landed_at, latest = last
        if mine is not None and mine.stored_at > landed_at:
            # It goes ahead of the others: a deployment was under way.
            continue
        since = f"kept since {mine.stored_at:%Y-%m-%d %H:%M}Z" if mine else "of which nothing is kept"
        message = (
            f"it answers with release {release}, {since}; {latest.release} ended well in every region at "
            f"{landed_at:%Y-%m-%d %H:%M}Z: users may go back to older code"
        )
        fix = f"nothing, if {release} was gone back to on purpose; else orchestrator deploy once the others are reached"
        yield Finding("standby-older", Severity.WARNING, region, message, fix)


def _last_landed(records: tuple[KeptRelease, ...]) -> tuple[datetime, KeptRelease] | None:
    landed = [(one.landed_at, one) for one in records if one.landed_at is not None]
    return max(landed, key=lambda one: (one[0], one[1].release), default=None)
