"""What an operator is told when somebody else is at work, and what breaking the lock asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from orchestrator.app.locking import RunLock, seats, user
from orchestrator.core.errors import AccessDenied, LockHeld, LockLost, Refused, StalePlan
from orchestrator.core.lock import LEASE_S, ROUNDING_S, Owner
from orchestrator.executor import Unguarded
from orchestrator.lock import take
from orchestrator.simulation import Faults, Gate, VirtualClock
from orchestrator.simulation.lock_store import SimulatedLockStore
from tests.sample_world import EAST, NAMES, SOUTH, WEST, topology

ANN = Owner(by="ann", host="laptop", run="run-a", purpose="deploy of release 1")
BOB = Owner(by="bob", host="runner", run="run-b", purpose="drill of us-east-1")


@dataclass
class Operators:
    """Two people on one simulated S3; `asked` is what breaking the lock asked them."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    faults: Faults = field(default_factory=Faults)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = SimulatedLockStore(self.clock, Gate(self.faults))

    def lock(self, *, breaks: bool = False) -> RunLock:
        ask = self.asked.append if breaks else None
        places = seats(topology(), NAMES)
        return RunLock(self.store, self.clock, places, command="orchestrator deploy --break-lock", ask=ask)

    @contextmanager
    def at_work(self, owner: Owner = ANN) -> Iterator[None]:
        with self.lock().held(owner):
            yield


def no(_: str) -> None:
    raise Refused("not confirmed: nothing was changed")


@pytest.mark.parametrize(
    ("regions", "home", "expected"),
    [
        ((EAST, WEST), WEST, [WEST, EAST]),
        ((EAST, WEST), EAST, [EAST, WEST]),
        ((EAST, WEST, SOUTH), WEST, [WEST, SOUTH]),
        ((EAST, WEST), SOUTH, [SOUTH, WEST]),
    ],
)
def test_the_lock_lies_at_home_and_its_spare_not_with_the_users(
    regions: tuple[str, ...], home: str, expected: list[str]
) -> None:
    found = seats(topology(*regions, home=home), NAMES)

    assert [seat.region for seat in found if seat] == expected
    assert found[0].bucket == NAMES.artifact_bucket(home)


def test_the_loser_is_told_owner_place_since_purpose_run_and_what_to_do() -> None:
    world = Operators()
    with world.at_work():
        world.clock.sleep(12)
        with pytest.raises(LockHeld) as told:
            world.lock().look()

    assert told.value.what == (
        "deploy of release 1 by ann on laptop holds the lock since 2026-01-01 00:00:00Z (run run-a, renewed 12 s ago)"
    )
    assert told.value.where == f"us-west-2, bucket {NAMES.artifact_bucket(WEST)}"
    assert "ends by itself in 50 s" in told.value.fix
    assert "orchestrator deploy --break-lock" in told.value.fix
    assert told.value.exit_code == 3


def test_who_looks_before_and_comes_too_late_is_told_too() -> None:
    world = Operators()
    late = world.lock()
    late.look()
    with world.at_work(), pytest.raises(LockHeld, match="by ann on laptop"), late.held(BOB):
        raise AssertionError("two at once")


def test_a_plan_made_before_another_run_is_refused() -> None:
    world = Operators()
    late = world.lock()
    late.look()
    with world.at_work():
        pass

    with pytest.raises(StalePlan, match=r"deploy of release 1 by ann has run since this plan was made"), late.held(BOB):
        raise AssertionError("an old plan")


def test_a_run_that_did_not_look_before_takes_what_is_free() -> None:
    world = Operators()
    with world.at_work():
        pass
    with world.lock().held(BOB) as guard:
        guard.ensure()

    assert [record.fencing for record in world.store.history] == [1, 1, 2, 2]


def test_a_run_costs_three_calls() -> None:
    world = Operators()
    gate = Gate(world.faults)
    store = SimulatedLockStore(world.clock, gate)
    lock = RunLock(store, world.clock, seats(topology(), NAMES), command="")
    lock.look()
    with lock.held(ANN) as guard:
        guard.ensure()

    assert [call.name for call in gate.calls] == ["Lock.read", "Lock.write", "Lock.write"]


