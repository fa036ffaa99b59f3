"""Markdown that foreign text cannot break out of, and a page that never grows beyond what a comment may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestrator.report.neutralise import safe

COMMENT_LIMIT = 65_536
"""Characters of a pull-request comment (GitHub). Counted in bytes here, which are never fewer."""
_RESERVE = 4_000
# What means something in the middle of a line. Foreign text never begins a line of ours.
_SPECIAL = re.compile(r"([\\`*_\[\]~$])")


def escaped(text: str) -> str:
    """`text` as running text: no markup, no HTML, nobody is mentioned, nothing is linked."""
    return summary_escaped(_SPECIAL.sub(r"\\\1", safe(text)))


def summary_escaped(text: str) -> str:
    """`text` inside an HTML element, where Markdown's own escapes would be shown."""
    marked = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return marked.replace("@", "@<!-- -->").replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")


def code(text: str) -> str:
    """`text` as inline code."""
    clean = safe(text)
    fence = "`" * (_longest_run(clean) + 1)
    pad = " " if clean.startswith("`") or clean.endswith("`") else ""
    return f"{fence}{pad}{clean}{pad}{fence}" if clean.strip() else ""


def row(*cells: str) -> str:
    """One row of a table, of finished cells."""
    joined = " | ".join(cell.replace("|", "\\|") for cell in cells)
    return f"| {joined} |"


class Page:
    """Lines until the room is used up; what did not fit is counted by title, and said by `finished`."""

    def __init__(self, limit: int = COMMENT_LIMIT) -> None:
        self._left = limit - _RESERVE
        self._lines: list[str] = []
        self._notice_at = 0
        self._omitted: dict[str, int] = {}

    def add(self, title: str, lines: Iterable[str]) -> None:
        """Lines that stand on their own (headings, list items, paragraphs), as many as fit."""
        self._put(title, list(lines), 0)

    def notice_here(self) -> None:
        """What was left out is said here: near the top, where a reviewer cannot miss it."""
        self._notice_at = len(self._lines)

    def fold(self, title: str, summary: str, lines: Iterable[str], *, fence: str = "") -> None:
        """A part that opens on a click. `summary` is HTML. `fence`: the language of a code block around it."""
        body = list(lines)
        ticks = "`" * max(3, 1 + max((_longest_run(line) for line in body), default=0)) if fence else ""
        head = ["", f"<details><summary>{summary}</summary>", "", *([f"{ticks}{fence}"] if fence else [])]
        tail = [*([ticks] if fence else []), "", "</details>"]
        frame = sum(map(_size, [*head, *tail]))
        if not body or frame + _size(body[0]) > self._left:
            self._count(title, len(body))
            return
        self._lines += head
        self._left -= frame
        self._put(title, body, 0)
        self._lines += tail

    def finished(self) -> str:
        """The whole page with a final newline."""
        lines = list(self._lines)
        lines[self._notice_at : self._notice_at] = self._notice()
        return "\n".join(lines) + "\n"

    def _put(self, title: str, lines: list[str], start: int) -> None:
        for position in range(start, len(lines)):
            size = _size(lines[position])
            if size > self._left:
                self._count(title, len(lines) - position)
                return
            self._lines.append(lines[position])
            self._left -= size

    def _count(self, title: str, lines: int) -> None:
        if lines:
            self._omitted[title] = self._omitted.get(title, 0) + lines

    def _notice(self) -> list[str]:
        if not self._omitted:
            return []
        shown = [f"{escaped(title[:30])} ({count} lines)" for title, count in list(self._omitted.items())[:8]]
        more = f" and {len(self._omitted) - 8} more parts" if len(self._omitted) > 8 else ""
        where = "`--format html` has more and `--format json` everything"
        return ["", f"**Left out, because a comment has no room for it:** {', '.join(shown)}{more}. {where}."]


def _size(line: str) -> int:
    return len(line.encode()) + 1


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
