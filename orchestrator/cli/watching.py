"""`status --watch`: looks, shows, waits, looks again, until a signal or until nobody reads any more.

A look runs in a thread of its own, so that a slow one holds up neither the screen nor Ctrl-C. One at a time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from orchestrator.cli.options import settings_of
from orchestrator.cli.output import can_redraw, is_terminal
from orchestrator.cli.stopping import ended_once, leave
from orchestrator.cli.use_cases import use_cases
from orchestrator.cli.watch_face import Face, Mail
from orchestrator.clock import run_clock
from orchestrator.core.errors import AwsError, ExitCode, OrchestratorError
from orchestrator.core.status import Status
from orchestrator.core.watch import Look, Watch
from orchestrator.report import Moment, Phase

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.ports import Clock


def watch(options: argparse.Namespace, app: UseCases | None, *, interval_s: float) -> int:
    """Until a signal. Raises OrchestratorError when already the first look cannot be asked for."""
    settings = settings_of(options)
    with ended_once():
        watcher = Watcher(lambda: use_cases(app).status(settings), _face(options), run_clock(), interval_s)
        try:
            watcher.run()
        except KeyboardInterrupt:
            # The way to end a watch, and no failure.
            pass
        finally:
            watcher.close()
    if watcher.looking:
        leave(ExitCode.DONE)
    return ExitCode.DONE


def _face(options: argparse.Namespace) -> Face:
    # A log on the same terminal would be written all over the screen.
    logs = options.verbose and is_terminal(sys.stderr)
    if options.format == "text" and can_redraw(sys.stdout) and not logs:
        from orchestrator.cli.watch_screen import ScreenFace

        return ScreenFace(options)
    from orchestrator.cli.watch_lines import LinesFace

    return LinesFace(options)


class Watcher:
    """The loop. Ends when its face has no reader; signals end it as KeyboardInterrupt."""

    def __init__(self, look: Callable[[], Status], face: Face, clock: Clock, interval_s: float) -> None:
        self._look, self._face, self._clock, self._interval_s = look, face, clock, interval_s
        self._mail: Mail = SimpleQueue()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")
        self._running: Future[Status] | None = None
        self._watch = Watch()

    @property
    def looking(self) -> bool:
        """A look is under way."""
        return self._running is not None and not self._running.done()

    def run(self) -> None:
        """Look and wait, for ever."""
        self._face.open(self._mail)
        while self._take_a_look() and self._wait():
            pass

    def close(self) -> None:
        """Put the face away; a look that is under way is not waited for."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._face.close(self._watch)

    def _take_a_look(self) -> bool:
        began = self._clock.monotonic()
        self._running = self._worker.submit(self._look)
        self._running.add_done_callback(self._mail.put)
        shown = True
        while shown and not self._running.done():
            shown = self._show(Phase.LOOKING, self._clock.monotonic() - began)
            self._await_mail(self._face.tick_s)
        self._note(self._running, self._clock.monotonic() - began)
        return self._show(Phase.LOOKED, self._interval_s)

    def _note(self, look: Future[Status], took_s: float) -> None:
        now = self._clock.now()
        try:
            self._watch = self._watch.after(Look(look.result(), now, took_s))
        except AwsError as error:
            self._watch = self._watch.troubled(error, now)
        except OrchestratorError as error:
            # At the first look it is the command line or the configuration that is wrong: no waiting mends that.
            if self._watch.look is None:
                raise
            self._watch = self._watch.troubled(error, now)

    def _wait(self) -> bool:
        due = self._clock.monotonic() + self._interval_s
        shown = True
        while shown and (left := due - self._clock.monotonic()) > 0:
            self._await_mail(min(left, self._face.tick_s))
            shown = self._show(Phase.WAITING, max(0.0, due - self._clock.monotonic()))
        return shown

    def _await_mail(self, seconds: float) -> None:
        try:
            self._mail.get(timeout=seconds)
        except Empty:
            return

    def _show(self, phase: Phase, seconds: float) -> bool:
        return self._face.show(self._watch, Moment(self._clock.now(), phase, seconds))
