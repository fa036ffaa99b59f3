"""Every reachable state of the lock's protocol: two operators, crashes, lost and late writes, pauses, expiry.

The model has S3's object, a clock, and for each operator what it believes. Writes travel: they land at any later time,
or never, whether or not the operator has given up waiting. Operators decide with the functions of core.lock alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from orchestrator.core.lock import (
    LockRecord,
    Owner,
    Refusal,
    Stored,
    Write,
    acquiring,
    held_until,
    is_of,
    released,
    renewed,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
LEASE_S, TICK_S, LAST_S = 4, 3, 9
NAMES = ("ann", "bob")
RUNS, RENEWALS = 1, 1


@dataclass(frozen=True)
class Flight:
    """A write under way: by whom, what, and when it was sent."""

    by: int
    write: Write
    sent_at: int


@dataclass(frozen=True)
class Operator:
    """`mine` None: it has no lock. It believes itself safe until `until`. `asked`: a write whose fate it awaits."""

    mine: LockRecord | None = None
    etag: str = ""
    until: float = -1.0
    asked: Flight | None = None
    runs: int = 0
    dead: bool = False


@dataclass(frozen=True)
class World:
    now: int = 0
    record: LockRecord | None = None
    etag: str = ""
    written_at: int = 0
    flights: frozenset[Flight] = frozenset()
    operators: tuple[Operator, Operator] = (Operator(), Operator())

    def stored(self) -> Stored | None:
        if self.record is None:
            return None
        return Stored(record=self.record, etag=self.etag, written_at=at(self.written_at), read_at=at(self.now))

    def having(self, who: int, operator: Operator) -> World:
        operators = (operator, self.operators[1]) if who == 0 else (self.operators[0], operator)
        return replace(self, operators=operators)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def owner(who: int, run: int) -> Owner:
    return Owner(by=NAMES[who], host="h", run=f"{NAMES[who]}-{run}", purpose="deploy")


def send(world: World, who: int, write: Write) -> World:
    flight = Flight(who, write, world.now)
    world = world.having(who, replace(world.operators[who], asked=flight))
    # A write that needs an object which is there no more will never land.
    return replace(world, flights=world.flights | {flight}) if write.etag == world.etag else world


def land(world: World, flight: Flight, *, told: bool) -> World:
    """The write reaches S3 and swaps. `told`: its answer reaches the operator too."""
    record, before = flight.write.record, world.record
    if record.renewed == 0:
        assert record.fencing > (before.fencing if before else 0), world
    etag = f"{record.owner.run} {record.renewed} {record.released}"
    flights = frozenset(one for one in world.flights if one.write.etag == etag)
    world = replace(world, record=record, etag=etag, written_at=world.now, flights=flights)
    operator = world.operators[flight.by]
    if not told or operator.asked != flight:
        return world
    return world.having(flight.by, heard(operator, flight, etag))


def heard(operator: Operator, flight: Flight, etag: str) -> Operator:
    record = flight.write.record
    if record.released:
        return replace(operator, mine=None, etag="", until=-1.0, asked=None)
    return replace(operator, mine=record, etag=etag, until=flight.sent_at + record.lease_s, asked=None)


def read(world: World, operator: Operator, flight: Flight) -> Operator:
    """After a write that lost, or said nothing: what stands there decides."""
    there, mine = world.stored(), operator.mine or flight.write.record
    if there is not None and there.record is not None and is_of(mine, there) and not flight.write.record.released:
        until = max(operator.until, held_until(world.now, there))
        return replace(operator, mine=there.record, etag=there.etag, until=until, asked=None)
    return replace(operator, mine=None, etag="", until=-1.0, asked=None)


def moves(world: World) -> Iterator[World]:
    if world.now < LAST_S:
        yield replace(world, now=world.now + TICK_S)
    for flight in world.flights:
        yield land(world, flight, told=True)
        yield land(world, flight, told=False)
        yield replace(world, flights=world.flights - {flight})
    for who, operator in enumerate(world.operators):
        if not operator.dead:
            yield from steps(world, who, operator)


def steps(world: World, who: int, operator: Operator) -> Iterator[World]:
    if operator.mine is not None or operator.asked is not None:
        yield world.having(who, Operator(runs=operator.runs, dead=True))
    if operator.asked is not None:
        # It waits no longer, but the write may still be under way.
        yield world.having(who, read(world, operator, operator.asked))
    elif operator.mine is not None:
        for record in (renewed(operator.mine, at(0)), released(operator.mine)):
            if record.renewed <= RENEWALS or record.released:
                # Who gives it back does not believe in it any more, whatever becomes of the write.
                until = -1.0 if record.released else operator.until
                yield send(world.having(who, replace(operator, until=until)), who, Write(record, operator.etag))
    # They are alike: it is enough that ann comes first.
    elif operator.runs < RUNS and (who == 0 or world.operators[0].runs):
        begun = replace(operator, runs=operator.runs + 1)
        decision = acquiring(owner(who, begun.runs), world.stored())
        if isinstance(decision, Refusal):
            yield world.having(who, begun)
        else:
            record = replace(decision.record, lease_s=LEASE_S)
            yield send(world.having(who, begun), who, Write(record, decision.etag))


def reachable() -> Iterator[World]:
    seen, waiting = {World()}, [World()]
    while waiting:
        world = waiting.pop()
        yield world
        for following in moves(world):
            if following not in seen:
                seen.add(following)
                waiting.append(following)


def test_in_no_reachable_state_do_two_hold_the_lock_or_share_a_number() -> None:
    states = held = second = dead = 0
    for world in reachable():
        sure = [one for one in world.operators if one.mine is not None and world.now < one.until]
        states += 1
        held += len(sure)
        second += world.record is not None and world.record.fencing == 2
        dead += any(one.dead for one in world.operators)

        assert len(sure) <= 1, world
    # The search has met what it is about.
    assert states > 1000
    assert min(held, second, dead) > 100
