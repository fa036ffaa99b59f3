"""What is going on, on stderr: a live view on a terminal, one plain line per event elsewhere, JSON for log shippers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orchestrator.cli.event_reader import STOPPING, Progress, now_and_then, stopping_json

if TYPE_CHECKING:
    import argparse

    from orchestrator.core.run import Event


def progress_for(options: argparse.Namespace, steps: int, *, stopping: str = STOPPING) -> Progress:
    """The reader that suits the options and the terminal, for a plan of that many steps.

    `stopping` is what somebody who asks to stop is told.
    """
    from orchestrator.cli.output import can_redraw, stderr_style

    if options.log_format == "json":
        from orchestrator.cli.log import event_log

        return Progress(now_and_then(event_log()), stopping_json(stopping))
    if not can_redraw(sys.stderr):
        return Progress(now_and_then(_print_line), stopping)
    from orchestrator.cli.live import LiveProgress

    return LiveProgress(steps, stderr_style(no_color=options.no_color), stopping)


def _print_line(event: Event) -> None:
    from orchestrator.cli.output import say
    from orchestrator.report import event_line

    say(event_line(event))
