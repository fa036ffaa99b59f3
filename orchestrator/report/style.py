"""How text looks: colour or not, symbols or ASCII, how wide. Colour only repeats what the words say."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """What a colour means. The values are the terminal's own codes (SGR), so every theme stays readable."""

    STRONG = "1"
    FAINT = "2"
    GOOD = "32"
    WATCH = "33"
    BAD = "31"
    LOUD = "1;31"
    PLACE = "36"


_ASCII = {"→": "->", "—": "-", "·": "|", "✓": "+", "✗": "x", "…": "...", "×": "x", "○": "o", "●": "*"}


@dataclass(frozen=True, slots=True)
class Style:
    """`width` in columns. Without `unicode` the output is ASCII; without `colour` it holds no escape at all."""

    colour: bool = False
    unicode: bool = True
    width: int = 80

    def paint(self, text: str, tone: Tone) -> str:
        """`text` in the colour of the tone, or as it is."""
        return f"\x1b[{tone.value}m{text}\x1b[0m" if self.colour and text else text

    def page(self, lines: Iterable[str]) -> str:
        """The lines as the final text: no trailing spaces, one final newline, ASCII when asked."""
        return self.plain("\n".join(line.rstrip() for line in lines) + "\n")

    def plain(self, text: str) -> str:
        """`text` in the characters that can be shown. Cut it afterwards: it may get longer."""
        if self.unicode:
            return text
        for symbol, plain in _ASCII.items():
            text = text.replace(symbol, plain)
        return text.encode("ascii", "backslashreplace").decode("ascii")

    def wrapped(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        """`text` over as many lines as the width asks for. Words are never broken: names must stay copyable."""
        if len(indent) + len(text) <= self.width:
            return [indent + text]
        lines = textwrap.wrap(
            text,
            max(self.width, len(indent) + 20),
            initial_indent=indent,
            subsequent_indent=indent if hanging is None else hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return lines or [indent]
