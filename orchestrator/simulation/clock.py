"""Virtual time: it passes only while somebody sleeps. And workers that call at once, so that a run repeats exactly.

What is due while time passes happens at its own moment, in order: checkers probe, users call, a region falls silent.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

START = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A Clock whose seconds cost nothing. Starts at `start` (aware UTC) and 0.0 monotonic seconds.

    Only one thread may sleep.
    """

    def __init__(self, start: datetime = START) -> None:
        self._start, self._elapsed_s, self._lock = start, 0.0, threading.Lock()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        # Of calls that are due at one moment the one that was put down first comes first.
        self._turns = count()

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def now(self) -> datetime:
        """Virtual wall time."""
        return self.at(self.monotonic())

    def monotonic(self) -> float:
        """Virtual seconds since the start."""
        with self._lock:
            return self._elapsed_s

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass, at once, with everything that is due in it. What a due call raises ends the sleep."""
        until = self.monotonic() + max(0.0, seconds)
        while (call := self._next(until)) is not None:
            call()

    def at(self, elapsed_s: float) -> datetime:
        """The wall time of a moment given in monotonic seconds."""
        return self._start + timedelta(seconds=elapsed_s)

    def schedule(self, at_s: float, call: Callable[[], None]) -> None:
        """Make one call at a moment in monotonic seconds; the past is due as soon as time passes."""
        with self._lock:
            heapq.heappush(self._agenda, (at_s, next(self._turns), call))

    def every(self, period_s: float, call: Callable[[], None], *, first_s: float = 0.0) -> Callable[[], None]:
        """Make a call again and again, `first_s` from now and then every `period_s`. What is returned ends it."""
        begin, ended = self.monotonic() + first_s, threading.Event()

        def turn(number: int) -> None:
            if not ended.is_set():
                self.schedule(begin + (number + 1) * period_s, lambda: turn(number + 1))
                call()

        self.schedule(begin, lambda: turn(0))
        return ended.set

    def _next(self, until: float) -> Callable[[], None] | None:
        """The next call that is due, at its moment; None, at `until`, when there is none before."""
        with self._lock:
            if self._agenda and self._agenda[0][0] <= until:
                due, _, call = heapq.heappop(self._agenda)
                self._elapsed_s = max(self._elapsed_s, due)
                return call
            self._elapsed_s = max(self._elapsed_s, until)
            return None


class InlineWorkers(Executor):
    """An Executor that makes each call in the caller's thread, before `submit` returns."""

    def submit(self, fn: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Answer]:
        """A future that is done already. What is no Exception (an interrupt) goes to the caller."""
        future: Future[Answer] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever its call raised
            future.set_exception(error)
        return future
