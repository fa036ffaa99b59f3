"""The bake of a region: its alarms must be OK for a while without a break.

An alarm that rings when the bake has not begun may be of the release before, and is waited for; one that begins to
ring while it bakes is of this release, and ends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core.check_health import AlarmState


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """An alarm at one look; `since` is when it came into this state, in CloudWatch's own words."""

    state: AlarmState
    since: str = ""


@dataclass(frozen=True, slots=True)
class Baking:
    """`began` (monotonic seconds): from when on all alarms were OK at each look; None while they are not.

    `detail` says what is waited for; `fault` why the region cannot pass any more, "" while it can.
    """

    began: float | None = None
    detail: str = ""
    fault: str = ""
    since: tuple[str, ...] = ()


def looked(before: Baking, names: Sequence[str], seen: Mapping[str, AlarmSeen], now: float) -> Baking:
    """The bake after one more look at its alarms. A name that was not seen has no alarm."""
    missing = [name for name in names if name not in seen]
    if missing:
        return Baking(fault=f"there is no alarm {', '.join(missing)}")
    ringing = [name for name in names if seen[name].state is AlarmState.ALARM]
    if ringing and before.began is not None:
        return Baking(fault=f"alarm {', '.join(ringing)} began to ring {now - before.began:.0f} s into the bake")
    if ringing:
        return Baking(detail=f"alarm {', '.join(ringing)} is in ALARM")
    without = [name for name in names if seen[name].state is not AlarmState.OK]
    if without:
        return Baking(detail=f"alarm {', '.join(without)} has too little data")
    since = tuple(seen[name].since for name in names)
    if before.began is None:
        return Baking(began=now, since=since)
    moved = [name for name, old, new in zip(names, before.since, since, strict=True) if old != new]
    if moved:
        return Baking(began=now, detail=f"alarm {', '.join(moved)} was not OK meanwhile: once more", since=since)
    return Baking(began=before.began, since=since)
