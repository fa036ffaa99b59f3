"""What goes wrong in a simulation, and the log of every call: the one gate that all simulated calls pass through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.core.errors import AwsError, Unreachable
from orchestrator.ports import Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One call that reached the simulated AWS; `mutating` when it may change something. `by`: who called."""

    name: str
    region: str
    account: str
    mutating: bool
    by: str = ""


class Death(BaseException):
    """The process ends here, as by kill -9: nothing of ours gets to clean up."""


@dataclass(slots=True)
class Faults:
    """Faults to inject. All fields may be changed while a simulation runs.

    `silent`: regions that answer nobody. `lose`: calls by name (`StackSets.update`) whose next answer is lost after
    its effect; `refuse`: errors that the next call of that name meets before it, in order. `broken`: (layer,
    account, region) -> the reason with which CloudFormation fails there, `broken_releases`: (region, release) with
    which it does. `sick`: regions whose application answers 500, `sick_releases`: (region, release) that do.
    `replication_fails`: how many of the next replications into a region end FAILED; `replication_stuck`: regions that
    no replica reaches; `replication_late`: by how many seconds it is late; `bucket_keys`: region -> the KMS key by
    which its bucket encrypts, which S3 may not use. `lost_data`: how many of the next writes of a lever are answered
    well and never arrive.
    `die_before` and `die_after` end the process at the mutating call of that number (from one).
    """

    silent: set[str] = field(default_factory=set)
    lose: set[str] = field(default_factory=set)
    refuse: dict[str, list[AwsError]] = field(default_factory=dict)
    broken: dict[tuple[str, str, str], str] = field(default_factory=dict)
    broken_releases: set[tuple[str, str]] = field(default_factory=set)
    sick: set[str] = field(default_factory=set)
    sick_releases: set[tuple[str, str]] = field(default_factory=set)
    replication_fails: dict[str, int] = field(default_factory=dict)
    replication_stuck: set[str] = field(default_factory=set)
    bucket_keys: dict[str, str] = field(default_factory=dict)
    replication_late: dict[str, float] = field(default_factory=dict)
    lost_data: int = 0
    die_before: int = 0
    die_after: int = 0

    def failure(self, name: str, account: str, region: str) -> str:
        """Why CloudFormation fails a stack (or instance of a stack set) of this name there, "" when it does not."""
        return self.broken.get((name.rpartition("-")[2], account, region), "")

    def failure_of_release(self, region: str, release: str) -> str:
        """Why CloudFormation fails this release there, "" when it does not."""
        return f"release {release} does not start" if (region, release) in self.broken_releases else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call changed: `subject` is the thing, `token` what the caller named the change by, if it did.

    A call that finds everything as it wants it has none. `at`: monotonic seconds; `by`: who called.
    """

    name: str
    subject: str
    token: str
    at: float
    by: str


def _unheard(_: Call) -> None:
    """Nobody meddles."""


class Gate:
    """Lets one call at a time through, notes it and its effects, and applies the faults that concern calls.

    `before` and `after` hear of each call and may end it with an error, before or after its effect; `by` is who calls.
    """

    def __init__(self, faults: Faults, clock: Clock | None = None) -> None:
        self._faults, self._clock, self._lock = faults, clock, threading.RLock()
        self._mutations = 0
        self.calls: list[Call] = []
        self.unanswered = 0
        self.effects: list[Effect] = []
        self.before: Callable[[Call], None] = _unheard
        self.after: Callable[[Call], None] = _unheard
        self.by = ""

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, _lock=threading.RLock())

    @contextmanager
    def call(self, name: str, *, region: str = "", account: str = "", mutating: bool = False) -> Iterator[None]:
        """Around one call. Raises Unreachable: before it in a silent region, after it when the answer is lost."""
        call = Call(name, region, account, mutating, self.by)
        # Outside of the lock: who hears of a call may let others call meanwhile.
        self.before(call)
        with self._lock:
            if region in self._faults.silent:
                self.unanswered += 1
                raise Unreachable("no answer in time", where=f"{name} in {region}")
            self.calls.append(call)
            self._mutations += mutating
            number = self._mutations if mutating else -1
            if number == self._faults.die_before:
                raise Death(name)
            if self._faults.refuse.get(name):
                raise self._faults.refuse[name].pop(0)
            yield
            if number == self._faults.die_after:
                raise Death(name)
            if name in self._faults.lose:
                self._faults.lose.remove(name)
                raise Unreachable("the connection broke before the answer", where=f"{name} in {region}")
        self.after(call)

    def changed(self, name: str, subject: str, token: str = "") -> None:
        """The call under way changes this."""
        at = self._clock.monotonic() if self._clock else 0.0
        self.effects.append(Effect(name, subject, token, at, self.by))

    def mutations(self) -> tuple[Call, ...]:
        """The calls so far that may have changed something."""
        return tuple(call for call in self.calls if call.mutating)
