"""What goes wrong in a scenario: faults as data, each at a call, an event or a moment, and the one who commits them."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from orchestrator.core.errors import Throttled, Unreachable
from orchestrator.core.run import Event, EventKind
from orchestrator.simulation import Call, Death
from tests.operators import Command, World
from tests.theatre import Director, Part


class Kind(Enum):
    """At a mutating call of that number: the first six. At an event: the next three. At a moment: the others.

    SIGNAL: a real signal of the number `at`, when the step `where` begins.
    """

    DIE_BEFORE = "die-before"
    DIE_AFTER = "die-after"
    LOSE_REQUEST = "lose-request"
    LOSE_ANSWER = "lose-answer"
    THROTTLE = "throttle"
    SERVER_ERROR = "server-error"
    DIE_AT_EVENT = "die-at-event"
    TEAR_EVENT = "tear-event"
    PRESS_AT_EVENT = "press-at-event"
    SIGNAL = "signal"
    CTRL_C = "ctrl-c"
    PAUSE = "pause"
    JUMP = "jump"
    OUTAGE = "outage"
    SLOW = "slow"
    SICK = "sick"
    BROKEN = "broken"
    REPLICA_FAILS = "replica-fails"
    REPLICA_LATE = "replica-late"


AT_CALLS = frozenset(
    (Kind.DIE_BEFORE, Kind.DIE_AFTER, Kind.LOSE_REQUEST, Kind.LOSE_ANSWER, Kind.THROTTLE, Kind.SERVER_ERROR)
)
AT_EVENTS = frozenset((Kind.DIE_AT_EVENT, Kind.TEAR_EVENT, Kind.PRESS_AT_EVENT))
UNKIND = frozenset((Kind.OUTAGE, Kind.SLOW, Kind.SICK, Kind.BROKEN, Kind.REPLICA_FAILS, Kind.REPLICA_LATE, Kind.PAUSE))
"""Faults for which a run may fail: AWS itself does not do what is asked, or the lock goes to somebody else."""

_AT_ONCE = frozenset((Kind.CTRL_C, Kind.PAUSE, Kind.JUMP, Kind.BROKEN, Kind.REPLICA_FAILS, Kind.REPLICA_LATE))
_UNDER_WAY_S = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """`at`: the number of the call or event (from one), or seconds from the beginning. `times`: so many in a row.

    `lasts_s`: how long it lasts, or by how much. `where`: a region, or layer/account/region.
    """

    kind: Kind
    at: float
    times: int = 1
    lasts_s: float = 0.0
    where: str = ""

    def __str__(self) -> str:
        more = [f"x{self.times}"] if self.times > 1 else []
        more += [f"{self.lasts_s:g} s"] if self.lasts_s else []
        more += [self.where] if self.where else []
        return " ".join((f"{self.kind.value}@{self.at:g}", *more))


class Mischief:
    """Commits faults on one world from now on, until `stop`."""

    def __init__(self, world: World, director: Director, faults: Sequence[Fault]) -> None:
        self._world, self._director = world, director
        self._faults, self._calls, self._events, self._over = tuple(faults), 0, 0, False
        self._due: list[Fault] = []
        self.committed: list[Fault] = []
        gate = world.aws.gate
        gate.before, gate.after, world.heard = self._before, self._after, self._heard
        self._lags: dict[str, float] = {}
        self._crowded = False

    def begin(self, parts: Sequence[Part]) -> None:
        """Put down what happens at moments."""
        aws, self._crowded = self._world.aws, len(parts) > 1
        began, faults = aws.clock.monotonic(), aws.faults
        for fault in self._faults:
            starts, ends = began + fault.at, began + fault.at + fault.lasts_s
            if fault.kind in _AT_ONCE:
                self.committed.append(fault)
            match fault.kind:
                case Kind.CTRL_C:
                    parts[0].presses += [starts + number for number in range(fault.times)]
                case Kind.PAUSE:
                    parts[0].pauses[starts] = fault.lasts_s
                case Kind.JUMP:
                    parts[0].jumps[starts] = fault.lasts_s
                case Kind.OUTAGE:
                    self._between(starts, ends, faults.silent, fault)
                case Kind.SICK:
                    for turn in range(fault.times):
                        later = 2 * turn * fault.lasts_s
                        self._between(starts + later, ends + later, faults.sick, fault)
                case Kind.SLOW:
                    aws.clock.schedule(starts, partial(self._lag, fault))
                    aws.clock.schedule(ends, partial(self._hasten, fault))
                case Kind.BROKEN:
                    layer, account, region = fault.where.split("/")
                    faults.broken[(layer, account, region)] = "no capacity"
                case Kind.REPLICA_FAILS:
                    faults.replication_fails[fault.where] = fault.times
                case Kind.REPLICA_LATE:
                    faults.replication_late[fault.where] = fault.lasts_s
                case _:
                    continue

    def stop(self) -> None:
        """From here on nothing goes wrong any more, and nobody else is there."""
        self._over, self._crowded = True, False
        faults = self._world.aws.faults
        for one in (faults.silent, faults.sick, faults.broken, faults.replication_fails, faults.replication_late):
            one.clear()
        self._lags.clear()

    # -- moments -----------------------------------------------------------------------------------------------------

    def _between(self, starts: float, ends: float, places: set[str], fault: Fault) -> None:
        clock = self._world.aws.clock
        clock.schedule(starts, partial(self._strike, fault, places))
        clock.schedule(ends, partial(places.discard, fault.where))

    def _strike(self, fault: Fault, places: set[str]) -> None:
        if not self._over:
            places.add(fault.where)
            self.committed.append(fault)

    def _lag(self, fault: Fault) -> None:
        if not self._over:
            self._lags[fault.where] = 4.0
            self.committed.append(fault)

    def _hasten(self, fault: Fault) -> None:
        self._lags.pop(fault.where, None)

    # -- calls and events --------------------------------------------------------------------------------------------

    def _before(self, call: Call) -> None:
        part = self._director.now
        if part is None:
            return
        if part.dead:
            raise Death(call.name)
        if self._crowded and (call.mutating or call.name == "Lock.read"):
            # The others may act before it arrives.
            part.clock.lag(_UNDER_WAY_S)
        if self._over or not call.mutating:
            return
        self._calls += 1
        self._due = [one for one in self._faults if one.kind in AT_CALLS and one.at <= self._calls < one.at + one.times]
        for fault in self._due:
            match fault.kind:
                case Kind.DIE_BEFORE:
                    self._kill(part, fault)
                case Kind.LOSE_REQUEST:
                    self.committed.append(fault)
                    raise Unreachable("the connection broke before the request was sent", where=call.name)
                case Kind.SERVER_ERROR:
                    self.committed.append(fault)
                    raise Unreachable("an internal error occurred", where=call.name, code="InternalFailure")
                case Kind.THROTTLE:
                    self.committed.append(fault)
                    raise Throttled("rate exceeded", where=call.name, code="Throttling")
                case _:
                    continue

    def _after(self, call: Call) -> None:
        part = self._director.now
        if part is None or self._over:
            return
        due, self._due = (self._due, []) if call.mutating else ([], self._due)
        for fault in due:
            if fault.kind is Kind.DIE_AFTER:
                self._kill(part, fault)
            if fault.kind is Kind.LOSE_ANSWER:
                self.committed.append(fault)
                raise Unreachable("the connection broke before the answer", where=call.name)
        # Threads that only look around do not wait in virtual time.
        if call.mutating and self._lags.get(call.region):
            part.clock.lag(self._lags[call.region])

    def _heard(self, part: Part, command: Command, event: Event) -> None:
        if self._over:
            return
        self._events += 1
        self._signal(event)
        for fault in self._faults:
            if fault.kind not in AT_EVENTS or not fault.at <= self._events < fault.at + fault.times:
                continue
            if fault.kind is Kind.PRESS_AT_EVENT:
                self.committed.append(fault)
                raise KeyboardInterrupt
            if fault.kind is Kind.TEAR_EVENT:
                _tear(command)
            self._kill(part, fault)

    def _signal(self, event: Event) -> None:
        for fault in self._faults:
            begins = event.kind is EventKind.STEP_STARTED and event.step == fault.where
            if fault.kind is Kind.SIGNAL and begins and fault not in self.committed:
                self.committed.append(fault)
                signal.raise_signal(signal.Signals(int(fault.at)))

    def _kill(self, part: Part, fault: Fault) -> None:
        self.committed.append(fault)
        part.dead = True
        raise Death(str(fault))


def _tear(command: Command) -> None:
    """The last line is half of what it should be."""
    if command.journal is None:
        return
    content = command.journal.read_bytes()
    begins = content.rstrip(b"\n").rfind(b"\n") + 1
    command.journal.write_bytes(content[: begins + (len(content) - begins) // 2])
