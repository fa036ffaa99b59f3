"""Virtual time: it passes only while somebody sleeps. And workers that call at once, so that a run repeats exactly."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

START = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A Clock whose seconds cost nothing. Starts at `start` (aware UTC) and 0.0 monotonic seconds."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._elapsed_s, self._lock = start, 0.0, threading.Lock()

    def now(self) -> datetime:
        """Virtual wall time."""
        return self.at(self.monotonic())

    def monotonic(self) -> float:
        """Virtual seconds since the start."""
        with self._lock:
            return self._elapsed_s

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass, at once."""
        with self._lock:
            self._elapsed_s += max(0.0, seconds)

    def at(self, elapsed_s: float) -> datetime:
        """The wall time of a moment given in monotonic seconds."""
        return self._start + timedelta(seconds=elapsed_s)


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
