"""What goes wrong in a simulation, and the log of every call: the one gate that all simulated calls pass through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.core.errors import AwsError, Unreachable


@dataclass(frozen=True, slots=True)
class Call:
    """One call that reached the simulated AWS; `mutating` when it may change something."""

    name: str
    region: str
    account: str
    mutating: bool


class Death(BaseException):
    """The process ends here, as by kill -9: nothing of ours gets to clean up."""


@dataclass(slots=True)
class Faults:
    """Faults to inject. All fields may be changed while a simulation runs.

    `silent`: regions that answer nobody. `lose`: calls by name (`StackSets.update`) whose next answer is lost after
    its effect; `refuse`: errors that the next call of that name meets before it, in order. `broken`: (layer,
    account, region) -> the reason with which CloudFormation fails there. `sick`: regions whose application answers 500,
    `sick_releases`: (region, release) that do.
    `replication_fails`: how many of the next replications into a region end FAILED; `replication_stuck`: regions that
    no replica reaches. `lost_data`: how many of the next writes of a lever are answered well and never arrive.
    `die_before` and `die_after` end the process at the mutating call of that number (from one).
    """

    silent: set[str] = field(default_factory=set)
    lose: set[str] = field(default_factory=set)
    refuse: dict[str, list[AwsError]] = field(default_factory=dict)
    broken: dict[tuple[str, str, str], str] = field(default_factory=dict)
    sick: set[str] = field(default_factory=set)
    sick_releases: set[tuple[str, str]] = field(default_factory=set)
    replication_fails: dict[str, int] = field(default_factory=dict)
    replication_stuck: set[str] = field(default_factory=set)
    lost_data: int = 0
    die_before: int = 0
    die_after: int = 0

    def failure(self, name: str, account: str, region: str) -> str:
        """Why CloudFormation fails a stack (or instance of a stack set) of this name there, "" when it does not."""
        return self.broken.get((name.rpartition("-")[2], account, region), "")


class Gate:
    """Lets one call at a time through, notes it, and applies the faults that concern calls."""

    def __init__(self, faults: Faults) -> None:
        self._faults, self._lock = faults, threading.RLock()
        self.calls: list[Call] = []
        self.unanswered = 0

    @contextmanager
    def call(self, name: str, *, region: str = "", account: str = "", mutating: bool = False) -> Iterator[None]:
        """Around one call. Raises Unreachable: before it in a silent region, after it when the answer is lost."""
        with self._lock:
            if region in self._faults.silent:
                self.unanswered += 1
                raise Unreachable("no answer in time", where=f"{name} in {region}")
            self.calls.append(Call(name, region, account, mutating))
            number = len(self.mutations()) if mutating else -1
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

    def mutations(self) -> tuple[Call, ...]:
        """The calls so far that may have changed something."""
        return tuple(call for call in self.calls if call.mutating)
