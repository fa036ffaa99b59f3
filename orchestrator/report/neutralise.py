"""The one place that neutralises text of foreign origin: AWS's messages, names, files, host answers.

Control characters and terminal escapes could redraw an operator's screen, bidirectional marks could make a diff read
as its opposite, lone surrogates could not be printed at all. Each becomes visible as an escape such as `\\x1b`.
"""

from __future__ import annotations

import unicodedata

# Control, format (bidi marks, zero-width, tags), surrogate, line and paragraph separators.
_NEUTRALISED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def safe(text: str) -> str:
    """`text` as one line that any terminal, browser or log can show: line breaks and tabs become single spaces."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def safe_lines(text: str) -> tuple[str, ...]:
    """`text` line by line, each of them safe. Never empty: a text without a line is one empty line."""
    return tuple(safe(line) for line in text.replace("\r\n", "\n").split("\n"))


def shortened(text: str, limit: int, ellipsis: str = "...") -> str:
    """`text` in at most `limit` characters; what is cut off is shown by the ellipsis."""
    return text if len(text) <= limit else text[: max(0, limit - len(ellipsis))] + ellipsis


def _shown(character: str) -> str:
    if character in "\n\t":
        return " "
    if unicodedata.category(character) not in _NEUTRALISED:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
