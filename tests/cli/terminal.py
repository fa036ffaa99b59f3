"""A process on a terminal, of 80 columns unless told otherwise, and what a person would see on its screen."""

from __future__ import annotations

import fcntl
import os
import re
import selectors
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.alternate import AlternateScreen

ROOT = Path(__file__).parents[2]
COLUMNS, LINES = 80, 24
# Far beyond what any test needs: it only keeps a broken program from holding the suite for ever.
_PATIENCE_S = 60.0
# Its own session with this terminal, so that Ctrl-C typed here reaches it as a signal. By the new process itself: a
# process with threads, as the worker of a parallel run is, should run nothing between fork and exec.
_AT_TERMINAL = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"
_PIECE = re.compile(r"\x1b\[([\d;]*)([A-Za-z])|([^\x1b]+)|(\x1b)")


def environment(**more: str) -> dict[str, str]:
    """Ours without what decides about colour and width, and with the project to import."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **more}


class Terminal:
    """`python -m MODULE WORDS` with a terminal as stdin, stdout and stderr. Use as a context manager."""

    def __init__(self, *words: str, module: str = "tests.cli.play", folder: Path = ROOT, **more: str) -> None:
        self._ours, theirs = os.openpty()
        self._lines = LINES
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.raw = ""
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _AT_TERMINAL, sys.executable, "-m", module, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=environment(**more),
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, text: str) -> None:
        """Keys."""
        os.write(self._ours, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        """As dragging the window does."""
        self._lines = lines
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def kill(self, number: signal.Signals) -> None:
        """A signal to the process alone."""
        self._process.send_signal(number)

    @property
    def echoes(self) -> bool:
        """Keys that are typed now are shown."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    @property
    def alternate(self) -> AlternateScreen:
        """The screen of a program that takes the whole terminal."""
        return AlternateScreen.after(self.raw, self._lines)

    def await_screen(self, wanted: Callable[[AlternateScreen], bool]) -> AlternateScreen:
        """Until the whole screen is as wanted."""
        patience = time.monotonic() + 3 * _PATIENCE_S
        while not wanted(screen := self.alternate):
            assert self._read(), f"the screen never became so:\n{screen.text}"
            assert time.monotonic() < patience, f"the screen never became so:\n{screen.text}"
        return screen

    def await_text(self, text: str) -> None:
        """Until it has been written."""
        self.await_count(text, 1)

    def await_count(self, text: str, times: int) -> None:
        """Until it has been written so often."""
        while self.raw.count(text) < times:
            assert self._read(), f"{text!r} never came:\n{self.raw}"

    def finish(self) -> int:
        """Until the process has ended; its exit code."""
        while self._read():
            pass
        return self._process.wait(_PATIENCE_S)

    def screen(self) -> list[str]:
        """The lines that a person sees, colours left out. Knows as much of a terminal as our program uses."""
        lines = [""]
        for count, command, text, stray in _PIECE.findall(self.raw.replace("\r\n", "\n")):
            assert not stray, "an escape that is no cursor movement and no colour"
            match command:
                case "A":
                    del lines[len(lines) - int(count) :]
                    lines[-1:] = [""]
                case "J" | "m":
                    pass
                case "":
                    first, *rest = text.split("\n")
                    lines[-1] += first
                    lines += rest
                case other:
                    raise AssertionError(f"unknown escape {other}")
        return lines

    def _read(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._ours, selectors.EVENT_READ)
            ready = selector.select(_PATIENCE_S)
        try:
            more = os.read(self._ours, 65536) if ready else b""
        except OSError:
            # Linux: the other side of the terminal has been closed.
            return False
        self.raw += more.decode("utf-8", "replace")
        return bool(more)
