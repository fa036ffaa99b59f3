"""What is going on, on stderr: a live view on a terminal, one plain line per event elsewhere, JSON for log shippers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from orchestrator.core.run import Event

STOPPING = "stopping: what runs is waited for, nothing new starts; once more leaves at once"
_STOPPING_JSON = f'{{"event": "stopping", "level": "warning", "detail": "{STOPPING}"}}'


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


def progress_for(options: argparse.Namespace, steps: int) -> Progress:
    """The reader that suits the options and the terminal, for a plan of that many steps."""
    from orchestrator.cli.output import can_redraw, stderr_style

    if options.log_format == "json":
        from orchestrator.cli.log import event_log

        return Progress(event_log(), _STOPPING_JSON)
    if not can_redraw(sys.stderr):
        return Progress(_print_line)
    from orchestrator.cli.live import LiveProgress

    return LiveProgress(steps, stderr_style(no_color=options.no_color))


def _print_line(event: Event) -> None:
    from orchestrator.cli.output import say
    from orchestrator.report import event_line

    say(event_line(event))
