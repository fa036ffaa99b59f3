"""Holding the lock on a simulated S3 in virtual time: whatever comes between its calls, one runs at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from orchestrator.core.errors import AwsError, LockLost, Throttled, Unreachable
from orchestrator.core.lock import BEAT_S, LEASE_S, ROUNDING_S, Owner, Refusal, Stored
from orchestrator.lock import Lease, Overtaken, Seat, Taken, beating, take
from orchestrator.lock_store import LockStore, Written
from orchestrator.simulation import Faults, Gate, VirtualClock
from orchestrator.simulation.lock_store import SimulatedLockStore

HOME, SPARE = Seat("us-west-2", "home"), Seat("us-east-1", "spare")
ANN = Owner(by="ann", host="laptop", run="run-a", purpose="deploy")
BOB = Owner(by="bob", host="runner", run="run-b", purpose="drill of us-east-1")
OVER_S = LEASE_S + ROUNDING_S


class NoWallClock:
    """A machine whose wall clock is not to be believed: only durations are."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        raise AssertionError("this machine's clock was asked for the time")

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


@dataclass
class S3:
    """The store, its faults and its clock; operators who take the lock there."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.store = SimulatedLockStore(self.clock, Gate(self.faults))

    def take(self, owner: Owner, seat: Seat = HOME, **more: object) -> Taken | Refusal | Overtaken:
        looked = self.store.read(seat.region, seat.bucket)
        return take(self.store, NoWallClock(self.clock), seat, owner, looked=looked, **more)  # type: ignore[arg-type]

    def hold(self, owner: Owner, seat: Seat = HOME, *, proper: Seat | None = None) -> Lease:
        taken = self.take(owner, seat)
        assert isinstance(taken, Taken)
        return Lease(self.store, NoWallClock(self.clock), seat, taken, proper=proper)


def numbers(s3: S3) -> list[int]:
    """The fencing number of each ownership that began."""
    return [record.fencing for record in s3.store.history if record.renewed == 0]


def test_who_comes_second_is_told_the_owner() -> None:
    s3 = S3()
    s3.hold(ANN)

    found = s3.take(BOB)

    assert isinstance(found, Refusal)
    assert found.stored.record is not None
    assert found.stored.record.owner == ANN


@pytest.mark.parametrize("error", [Throttled("slow down"), Unreachable("an internal error")], ids=["503", "500"])
def test_s3_that_takes_no_write_for_a_while_is_asked_again(error: AwsError) -> None:
    s3 = S3()
    s3.faults.refuse["Lock.write"] = [error] * 6

    assert isinstance(s3.take(ANN), Taken)
    assert s3.clock.monotonic() < LEASE_S


def test_a_lock_given_back_is_free_at_once_and_its_number_goes_on() -> None:
    s3 = S3()
    s3.hold(ANN).release()
    s3.hold(BOB)

    assert numbers(s3) == [1, 2]


def test_a_dead_owners_lease_expires() -> None:
    s3 = S3()
    s3.hold(ANN)
    s3.clock.sleep(OVER_S - 1)
    early = s3.take(BOB)
    s3.clock.sleep(1)

    assert isinstance(early, Refusal)
    assert isinstance(s3.take(BOB), Taken)


def test_a_lease_that_is_renewed_lasts() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    for _ in range(10):
        s3.clock.sleep(BEAT_S)
        lease.beat()

    lease.ensure()
    assert isinstance(s3.take(BOB), Refusal)


def test_a_paused_owner_who_was_replaced_may_start_nothing_more() -> None:
    s3 = S3()
    stale = s3.hold(ANN)
    s3.clock.sleep(OVER_S)
    fresh = s3.hold(BOB)

    with pytest.raises(LockLost, match=r"lost to drill of us-east-1 by bob on runner \(run-b\)"):
        stale.ensure()
    written = len(s3.store.history)
    stale.beat()
    stale.release()
    assert len(s3.store.history) == written
    assert stale.lost
    fresh.ensure()


def test_a_paused_owner_whom_nobody_replaced_goes_on() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    s3.clock.sleep(10 * OVER_S)

    lease.ensure()
    assert isinstance(s3.take(BOB), Refusal)


def test_an_owner_who_cannot_renew_starts_nothing_until_he_can() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    s3.faults.silent.add(HOME.region)
    s3.clock.sleep(LEASE_S - 1)
    lease.ensure()
    s3.clock.sleep(1)

    with pytest.raises(Unreachable):
        lease.ensure()
    s3.faults.silent.clear()
    lease.ensure()
    assert not lease.lost


def test_after_the_end_nothing_is_believed_any_more() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    lease.release()

    with pytest.raises(LockLost, match="the run is over"):
        lease.ensure()


def test_a_lost_answer_gives_nobody_the_lock_twice() -> None:
    s3 = S3()
    stored = s3.store.read(HOME.region, HOME.bucket)
    s3.faults.lose.add("Lock.write")
    found = take(s3.store, s3.clock, HOME, ANN, looked=stored)
    assert isinstance(found, Taken)
    lease = Lease(s3.store, s3.clock, HOME, found)
    s3.faults.lose.add("Lock.write")
    with pytest.raises(Unreachable):
        lease.beat()
    lease.beat()

    lease.ensure()
    assert numbers(s3) == [1]
    assert isinstance(s3.take(BOB), Refusal)


def test_a_lock_that_is_broken_goes_to_who_breaks_it_and_stops_its_owner() -> None:
    s3 = S3()
    broken = s3.hold(ANN)

    found = s3.take(BOB, breaks=ANN.run)

    assert isinstance(found, Taken)
    broken.beat()
    assert "bob on runner" in broken.lost


def test_leave_to_break_one_owners_lock_is_none_to_break_anothers() -> None:
    s3 = S3()
    s3.hold(ANN)

    assert isinstance(s3.take(BOB, breaks="run-c"), Refusal)


def test_who_looked_before_another_run_is_told_that_his_plan_is_old() -> None:
    s3 = S3()
    looked = s3.store.read(HOME.region, HOME.bucket)
    s3.hold(ANN).release()

    found = take(s3.store, s3.clock, HOME, BOB, looked=looked, pinned=True)

    assert isinstance(found, Overtaken)
    assert isinstance(take(s3.store, s3.clock, HOME, BOB, looked=looked), Taken)


def test_an_edited_object_is_a_held_lock_until_it_is_broken() -> None:
    s3 = S3()
    s3.store.edit(HOME.region, HOME.bucket)
    s3.clock.sleep(100 * OVER_S)

    assert isinstance(s3.take(ANN), Refusal)
    assert isinstance(s3.take(ANN, breaks="unreadable"), Taken)


def test_an_object_that_is_deleted_is_written_anew() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    s3.store.remove(HOME.region, HOME.bucket)
    lease.beat()

    assert isinstance(s3.take(BOB), Refusal)


def test_who_destroys_the_bucket_of_the_lock_goes_on_without_it() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    s3.store.lost_buckets.add(HOME.bucket)
    s3.clock.sleep(OVER_S)
    lease.ensure()
    s3.clock.sleep(OVER_S)

    lease.ensure()
    lease.release()


def test_a_lock_taken_elsewhere_goes_home_when_home_answers_again() -> None:
    s3 = S3()
    s3.faults.silent.add(HOME.region)
    lease = s3.hold(ANN, SPARE, proper=HOME)
    lease.beat()
    s3.faults.silent.clear()
    lease.beat()

    assert isinstance(s3.take(BOB, HOME), Refusal)
    assert isinstance(s3.take(BOB, SPARE), Taken)
    lease.beat()
    lease.ensure()


def test_a_lock_taken_elsewhere_yields_to_who_has_it_at_home() -> None:
    s3 = S3()
    away = s3.hold(ANN, SPARE, proper=HOME)
    at_home = s3.hold(BOB, HOME)
    away.beat()

    assert "bob on runner" in away.lost
    at_home.ensure()


def test_a_move_home_whose_answer_is_lost_is_made_up_for() -> None:
    s3 = S3()
    taken = s3.take(ANN, SPARE)
    assert isinstance(taken, Taken)
    # The third call of a renewal away from home is the write at home.
    store = Interposed(s3.store, at=3, act=lambda: s3.faults.lose.add("Lock.write"))
    lease = Lease(store, s3.clock, SPARE, taken, proper=HOME)
    lease.beat()
    lease.beat()

    lease.ensure()
    assert not lease.lost
    assert isinstance(s3.take(BOB, HOME), Refusal)


# -- interleavings --------------------------------------------------------------------------------------------------


class Interposed:
    """A store on which something happens just before one of its calls (from one)."""

    def __init__(self, store: LockStore, *, at: int, act: Callable[[], object]) -> None:
        self._store, self._at, self._act, self.calls = store, at, act, 0

    def read(self, region: str, bucket: str) -> Stored | None:
        self._count()
        return self._store.read(region, bucket)

    def write(self, region: str, bucket: str, record, *, etag: str) -> Written:  # type: ignore[no-untyped-def]
        self._count()
        return self._store.write(region, bucket, record, etag=etag)

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            self._act()


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("before", ["nothing", "free", "dead"])
def test_of_two_who_begin_at_the_same_instant_exactly_one_runs(at: int, before: str) -> None:
    s3 = S3()
    if before != "nothing":
        lease = s3.hold(Owner(by="eve", host="old", run="run-0", purpose="deploy"))
        if before == "free":
            lease.release()
        s3.clock.sleep(OVER_S)
    found: list[Taken | Refusal | Overtaken] = []
    store = Interposed(s3.store, at=at, act=lambda: found.append(s3.take(BOB)))
    looked = store.read(HOME.region, HOME.bucket)
    found.append(take(store, s3.clock, HOME, ANN, looked=looked, pinned=True))
    if len(found) == 1:
        # There were fewer calls: bob comes after ann.
        found.append(s3.take(BOB))

    assert sorted(type(one).__name__ for one in found) == ["Refusal", "Taken"]
    assert numbers(s3) == sorted(set(numbers(s3)))


def test_a_store_that_never_decides_is_given_up() -> None:
    s3 = S3()
    s3.faults.refuse["Lock.write"] = [Throttled("two at once", code="ConditionalRequestConflict")] * 99

    with pytest.raises(Throttled, match="S3 decides no write"):
        s3.take(ANN)


def test_a_thread_renews_while_a_run_lasts_and_the_end_gives_it_back() -> None:
    s3 = S3()
    lease = s3.hold(ANN)
    with beating(lease, every_s=0.001):
        while len(s3.store.history) < 3:
            lease.ensure()

    assert s3.store.history[-1].released
    assert isinstance(s3.take(BOB), Taken)
