"""What every action works with: the ports, the results of earlier steps, and the words for progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.core.errors import StepFailed
from orchestrator.core.levers import Lever, Position
from orchestrator.core.pending import Pending, Value
from orchestrator.executor.many import Many, one_by_one
from orchestrator.ports import Ports


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not there yet; `detail` says what is waited for. `started` False: the start must be tried again.

    `again_s` asks to be asked again after so many seconds, whatever the polling policy says: a heartbeat cannot wait.
    """

    detail: str
    started: bool = True
    again_s: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The action's effect is proven. `results` are what later steps may refer to."""

    detail: str = ""
    results: Mapping[str, str] = field(default_factory=dict)


Progress = Waiting | Done


class Guard(Protocol):
    """Stands before each call of a run that may change something."""

    @property
    def lost(self) -> str:
        """Why nothing may be started any more, "" while it may."""
        ...

    def ensure(self) -> None:
        """Return when the call may be made. Raises LockLost, and AwsError where that cannot be known now."""
        ...


class Unguarded:
    """Nobody else is reckoned with."""

    lost = ""

    def ensure(self) -> None:
        """Anything may be done."""


class Task(Protocol):
    """One action being carried out. Neither call blocks for longer than one AWS call's time-out."""

    def start(self) -> Progress:
        """Idempotent: repeating it after a lost answer has no second effect."""
        ...

    def poll(self) -> Progress:
        """Ask how far it is. Raises StepFailed when it cannot succeed any more."""
        ...


class Results:
    """What finished steps left for later ones; written and read by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, dict[str, str]] = {}
        self._ended: set[str] = set()
        self._claims: set[str] = set()
        self._written_out: dict[Lever, float] = {}
        self._seen_out: set[Lever] = set()
        self._stops: dict[str, Callable[[], None]] = {}
        self._left = False
        self.replan = False

    def put(self, step: str, values: Mapping[str, str]) -> None:
        """Add or replace results of a step."""
        with self._lock:
            self._values.setdefault(step, {}).update(values)

    def claim(self, right: str) -> bool:
        """True for the first step that asks for something that only one may do."""
        with self._lock:
            first = right not in self._claims
            self._claims.add(right)
            return first

    def disclaim(self, right: str) -> None:
        """It was not done after all: the next one may."""
        with self._lock:
            self._claims.discard(right)

    def end(self, step: str) -> None:
        """The step will not change any more."""
        with self._lock:
            self._ended.add(step)

    def at_end(self, step: str, stop: Callable[[], None]) -> None:
        """Have `stop` called after the end of the step, however it ends; at once when it has ended already."""
        with self._lock:
            ended = self._left or step in self._ended
            if not ended:
                self._stops[step] = stop
        if ended:
            stop()

    def stop(self, step: str) -> None:
        """Stop what the step began on this machine and has not put away; it may take a second or two."""
        with self._lock:
            stop = self._stops.get(step)
        if stop:
            stop()
            # Forgotten only now: a signal that breaks in before leaves it to the end of the run.
            self._stops.pop(step, None)

    def stop_all(self) -> None:
        """The run is left: nothing that it began on this machine goes on."""
        with self._lock:
            self._left = True
            left = tuple(self._stops)
        for step in left:
            self.stop(step)

    def has_ended(self, step: str) -> bool:
        """True when the step succeeded, failed or was skipped."""
        with self._lock:
            return step in self._ended

    def wrote(self, lever: Lever, position: Position, at: float) -> None:
        """A lever was written at `at` (monotonic seconds)."""
        if position is Position.OUT:
            with self._lock:
                self._written_out[lever] = at

    def saw_out(self, lever: Lever) -> None:
        """Its alarm said OUT: what was written has been seen."""
        with self._lock:
            self._seen_out.add(lever)

    def unseen_since(self, lever: Lever) -> float:
        """When this run last wrote OUT, if the alarm was never met OUT since; else minus infinity."""
        with self._lock:
            return float("-inf") if lever in self._seen_out else self._written_out.get(lever, float("-inf"))

    def latest(self, step: str, result: str) -> str:
        """A result of a step, "" when the step left none in this run."""
        with self._lock:
            return self._values.get(step, {}).get(result, "")

    def resolve(self, value: Value) -> str:
        """The text of a value that may have been pending."""
        if not isinstance(value, Pending):
            return value
        found = self.latest(value.step, value.result)
        if not found:
            raise StepFailed(
                f"step {value.step} did not yield {value.result}", where=value.step, fix="plan and deploy again"
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One run's surroundings."""

    run: str
    ports: Ports
    results: Results
    settle_s: float = 0.0
    many: Many = one_by_one

    def write(self, lever: Lever, position: Position) -> None:
        """Write a lever once, and remember it."""
        # Noted first: an answer that is lost may have been a write.
        self.results.wrote(lever, position, self.ports.clock.monotonic())
        self.ports.levers.move(lever, position)
