"""Printing that a closed pipe, a full disk or a narrow character set cannot turn into a wrong verdict."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from orchestrator.report import Style

_WIDTH_WITHOUT_TERMINAL = 100


def stdout_style(*, no_color: bool = False) -> Style:
    """How to draw results."""
    return _style_of(sys.stdout, no_color=no_color)


def stderr_style(*, no_color: bool = False) -> Style:
    """How to draw progress, questions and errors."""
    return _style_of(sys.stderr, no_color=no_color)


def is_terminal(stream: TextIO | None) -> bool:
    """False for a stream that was closed before we started, too."""
    return stream is not None and not stream.closed and stream.isatty()


def can_redraw(stream: TextIO | None) -> bool:
    """A terminal that understands more than lines."""
    return is_terminal(stream) and os.environ.get("TERM", "dumb") != "dumb"


def columns() -> int:
    """The terminal's width now."""
    return max(40, shutil.get_terminal_size((_WIDTH_WITHOUT_TERMINAL, 24)).columns)


def show(text: str | Iterable[str]) -> bool:
    """Print a result on stdout, whole; False if nobody reads it: a reader that has gone is nobody's fault.

    Pieces end with a line break of their own.

    Raises OrchestratorError when the result cannot be written, such as on a full disk: half a result is none.
    """
    if sys.stdout is None:
        return False
    try:
        if isinstance(text, str):
            _write(sys.stdout, text if text.endswith("\n") else f"{text}\n")
        else:
            for piece in text:
                _put(sys.stdout, piece)
            sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
        return False
    except OSError as error:
        from orchestrator.core.errors import OrchestratorError

        forget_stdout()
        what = f"the result cannot be written: {error.strerror}"
        raise OrchestratorError(what, where="standard output", fix="make room, then ask again") from error
    return True


def say(text: str, *, end: str = "\n") -> None:
    """Tell something beside the result, on stderr. Nobody listening must never stop a deployment halfway."""
    if sys.stderr is None:
        return
    try:
        _write(sys.stderr, f"{text}{end}")
    except (OSError, ValueError):
        _forget(sys.stderr)


def forget_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not stumble over it at exit."""
    _forget(sys.stdout)


def _write(stream: TextIO, text: str) -> None:
    _put(stream, text)
    stream.flush()


def _put(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _forget(stream: TextIO) -> None:
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
    except (OSError, ValueError):
        # Not a real file (a test's buffer, a closed descriptor): there is nothing to stumble over.
        return


def _style_of(stream: TextIO | None, *, no_color: bool) -> Style:
    """Colour: on a terminal that can, unless NO_COLOR (not empty) or --no-color says otherwise."""
    from orchestrator.report import Style

    colour = can_redraw(stream) and not no_color and not os.environ.get("NO_COLOR")
    encoding = (getattr(stream, "encoding", "") or "ascii").lower().replace("-", "")
    width = columns() if is_terminal(stream) else _WIDTH_WITHOUT_TERMINAL
    return Style(colour=colour, unicode=encoding.startswith("utf"), width=width)
