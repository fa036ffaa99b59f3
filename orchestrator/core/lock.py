"""The lock of an application and environment: a lease in one small S3 object, judged by S3's own time.

Every write is conditional on what was read, so that of two writers one loses. Nothing here knows this machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

LEASE_S = 60
"""Whoever has not renewed it for so long is taken for dead."""
BEAT_S = LEASE_S / 3
ROUNDING_S = 2
"""S3 tells times in whole seconds: both ends of an age may be off by almost one."""
UNREADABLE = "unreadable"
"""Stands for the run where a record cannot be read: by an older version, or because it was edited."""


class LockState(Enum):
    """FREE: it was given back. EXPIRED: its owner has not renewed it in time."""

    FREE = "free"
    HELD = "held"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who holds the lock, or wants to: a user, on which machine, with which run, what for."""

    by: str
    host: str
    run: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """What stands in the object. `fencing` grows with each owner and is never used twice.

    `since` is server time; None before the first renewal, when the object itself is as old as the ownership.
    """

    owner: Owner
    fencing: int
    renewed: int = 0
    since: datetime | None = None
    lease_s: int = LEASE_S
    released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The object as S3 told it; both times are S3's. `record` None: it cannot be read here."""

    record: LockRecord | None
    etag: str
    written_at: datetime
    read_at: datetime

    @property
    def age_s(self) -> float:
        """Seconds since it was written, of S3's time."""
        return (self.read_at - self.written_at).total_seconds()

    @property
    def run(self) -> str:
        """The run that wrote it."""
        return self.record.owner.run if self.record else UNREADABLE

    @property
    def since(self) -> datetime:
        """Since when its owner has it."""
        return (self.record and self.record.since) or self.written_at

    @property
    def ends_in_s(self) -> float:
        """Seconds until it can be had unless it is renewed; 0 when it can be had."""
        if self.record is None:
            return float("inf")
        return 0.0 if self.record.released else max(0.0, self.record.lease_s + ROUNDING_S - self.age_s)

    @property
    def state(self) -> LockState:
        """Whether somebody has it. What cannot be read is held: guards fail closed."""
        if self.record is not None and self.record.released:
            return LockState.FREE
        return LockState.HELD if self.ends_in_s else LockState.EXPIRED


@dataclass(frozen=True, slots=True)
class Write:
    """Put this record if the object is still the one of `etag` ("": if there is none)."""

    record: LockRecord
    etag: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody else has it."""

    stored: Stored


def acquiring(owner: Owner, stored: Stored | None, *, breaks: str = "") -> Write | Refusal:
    """What a run does that wants the lock. `breaks` names the run whose lock may be taken although it is held."""
    if stored is None:
        return Write(LockRecord(owner=owner, fencing=1), "")
    if stored.state is LockState.HELD and stored.run != breaks:
        return Refusal(stored)
    return Write(LockRecord(owner=owner, fencing=_next_fencing(stored)), stored.etag)


def renewed(mine: LockRecord, since: datetime) -> LockRecord:
    """The next record of the same owner. `since`: when the lock was taken, if the record does not know yet."""
    return replace(mine, renewed=mine.renewed + 1, since=mine.since or since)


def released(mine: LockRecord) -> LockRecord:
    """The last record of an owner. The object stays: deleted, its number could not go on."""
    return replace(mine, renewed=mine.renewed + 1, released=True)


def is_of(mine: LockRecord, stored: Stored | None) -> bool:
    """Whether what stands there is still this ownership, after a write whose fate is unknown."""
    there = stored.record if stored else None
    return there is not None and not there.released and (there.owner, there.fencing) == (mine.owner, mine.fencing)


def held_until(asked_at: float, stored: Stored) -> float:
    """Until when an ownership met by a read surely lasts: seconds of the clock that told `asked_at` before it.

    Nobody else takes it earlier, because others wait for the rounding as well.
    """
    lease_s = stored.record.lease_s if stored.record else 0
    return asked_at + lease_s - stored.age_s - ROUNDING_S


def holder_text(stored: Stored) -> str:
    """Who has the lock, since when, for what, in one sentence. Of foreign origin."""
    record = stored.record
    if record is None:
        return "the lock is held by what this version cannot read: a newer version, or an edited object"
    owner = record.owner
    holds = "died with" if stored.state is LockState.EXPIRED else "holds"
    return (
        f"{owner.purpose} by {owner.by} on {owner.host} {holds} the lock since {stored.since:%Y-%m-%d %H:%M:%SZ} "
        f"(run {owner.run}, renewed {max(0, int(stored.age_s))} s ago)"
    )


def _next_fencing(stored: Stored) -> int:
    """Above the one before. Where that cannot be read: S3's seconds, which no count of owners reaches."""
    return stored.record.fencing + 1 if stored.record else int(stored.read_at.timestamp())
