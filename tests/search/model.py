"""The model of the search: two operators, a lock, notes, levers and three regions, and every move that there is.

Operators decide with the product's functions alone (product.py). What they do between two moves of the world is one
move; a call is asked of the guard and takes effect in one move. What each `Rules` takes away is a planted fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from orchestrator.core.levers import LeverKind, Position
from tests.search import product
from tests.search.product import AGES_S, REGIONS, Held, Notes

NOBODY: Held = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds. `looks_again`: a lever moves out only by what is seen in the same moment, not by the plan's look.

    `regions` are those that operators act on.
    """

    regions: tuple[str, ...] = REGIONS
    crashes: int = 2
    deaths: int = 1
    looks_again: bool = True
    fencing: bool = True
    locks_drills: bool = True
    leases_end: bool = True
    restores: bool = True
    notes: bool = True
    spares_the_last: bool = True


class Run(NamedTuple):
    """What an operator is at. `fencing` 0: it has no lock. `course`: what is still to change, `done` so many before."""

    verb: str = ""
    region: str = ""
    fencing: int = 0
    course: tuple[tuple[str, bool], ...] = ()
    done: int = 0
    lost: bool = False


class Operator(NamedTuple):
    """`drills`, `switches`: so many runs he may still begin."""

    run: Run = Run()
    drills: int = 1
    switches: int = 1


class Lock(NamedTuple):
    """`owner` -1: nobody has ever had it. `age` is a place in AGES_S."""

    owner: int = -1
    fencing: int = 0
    released: bool = True
    age: int = 0


class World(NamedTuple):
    """`effective`: the highest fencing number under which something was changed. `broken`: what must never be."""

    operators: tuple[Operator, Operator] = (Operator(), Operator())
    lock: Lock = Lock()
    drilled: Held = NOBODY
    evacuated: Held = NOBODY
    notes: Notes = frozenset()
    dead: Held = NOBODY
    effective: int = 0
    crashes: int = 0
    deaths: int = 0
    broken: str = ""


_IDLE = Run()


