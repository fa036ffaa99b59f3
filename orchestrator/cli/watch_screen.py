"""A watch on a terminal: a screen of its own, redrawn in place, and the terminal as it was afterwards."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import termios
from types import FrameType
from typing import TYPE_CHECKING, Any

from orchestrator import report
from orchestrator.cli.options import command_of
from orchestrator.cli.output import show, stdout_style
from orchestrator.core.watch import Watch
from orchestrator.report.amounts import clock_text

if TYPE_CHECKING:
    from orchestrator.cli.watch_face import Mail
    from orchestrator.report import Moment

# The alternate screen, no cursor; lines end at the edge, should a character be wider than we think.
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_FALLBACK = os.terminal_size((80, 24))


class ScreenFace:
    """Writes past sys.stdout, whose buffer a signal handler must not enter."""

    tick_s = 0.5

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._style = stdout_style(no_color=options.no_color)
        self._terminal = sys.stdout.fileno()
        self._size = _FALLBACK
        self._drawn: list[str] = []
        self._stale = True
        self._opened = False
        self._keys: list[Any] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def open(self, mail: Mail) -> None:
        """Take the terminal over."""
        self._opened = True

        def redraw(_number: int, _frame: FrameType | None) -> None:
            self._stale = True
            mail.put(None)

        def suspend(number: int, frame: FrameType | None) -> None:
            self._give_back()
            # The system's own way of stopping: it does nothing where no shell could let us go on.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            signal.signal(number, suspend)
            self._take_over()
            redraw(number, frame)

        for number, handler in ((signal.SIGWINCH, redraw), (signal.SIGTSTP, suspend)):
            self._before[number] = signal.signal(number, handler)
        self._take_over()

    def close(self, watch: Watch) -> None:
        """Give the terminal back, with what turned, if anything did: the screen itself is gone."""
        if not self._opened:
            return
        for number, handler in self._before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        if self._give_back() and watch.seen:
            turned = (f"{clock_text(one.at)} {report.change_text(one.change)}" for one in reversed(watch.seen))
            show(self._style.page(turned))

    def show(self, watch: Watch, moment: Moment) -> bool:
        """Write the lines that differ from what is on the screen."""
        size = self._size_now()
        if self._stale or size != self._size:
            self._stale, self._size, self._drawn = False, size, []
        command = command_of(self._options)
        lines = report.watch_lines(watch, moment, self._style, columns=size.columns, lines=size.lines, command=command)
        lines += [""] * (size.lines - len(lines))
        clear = "" if self._drawn else "\x1b[2J"
        old = self._drawn or [""] * size.lines
        differing = [(row, line) for row, (line, was) in enumerate(zip(lines, old, strict=True), 1) if line != was]
        self._drawn = lines
        return self._write(clear + "".join(f"\x1b[{row};1H\x1b[2K{line}" for row, line in differing))

    def _size_now(self) -> os.terminal_size:
        """Of this terminal, whatever COLUMNS says: people drag windows."""
        try:
            size = os.get_terminal_size(self._terminal)
        except OSError:
            return _FALLBACK
        return size if size.columns and size.lines else _FALLBACK

    def _take_over(self) -> None:
        """Keys are not echoed: they would stand in the middle of the screen."""
        try:
            self._keys = termios.tcgetattr(self._terminal)
            quiet = list(self._keys)
            quiet[3] &= ~termios.ECHO
            termios.tcsetattr(self._terminal, termios.TCSANOW, quiet)
        except termios.error:
            self._keys = None
        self._write(_ENTER)

    def _give_back(self) -> bool:
        """False when there is no terminal any more."""
        there = self._write(_LEAVE)
        if self._keys is None:
            return there
        try:
            # What was typed at the screen was not meant for the shell.
            termios.tcflush(self._terminal, termios.TCIFLUSH)
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._keys)
        except termios.error:
            return False
        return there

    def _write(self, text: str) -> bool:
        """False when the terminal has gone."""
        data = text.encode(sys.stdout.encoding or "ascii", "backslashreplace")
        try:
            while data:
                data = data[os.write(self._terminal, data) :]
        except OSError:
            return False
        return True
