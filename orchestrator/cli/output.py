"""How to draw for the stream at hand: colour only on a terminal, ASCII where Unicode would fail, its own width."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from orchestrator.report import Style


def style_of(stream: TextIO, *, no_color: bool = False) -> Style:
    """Colour: a terminal, no NO_COLOR, no --no-color, TERM not dumb."""
    from orchestrator.report import Style

    colour = stream.isatty() and not no_color and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    encoding = (stream.encoding or "ascii").lower().replace("-", "")
    width = shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 100
    return Style(colour=colour, unicode=encoding.startswith("utf"), width=max(40, width))


def show(text: str) -> None:
    """Print a result on stdout; a character that the stream cannot hold is replaced, never an error."""
    try:
        print(text, end="" if text.endswith("\n") else "\n")
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        print(text.encode(encoding, "replace").decode(encoding), end="" if text.endswith("\n") else "\n")


def say(text: str) -> None:
    """Tell something beside the result, on stderr."""
    print(text, file=sys.stderr)
