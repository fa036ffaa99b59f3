"""What every way of telling progress has in common: it reads events, and says at once that somebody asked to stop."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.core.run import Event

STOPPING = "stopping: what runs is waited for, nothing new starts; once more leaves at once"
STOPPING_DRILL = "stopping: what was taken out is put back first; once more no longer waits for users"


def stopping_json(stopping: str) -> str:
    """One line of a JSON log. Made beforehand: a signal handler tells it."""
    return f'{{"event": "stopping", "level": "warning", "detail": "{stopping}"}}'


_USERS_S = 10.0


def now_and_then(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """The same reader, told how users fare when it turns and every ten seconds: two lines a second are no log."""
    from orchestrator.core.run import EventKind
    from orchestrator.core.traffic_now import is_turn

    told_at = -_USERS_S

    def sparing(event: Event) -> None:
        nonlocal told_at
        if event.kind is EventKind.TRAFFIC and not is_turn(event):
            now = time.monotonic()
            if now - told_at < _USERS_S:
                return
            told_at = now
        tell(event)

    return sparing


class Progress:
    """A reader of events. Use as a context manager; `tell` is what the executor calls."""

    def __init__(self, tell: Callable[[Event], None], stopping: str = STOPPING) -> None:
        self.tell = tell
        self._stopping = stopping

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put away."""

    def stopping(self) -> None:
        """Somebody asked to stop. Called by a signal handler: takes no lock and enters no buffered stream."""
        if sys.stderr is None:
            return
        try:
            os.write(sys.stderr.fileno(), f"{self._stopping}\n".encode())
        except (OSError, ValueError):
            return
