"""Workers whose calls take virtual time: as many at once as there are workers, and one that hangs holds its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

from orchestrator.simulation.clock import Answer, Given, VirtualClock
from orchestrator.simulation.faults import Gate

Asked = TypeVar("Asked")
Told = TypeVar("Told")

HANG_S = 20.0
"""A call that is never answered: two attempts of connecting and reading, each to its time-out."""


class VirtualWorkers(Executor):
    """A call has its effect when it is begun and is answered `latency_s` (each AWS call in it) or `hang_s` later.

    `wait` and `many` are what execute() needs beside them. Exact, and the same each time: one thread does all.
    """

    def __init__(
        self, clock: VirtualClock, gate: Gate, *, size: int, latency_s: float = 0.1, hang_s: float = HANG_S
    ) -> None:
        self._clock, self._gate, self._latency_s, self._hang_s = clock, gate, latency_s, hang_s
        self._free = size
        self._queue: deque[Callable[[], None]] = deque()
        self._ends: list[tuple[float, int, Callable[[], None]]] = []
        self._turns = count()
        self._saved_s = 0.0

    def submit(self, fn: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Answer]:
        """A future that is done once virtual time has passed."""
        future: Future[Answer] = Future()

        def begin() -> None:
            seen, unanswered, self._saved_s = len(self._gate.calls), self._gate.unanswered, 0.0
            finish = _outcome(future, lambda: fn(*args, **kwargs))
            made, hung = len(self._gate.calls) - seen, self._gate.unanswered - unanswered
            lasts_s = made * self._latency_s + hung * self._hang_s - self._saved_s
            heappush(self._ends, (self._clock.monotonic() + lasts_s, next(self._turns), finish))

        self._queue.append(begin)
        self._begin()
        return future

    def many(self, ask: Callable[[Asked], Told], whom: Sequence[Asked]) -> list[Told]:
        """What execute() needs as `many`: all are answered in the time of one. For questions of one call each."""
        seen = len(self._gate.calls)
        answers = [ask(one) for one in whom]
        self._saved_s += max(0, len(self._gate.calls) - seen - 1) * self._latency_s
        return answers

    def wait(self, seconds: float) -> None:
        """Let virtual time pass until a call is answered, or so long."""
        until = self._clock.monotonic() + seconds
        end = self._ends[0][0] if self._ends else until
        self._clock.sleep(max(0.0, min(until, end) - self._clock.monotonic()))
        while self._ends and self._ends[0][0] <= self._clock.monotonic():
            _, _, finish = heappop(self._ends)
            self._free += 1
            finish()
        self._begin()

    def _begin(self) -> None:
        while self._free and self._queue:
            self._free -= 1
            self._queue.popleft()()


def _outcome(future: Future[Any], call: Callable[[], Any]) -> Callable[[], None]:
    """What tells the future, later, what the call has come to now."""
    try:
        answer = call()
    except Exception as error:  # noqa: BLE001 - a future carries whatever its call raised
        failure = error
        return lambda: future.set_exception(failure)
    return lambda: future.set_result(answer)
