"""Holding the lock: take it, renew it in time, know when it is lost, give it back. Implements executor.Guard.

A holder believes its own clock only for durations, and for less long than S3 gives others to wait.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.errors import AwsError, LockLost, NotFound, PreconditionFailed, Throttled, Unreachable
from orchestrator.core.lock import (
    BEAT_S,
    LockRecord,
    LockState,
    Owner,
    Refusal,
    Stored,
    acquiring,
    held_until,
    is_of,
    released,
    renewed,
)
from orchestrator.lock_store import LockStore
from orchestrator.ports import Clock

_TRIES = 3
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, *(4.0,) * 12)
"""After each try to take it that S3 did not answer: it refuses nobody for long."""
_SOON_S = 4.0
"""After a renewal that got no answer."""
_LEAVING_S = 2.0
"""So long a renewal that is under way is waited for at the end. Where S3 is silent, nothing can be given back."""
_OVER = "the run is over"
_UNSURE = (PreconditionFailed, Unreachable, Throttled)
"""After these only a read tells whether the write landed: the SDK itself may have sent it twice."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where the lock lies."""

    region: str
    bucket: str

    def __str__(self) -> str:
        return f"{self.region}, bucket {self.bucket}"


class Lease:
    """One ownership. Made by `take`; `beat` now and then keeps it. Safe to call from any thread.

    `proper`: where the lock should lie and will be moved to; the seat is another one while that region is silent.
    """

    def __init__(self, store: LockStore, clock: Clock, seat: Seat, mine: Taken, *, proper: Seat | None = None) -> None:
        self._store, self._clock, self._seat, self._proper = store, clock, seat, proper
        self._record, self._etag, self._until, self._since = mine.record, mine.etag, mine.until, mine.since
        self._turn = threading.Lock()
        self._lost = ""

    @property
    def lost(self) -> str:
        """Why nothing may be started any more, "" while the lock may still be had."""
        return self._lost

    @property
    def fencing(self) -> int:
        """The number of this ownership."""
        return self._record.fencing

    def ensure(self) -> None:
        """Return while the lock is surely ours; where it is not sure, ask S3. Raises LockLost, AwsError."""
        if self._is_sure():
            return
        with self._turn:
            # Somebody else may have renewed it while we waited for our turn.
            if not self._is_sure() and not self._lost:
                self._renew()
        if self._lost:
            raise LockLost(self._lost, where=str(self._seat), fix="look at orchestrator status, then run it again")
        if not self._is_sure():
            raise Unreachable("the lock could not be renewed in time", where=str(self._seat))

    def beat(self) -> None:
        """Renew it. Raises AwsError when S3 does not answer; what it answers otherwise is noted."""
        with self._turn:
            if self._lost:
                return
            self._renew()
            if self._proper is not None and not self._lost:
                with contextlib.suppress(AwsError):
                    self._move_home(self._proper)

    def release(self) -> None:
        """Give it back, if S3 answers: otherwise it ends by itself."""
        # From here on others may have it: a thread that was left behind must not believe in it any longer.
        self._until = float("-inf")
        if not self._turn.acquire(timeout=_LEAVING_S):
            self._lost = _OVER
            return
        try:
            if not self._lost:
                self._put(released(self._record))
        except AwsError:
            return
        finally:
            self._lost = self._lost or _OVER
            self._turn.release()

    def _is_sure(self) -> bool:
        return not self._lost and self._clock.monotonic() < self._until

    # -- within one turn ---------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        try:
            self._put(renewed(self._record, self._since))
        except NotFound as error:
            if error.code == "NoSuchBucket":
                # We are destroying it: where there is no bucket nobody can take the lock.
                self._until = float("inf")
                return
            self._etag = ""
            self._put(renewed(self._record, self._since))

    def _put(self, record: LockRecord) -> None:
        """Write it, until it is there or somebody else's is. Raises AwsError."""
        for _ in range(_TRIES):
            asked = self._clock.monotonic()
            try:
                written = self._write(record)
            except PreconditionFailed:
                self._read_again()
                if self._lost:
                    return
                continue
            self._record, self._etag = record, written
            self._until = asked + record.lease_s
            return
        raise _undecided(self._seat)

    def _write(self, record: LockRecord) -> str:
        return self._store.write(self._seat.region, self._seat.bucket, record, etag=self._etag).etag

    def _read_again(self) -> None:
        asked = self._clock.monotonic()
        stored = self._store.read(self._seat.region, self._seat.bucket)
        if stored is None:
            self._etag = ""
        elif stored.record is not None and is_of(self._record, stored):
            # A write of ours landed although its answer did not reach us.
            self._record, self._etag = stored.record, stored.etag
            self._until = max(self._until, held_until(asked, stored))
        else:
            self._lose(stored)

    def _lose(self, stored: Stored) -> None:
        owner = stored.record.owner if stored.record else None
        who = f"{owner.purpose} by {owner.by} on {owner.host} ({owner.run})" if owner else "somebody"
        self._lost = f"the lock was lost to {who}: nothing more is started"

    def _move_home(self, home: Seat) -> None:
        """The region of the lock answers again: from there others see it. Whoever has it there was first."""
        stored = self._store.read(home.region, home.bucket)
        # Our own record may be there: of a write whose answer was lost.
        decision = acquiring(self._record.owner, stored, breaks=self._record.owner.run)
        if isinstance(decision, Refusal):
            self._lose(decision.stored)
            return
        asked = self._clock.monotonic()
        written = self._store.write(home.region, home.bucket, decision.record, etag=decision.etag)
        with contextlib.suppress(AwsError):
            self._put(released(self._record))
        self._seat, self._proper = home, None
        self._record, self._etag, self._since = decision.record, written.etag, written.at
        self._until = asked + decision.record.lease_s


