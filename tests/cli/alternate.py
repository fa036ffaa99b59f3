"""What a person sees of a program that draws the whole screen: as much of a terminal as our program uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|([^\x1b]+)|(\x1b[^\[]?)")
_TALLEST = 200
_ENTER, _LEAVE = "\x1b[?1049h", "\x1b[?1049l"


@dataclass(frozen=True)
class AlternateScreen:
    """The lines of the screen; `widest` is the longest that was ever written, `below` the lowest line."""

    lines: tuple[str, ...]
    widest: int = 0
    below: int = 0
    cursor: bool = True

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @classmethod
    def after(cls, raw: str, lines: int) -> AlternateScreen:
        """Of everything that was written since the alternate screen was entered last.

        A window that has shrunk was drawn in its old size before.
        """
        shown = [""] * _TALLEST
        row, widest, below, cursor = 1, 0, 0, True
        # A read may end within an escape.
        whole = re.sub(r"\x1b(\[[\d;?]*)?$", "", raw.rpartition(_ENTER)[2].partition(_LEAVE)[0])
        for values, command, text, stray in _PIECE.findall(whole):
            assert not stray, f"an escape that we do not write: {stray!r}"
            match command, values:
                case "H", _:
                    row = int(values.split(";")[0])
                case "K", "2":
                    below = max(below, row)
                    shown[row - 1 : row] = [""]
                case "J", "2":
                    shown, widest, below = [""] * _TALLEST, 0, 0
                case "h" | "l", "?25":
                    cursor = command == "h"
                case ("m", _) | ("h" | "l", "?7"):
                    pass
                case "", _:
                    assert "\n" not in text, "a line break scrolls the last line"
                    shown[row - 1] += text
                    widest = max(widest, len(shown[row - 1]))
                case other:
                    raise AssertionError(f"unknown escape {other}")
        return cls(tuple(shown[:lines]), widest, below, cursor)