def test_breaking_a_lock_asks_and_says_what_it_means() -> None:
    world = Operators()
    with world.lock().held(ANN) as anns:
        taken = world.lock(breaks=True)
        taken.look()
        with taken.held(BOB) as bobs:
            world.clock.sleep(LEASE_S)
            with pytest.raises(LockLost):
                anns.ensure()
            bobs.ensure()

    assert len(world.asked) == 1
    assert "ann on laptop holds the lock" in world.asked[0]
    assert "what it has begun in AWS goes on" in world.asked[0]


def test_a_lock_that_nobody_holds_is_not_asked_about() -> None:
    world = Operators()
    lock = world.lock(breaks=True)
    lock.look()
    with lock.held(ANN):
        pass

    assert world.asked == []


def test_a_break_that_is_not_confirmed_leaves_the_lock() -> None:
    world = Operators()
    with world.lock().held(ANN) as guard:
        places = seats(topology(), NAMES)
        with pytest.raises(Refused, match="not confirmed"):
            RunLock(world.store, world.clock, places, command="", ask=no).look()
        world.clock.sleep(LEASE_S)
        guard.ensure()


def test_a_dead_owner_is_followed_after_his_lease() -> None:
    world = Operators()
    take(world.store, world.clock, seats(topology(), NAMES)[0], ANN, looked=None)
    world.clock.sleep(LEASE_S + ROUNDING_S)
    lock = world.lock()
    lock.look()

    with lock.held(BOB) as guard:
        guard.ensure()


def test_a_silent_home_forbids_and_names_what_needs_no_lock() -> None:
    world = Operators()
    world.faults.silent.add(WEST)

    with pytest.raises(Refused, match="us-west-2 does not answer") as told:
        world.lock().look()
    assert "failover and failback need no lock" in told.value.fix
    assert told.value.exit_code == 3


def test_with_home_silent_one_who_insists_runs_and_a_second_one_does_not() -> None:
    world = Operators()
    world.faults.silent.add(WEST)
    first = world.lock(breaks=True)
    first.look()
    with first.held(ANN) as guard:
        guard.ensure()
        places = seats(topology(), NAMES)
        asked: list[str] = []

        def once(what: str) -> None:
            asked.append(what)
            if "Break it?" in what:
                no(what)

        with pytest.raises(Refused, match="not confirmed"):
            RunLock(world.store, world.clock, places, command="", ask=once).look()

    assert "Take it in us-east-1 instead?" in world.asked[0]
    assert "ann on laptop holds the lock" in asked[1]


def test_with_every_seat_silent_nothing_is_changed() -> None:
    world = Operators()
    world.faults.silent |= {WEST, EAST}

    with pytest.raises(Refused, match="us-east-1 does not answer"):
        world.lock(breaks=True).look()


def test_a_lock_that_may_not_be_read_is_no_free_lock() -> None:
    world = Operators()
    world.faults.refuse["Lock.read"] = [AccessDenied("not authorized", fix="allow s3:GetObject")]

    with pytest.raises(Refused, match="the lock cannot be read") as told:
        world.lock().look()
    assert told.value.fix == "allow s3:GetObject"


def test_before_the_first_bootstrap_there_is_no_lock() -> None:
    world = Operators()
    world.store.lost_buckets.add(NAMES.artifact_bucket(WEST))
    lock = world.lock()
    lock.look()

    with lock.held(ANN) as guard:
        assert isinstance(guard, Unguarded)
        guard.ensure()


def test_the_second_bootstrap_of_one_command_has_the_bucket_that_the_first_one_made() -> None:
    world = Operators()
    bucket = NAMES.artifact_bucket(WEST)
    world.store.lost_buckets.add(bucket)
    lock = world.lock()
    lock.look()
    world.store.lost_buckets.clear()
    lock.look()

    with lock.held(ANN), pytest.raises(LockHeld):
        world.lock().look()


def test_a_machine_without_a_name_for_its_user_still_has_an_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    assert user()
