"""A drill: one region taken out on purpose, measured, and put back. What is noted of it, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum


class DrillMode(Enum):
    """SWITCH moves the drill lever; OUTAGE makes the region really fail; TABLETOP happens in the simulation only."""

    SWITCH = "switch"
    OUTAGE = "outage"
    TABLETOP = "tabletop"


class DrillVerdict(Enum):
    """PASSED: every objective met and all put back. ABORTED: ended early, by its guard or its operator."""

    PASSED = "passed"
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillWish:
    """What the operator asks for. `hold_s` None: as regions.yaml says. `put_back`: only put right what a drill left.

    `silent`: in mode outage the region hangs instead of refusing.
    """

    region: str
    mode: DrillMode = DrillMode.SWITCH
    hold_s: int | None = None
    silent: bool = False
    put_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRecord:
    """What other machines and later drills must know of one drill; kept in an artifact bucket outside its region.

    `ended_at` None: it runs, or it died. `verdict`, `rto_s`, `requests` and `failed` are known once it was measured.
    """

    run: str
    region: str
    mode: DrillMode
    started_at: datetime
    by: str
    ended_at: datetime | None = None
    verdict: DrillVerdict | None = None
    rto_s: float | None = None
    requests: int = 0
    failed: int = 0

    def ended(self, at: datetime) -> DrillRecord:
        """The same drill, over."""
        return replace(self, ended_at=at)


@dataclass(frozen=True, slots=True)
class Outage:
    """A region whose application really fails: `hosts` are (account, regional host name).

    `silent`: it accepts connections and never answers, instead of refusing its users (the embedded AWS only).
    """

    region: str
    hosts: tuple[tuple[str, str], ...]
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the regions that take over may not exceed, over `window_s` seconds, and alarms that must not ring."""

    error_rate_percent: int
    latency_ms: int
    window_s: int
    alarms: tuple[str, ...] = ()
