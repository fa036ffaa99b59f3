"""Tells a rehearsal on stderr while it is played: each stage by name, its run, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestrator.cli.output import say, stderr_style
from orchestrator.cli.progress import progress_for
from orchestrator.cli.stopping import stoppable
from orchestrator.core.rehearsal import SCALED, Stage, StageResult
from orchestrator.report import rehearsal_stage_text
from orchestrator.report.style import Tone

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from orchestrator.core.plan import Plan
    from orchestrator.core.run import Event

_LEFT_OUT = "gates-left-out"


class Storyteller:
    """The audience on a terminal or in a CI job. A JSON log gets the events alone."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._style = stderr_style(no_color=options.no_color)
        self._quiet = options.log_format == "json"

    def starts(self) -> None:
        """Before anything is there."""
        self._say("starting an embedded AWS of its own; Ctrl-C ends the rehearsal and puts everything away", Tone.FAINT)

    def begins(self, stage: Stage) -> None:
        """Its number and name; and how its seconds count, where they are AWS's."""
        factor = self._options.clock_factor
        clock = f" ({factor:g} of AWS's seconds pass in one)" if stage in SCALED else ""
        number = list(Stage).index(stage) + 1
        self._say(f"\n{number}/{len(Stage)}  {stage.value}", Tone.STRONG, clock)

    @contextmanager
    def carrying_out(self, plan: Plan) -> Iterator[Callable[[Event], None]]:
        """The progress of one run, and first which gates it passes by."""
        for finding in plan.findings:
            if finding.rule == _LEFT_OUT:
                self._say(finding.message, Tone.FAINT)
        with progress_for(self._options, len(plan.steps)) as progress, stoppable(progress.stopping):
            yield progress.tell

    def ended(self, result: StageResult) -> None:
        """What it came to, in a line."""
        self._say(rehearsal_stage_text(result), Tone.LOUD if result.fault else Tone.GOOD)

    def _say(self, text: str, tone: Tone, more: str = "") -> None:
        if self._quiet:
            return
        lines = "\n".join(line for part in text.split("\n") for line in self._style.wrapped(part))
        say(self._style.paint(self._style.plain(lines), tone) + self._style.paint(self._style.plain(more), Tone.FAINT))