@dataclass(slots=True)
class Model:
    """The moves under these rules."""

    rules: Rules = field(default_factory=Rules)

    def moves(self, world: World) -> Iterator[World]:
        """Every world that may come next."""
        if world.broken:
            return
        yield from self._weather(world)
        for who in (0, 1):
            operator = world.operators[who]
            if operator.run == _IDLE:
                yield from self._beginnings(world, who, operator)
            else:
                yield from self._steps(world, who, operator)

    def is_rest(self, world: World) -> bool:
        """Nobody is at work, nothing is held out or owed, and the lock can be had."""
        idle = all(one.run == _IDLE for one in world.operators)
        return idle and not (world.drilled or world.evacuated or world.notes) and bool(self._free(world, 0))

    # -- what just happens -------------------------------------------------------------------------------------------

    def _weather(self, world: World) -> Iterator[World]:
        lock = world.lock
        if self.rules.leases_end and not lock.released and lock.age < len(AGES_S) - 1:
            yield world._replace(lock=lock._replace(age=lock.age + 1))
        if world.deaths < self.rules.deaths:
            for region in REGIONS:
                yield world._replace(dead=world.dead | {region}, deaths=world.deaths + 1)
        for region in world.dead:
            yield world._replace(dead=world.dead - {region})
        kept = {one.run.region for one in world.operators if one.run.verb == "drill"}
        if product.falls_back(LeverKind.DRILL):
            for region in world.drilled - kept:
                yield world._replace(drilled=world.drilled - {region})
        if product.falls_back(LeverKind.EVACUATE):
            for region in world.evacuated:
                yield world._replace(evacuated=world.evacuated - {region})

    # -- what operators begin ----------------------------------------------------------------------------------------

    def _beginnings(self, world: World, who: int, operator: Operator) -> Iterator[World]:
        for region in self.rules.regions:
            yield from self._drill(world, who, operator, region)
            yield from self._switch(world, who, operator, region)
            yield from self._put_back(world, who, operator, region)

    def _drill(self, world: World, who: int, operator: Operator, region: str) -> Iterator[World]:
        course = product.drill_effects(region, world.dead, world.drilled, world.evacuated, world.notes)
        if not course or not operator.drills:
            return
        if not self.rules.notes:
            course = tuple(one for one in course if one[0] in ("out", "in"))
        if not self.rules.restores:
            course = tuple(one for one in course if one[0] != "in")
        begun = operator._replace(drills=operator.drills - 1)
        fencing = self._free(world, who) if self.rules.locks_drills else 0
        if self.rules.locks_drills and not fencing:
            yield _with(world, who, begun)
            return
        lock = Lock(who, fencing, False) if fencing else world.lock
        run = Run("drill", region, fencing, course)
        yield _with(world._replace(lock=lock), who, begun._replace(run=run))

    def _switch(self, world: World, who: int, operator: Operator, region: str) -> Iterator[World]:
        """Failover while he has one; failback always: what is out must be able to return."""
        if operator.switches and self._may_leave(world, region):
            run = Run("failover", region, 0, (("out", False),))
            yield _with(world, who, operator._replace(run=run, switches=operator.switches - 1))
        if product.may_switch(region, Position.IN, world.dead, world.drilled, world.evacuated):
            yield _with(world, who, operator._replace(run=Run("failback", region, 0, (("in", False),))))

    def _may_leave(self, world: World, region: str) -> bool:
        if not self.rules.spares_the_last:
            return region not in world.evacuated
        return product.may_switch(region, Position.OUT, world.dead, world.drilled, world.evacuated)

    def _put_back(self, world: World, who: int, operator: Operator, region: str) -> Iterator[World]:
        """Where nobody works at the drill any more."""
        if any(one.run.verb == "drill" and one.run.region == region for one in world.operators):
            return
        course = product.put_back_effects(region, world.drilled, world.notes)
        if course:
            yield _with(world, who, operator._replace(run=Run("put-back", region, 0, course)))

    def _free(self, world: World, who: int) -> int:
        lock = world.lock
        if lock.owner < 0:
            return product.taken(who, None)
        there = product.stored(lock.owner, lock.fencing, released=lock.released, age_s=AGES_S[lock.age])
        return product.taken(who, there)

    # -- what a run does ---------------------------------------------------------------------------------------------

    def _steps(self, world: World, who: int, operator: Operator) -> Iterator[World]:
        run = operator.run
        if world.crashes < self.rules.crashes:
            yield self._crashed(world, who, operator)
        if run.fencing and not run.lost and self._holds(world, who) and world.lock.age:
            yield world._replace(lock=world.lock._replace(age=0))
        if not run.course:
            yield self._ended(world, who, operator)
            return
        (effect, always), *rest = run.course
        if not always and self._is_stopped(world, who, run):
            # Nothing more is started; what puts things back happens all the same.
            left = tuple(one for one in rest if one[1])[len(run.course) - 1 - run.done :]
            yield _with(world, who, operator._replace(run=run._replace(course=left, lost=True)))
            return
        after = operator._replace(run=run._replace(course=tuple(rest), done=run.done + 1))
        yield self._changed(_with(world, who, after), effect, run, always=always, seen=world)

    def _is_stopped(self, world: World, who: int, run: Run) -> bool:
        """The guard, asked in the moment of the call: it believes itself, or reads what stands in S3."""
        if not run.fencing or not self.rules.fencing:
            return False
        return run.lost or not (self._holds(world, who) and self._can_renew(world))

    def _holds(self, world: World, who: int) -> bool:
        run, lock = world.operators[who].run, world.lock
        return (lock.owner, lock.fencing, lock.released) == (who, run.fencing, False)

    def _can_renew(self, world: World) -> bool:
        """Sure of it, or still its owner by what S3 says: it is renewed at once, however old."""
        return product.is_sure(AGES_S[world.lock.age]) or not world.lock.released

    def _crashed(self, world: World, who: int, operator: Operator) -> World:
        run = operator.run
        started = run.done + bool(run.course)
        # Who has lost the lock, or has not begun, has taken nothing out. Else its note and its journal name it.
        began = run.verb == "drill" and not run.lost and ("out", False) not in run.course
        took_out = began and ("in", True) in run.course and run.region in world.drilled
        silent = took_out and not (
            product.journal_owes(run.region, started) and run.region in product.named(world.notes)
        )
        broken = f"I7 {run.region} is out after a crash, and nothing names it" if silent else ""
        crashed = world._replace(crashes=world.crashes + 1, broken=broken)
        return _with(crashed, who, operator._replace(run=_IDLE))

    def _ended(self, world: World, who: int, operator: Operator) -> World:
        run, lock, broken = operator.run, world.lock, ""
        nameless = world.drilled - product.named(world.notes)
        if run.verb in ("drill", "put-back") and run.region in nameless:
            broken = f"I7 {run.region} is out, and its drill has ended"
        if run.fencing and self._holds(world, who):
            lock = lock._replace(released=True)
        return _with(world._replace(lock=lock, broken=broken), who, operator._replace(run=_IDLE))

    def _changed(self, world: World, effect: str, run: Run, *, always: bool, seen: World) -> World:
        """The call takes effect."""
        if run.fencing and not always:
            if run.fencing < world.effective:
                return world._replace(broken=f"I9 fencing {run.fencing} changes something after {world.effective}")
            if world.lock.fencing != run.fencing:
                return world._replace(broken=f"I9 fencing {run.fencing} changes something, {world.lock.fencing} holds")
            world = world._replace(effective=run.fencing)
        match effect:
            case "note":
                return world._replace(notes=world.notes | {(run.region, run.fencing)})
            case "in" if run.verb == "failback":
                return world._replace(evacuated=world.evacuated - {run.region})
            case "in":
                return world._replace(drilled=world.drilled - {run.region})
            case "out":
                return self._taken_out(world, run, seen)
            case _:
                ended = effect.removeprefix("end ")
                number = run.fencing if ended == product.MINE else int(ended)
                return world._replace(notes=world.notes - {(run.region, number)})

    def _taken_out(self, world: World, run: Run, seen: World) -> World:
        if self.rules.looks_again and self.rules.spares_the_last and not self._still_safe(seen, run.region):
            return world
        if run.verb == "failover":
            world = world._replace(evacuated=world.evacuated | {run.region})
        else:
            world = world._replace(drilled=world.drilled | {run.region})
        if len(world.drilled | world.evacuated) == len(REGIONS):
            return world._replace(broken="I2 every region is out by our doing")
        answers = product.answering(world.dead, world.drilled | world.evacuated)
        return world if len(answers) == 1 else world._replace(broken=f"I6 users meet {len(answers)} regions")

    @staticmethod
    def _still_safe(seen: World, region: str) -> bool:
        return product.leaves_one(region, seen.drilled, seen.evacuated)


def _with(world: World, who: int, operator: Operator) -> World:
    first, second = world.operators
    return world._replace(operators=(operator, second) if who == 0 else (first, operator))


def canonical(world: World) -> World:
    """The operators are alike: of two worlds that differ in their names only, one is visited."""
    first, second = world.operators
    if first <= second:
        return world
    lock = world.lock
    return world._replace(
        operators=(second, first), lock=lock._replace(owner=1 - lock.owner) if lock.owner >= 0 else lock
    )