@dataclass(frozen=True, slots=True)
class Taken:
    """What `take` brought: the record, its ETag, until when it is sure, and since when (S3's time) it is ours."""

    record: LockRecord
    etag: str
    until: float
    since: datetime


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Nobody has the lock now, but somebody had it since it was looked at."""

    stored: Stored


def take(
    store: LockStore,
    clock: Clock,
    seat: Seat,
    owner: Owner,
    *,
    looked: Stored | None,
    pinned: bool = False,
    breaks: str = "",
) -> Taken | Refusal | Overtaken:
    """Become the owner, by what was `looked` at before: one call when nobody came in between. Raises AwsError.

    `pinned`: only if nobody has had it since. `breaks`: the run from which it may be taken.
    """
    stored, seen = looked, _fencing(looked)
    for pause_s in _PAUSES_S:
        decision = acquiring(owner, stored, breaks=breaks)
        if isinstance(decision, Refusal):
            return decision
        asked = clock.monotonic()
        try:
            written = store.write(seat.region, seat.bucket, decision.record, etag=decision.etag)
            return Taken(decision.record, written.etag, asked + decision.record.lease_s, written.at)
        except _UNSURE as error:
            if not isinstance(error, PreconditionFailed):
                clock.sleep(pause_s)
            asked, stored = clock.monotonic(), store.read(seat.region, seat.bucket)
        except NotFound as error:
            if error.code == "NoSuchBucket":
                raise
            stored = None
        if stored is not None and is_of(decision.record, stored):
            return Taken(decision.record, stored.etag, held_until(asked, stored), stored.written_at)
        if pinned and stored is not None and stored.state is not LockState.HELD and _fencing(stored) != seen:
            return Overtaken(stored)
    raise _undecided(seat)


def _undecided(seat: Seat) -> Throttled:
    return Throttled("S3 decides no write of the lock", where=str(seat), fix="run the same command again")


def _fencing(stored: Stored | None) -> int:
    return stored.record.fencing if stored and stored.record else 0


@contextlib.contextmanager
def beating(lease: Lease, *, every_s: float = BEAT_S) -> Iterator[Lease]:
    """Within, a thread renews the lease; at the end it is given back."""
    over = threading.Event()

    def keep() -> None:
        pause_s = every_s
        while not over.wait(pause_s):
            pause_s = every_s
            try:
                lease.beat()
            except AwsError:
                # The run learns of it by `ensure`, once the lease is not sure any more.
                pause_s = min(_SOON_S, every_s)

    thread = threading.Thread(target=keep, name="lock", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        over.set()
        thread.join(timeout=_LEAVING_S)
        lease.release()
