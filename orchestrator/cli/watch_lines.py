"""A watch without a terminal: one block of text, or one line of JSON, for each look."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from orchestrator import report
from orchestrator.cli.options import command_of
from orchestrator.cli.output import say, show, stderr_style, stdout_style
from orchestrator.core.errors import OrchestratorError
from orchestrator.core.watch import Look, Watch
from orchestrator.report.amounts import duration_text

if TYPE_CHECKING:
    from orchestrator.cli.watch_face import Mail
    from orchestrator.report import Moment


class LinesFace:
    """Writes when a look has ended, and only then."""

    # Nothing moves between two looks: the loop need not wake for us.
    tick_s = 3600.0

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options

    def open(self, mail: Mail) -> None:
        """Nothing to prepare."""

    def close(self, watch: Watch) -> None:
        """Nothing to put away."""

    def show(self, watch: Watch, moment: Moment) -> bool:
        """A look on stdout, or the error of one on stderr."""
        if moment.phase is not report.Phase.LOOKED:
            return True
        if watch.trouble:
            _tell(watch.trouble.error, self._options)
        elif watch.look:
            return show(self._text(watch, watch.look))
        return True

    def _text(self, watch: Watch, look: Look) -> str:
        if self._options.format == "json":
            return report.look_json(look, watch.fresh)
        style = stdout_style(no_color=self._options.no_color)
        head = f"{_time(look.at)}, took {duration_text(look.took_s)}"
        turned = [f"turned: {report.change_text(change)}" for change in watch.fresh]
        block = report.status_text(look.status, style, command=command_of(self._options))
        return style.page([head, *turned]) + block + "\n"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _tell(error: OrchestratorError, options: argparse.Namespace) -> None:
    if options.log_format == "json":
        from orchestrator.cli.log import log_error

        log_error(error)
    else:
        say(report.error_text(error, stderr_style(no_color=options.no_color)), end="")
