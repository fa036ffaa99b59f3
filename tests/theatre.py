"""Several operators on one virtual clock: one acts at a time, time passes while all of them wait, and any may die.

Each operator has a thread of its own, but never do two run: whoever is due next goes on, and a play repeats exactly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.core.errors import AwsError
from orchestrator.core.lock import BEAT_S
from orchestrator.lock import Lease
from orchestrator.simulation import Death, Gate, VirtualClock

_SOON_S = 4.0


@dataclass
class Part:
    """What one operator does, and how time passes for it.

    `presses`: the moments (monotonic seconds) of Ctrl-C. `pauses`: moment -> seconds for which the process then stands
    still. `jumps`: moment -> seconds by which its wall clock is then off.
    """

    name: str
    work: Callable[[Part], None]
    begins_at: float = 0.0
    presses: list[float] = field(default_factory=list)
    pauses: dict[float, float] = field(default_factory=dict)
    jumps: dict[float, float] = field(default_factory=dict)
    dead: bool = False
    error: BaseException | None = None
    clock: PartClock = field(init=False)
    lease: Lease | None = None

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[Lease]:
        """Within, the lease is renewed as time passes; whoever has died gives nothing back."""
        self.lease, self.clock.beat_at = lease, self.clock.monotonic() + BEAT_S
        try:
            yield lease
        finally:
            self.lease = None
            lease.release()


class PartClock:
    """ports.Clock of one operator: its Ctrl-C, pauses and wrong wall time. Its sleep lets the others act."""

    def __init__(self, part: Part, clock: VirtualClock, wait: Callable[[float], None]) -> None:
        self._part, self._clock, self._wait = part, clock, wait
        self.beat_at = float("inf")

    def now(self) -> datetime:
        """Wall time, as wrong as this machine's clock is."""
        off = sum(seconds for at, seconds in self._part.jumps.items() if at <= self.monotonic())
        return self._clock.now() + timedelta(seconds=off)

    def monotonic(self) -> float:
        """The one thing that all of them agree on."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Beats of the lease and Ctrl-C come at their moments; a pause lets both be late."""
        until = self.monotonic() + max(0.0, seconds)
        while True:
            beat = self.beat_at if self._part.lease else float("inf")
            press = min(self._part.presses, default=float("inf"))
            due = max(self.monotonic(), min(until, beat, press))
            self._wait(self._paused(due))
            if press <= self.monotonic():
                self._part.presses.remove(press)
                raise KeyboardInterrupt
            if beat <= self.monotonic():
                self._beat()
            elif until <= self.monotonic():
                return

    def lag(self, seconds: float) -> None:
        """An answer that is slow to come."""
        self._wait(self.monotonic() + seconds)

    def _paused(self, due: float) -> float:
        begun = [at for at in self._part.pauses if at <= due]
        return max([due, *(at + self._part.pauses.pop(at) for at in begun)])

    def _beat(self) -> None:
        self.beat_at = self.monotonic() + BEAT_S
        try:
            if self._part.lease:
                self._part.lease.beat()
        except AwsError:
            self.beat_at = self.monotonic() + _SOON_S


class Director:
    """Plays parts on one simulated world. What a part raises is kept in it; a Death ends all that it can do."""

    def __init__(self, clock: VirtualClock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self.now: Part | None = None

    def play(self, parts: Sequence[Part]) -> None:
        """Until all of them have ended. A single part needs no thread."""
        if len(parts) == 1:
            self._alone(parts[0])
            return
        seats = [_Seat(part, self._clock) for part in parts]
        for seat in seats:
            seat.start()
        while waiting := [seat for seat in seats if not seat.over]:
            following = min(waiting, key=lambda seat: seat.wake)
            self._clock.sleep(following.wake - self._clock.monotonic())
            self._enter(following.part)
            following.let_act()
        self._enter(None)

    def _alone(self, part: Part) -> None:
        part.clock = PartClock(part, self._clock, lambda until: self._clock.sleep(until - self._clock.monotonic()))
        self._clock.sleep(part.begins_at - self._clock.monotonic())
        self._enter(part)
        _act(part)
        self._enter(None)

    def _enter(self, part: Part | None) -> None:
        self.now, self._gate.by = part, part.name if part else ""


class _Seat:
    """One part in its thread, and the baton between it and the director."""

    def __init__(self, part: Part, clock: VirtualClock) -> None:
        self.part, self.wake, self.over = part, max(part.begins_at, clock.monotonic()), False
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        part.clock = PartClock(part, clock, self._wait)
        self._thread = threading.Thread(target=self._run, name=part.name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def let_act(self) -> None:
        """Returns when the part waits again, or is over."""
        self._go.release()
        self._back.acquire()

    def _wait(self, until: float) -> None:
        self.wake = until
        self._back.release()
        self._go.acquire()

    def _run(self) -> None:
        self._go.acquire()
        _act(self.part)
        self.over = True
        self._back.release()


def _act(part: Part) -> None:
    try:
        part.work(part)
    except Death:
        part.dead = True
    except BaseException as error:  # noqa: BLE001 - whoever plays looks at what each part raised
        part.error = error
