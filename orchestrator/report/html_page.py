"""What all HTML reports share: the frame of a page, escaping, tables, findings.

A page is one file that runs nothing and loads nothing; its policy forbids whatever a foreign text could still try.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from orchestrator.core.plan import Finding
from orchestrator.report.html_style import CSS
from orchestrator.report.neutralise import safe

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_REGION = 16
"""No region of AWS has a longer name (`ap-southeast-2`, `mx-central-1`)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and the class of its cells: `number`, `id`, `short` (on one line), "" for words.

    `extra`: left out on a phone.
    """

    head: str
    kind: str = ""
    extra: bool = False

    @property
    def classes(self) -> str:
        """For the heading and all cells."""
        return " ".join(name for name in (self.kind, "extra" if self.extra else "") if name)


def page_html(title: str, body: Iterable[str], css: str = "") -> str:
    """The whole file; `title` is foreign text, `body` lines are finished HTML."""
    head = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{shown(title)}</title>",
        f"<style>{CSS}{css}</style></head><body>",
    ]
    return "\n".join([*head, *body, "</body></html>"]) + "\n"


def shown(text: str) -> str:
    """Foreign text as HTML text or as an attribute's value within quotes."""
    return escape(safe(text))


def place_html(name: str) -> str:
    """A region's name, kept in one piece unless it is too long to be one."""
    return f'<span class="place">{shown(name)}</span>' if 0 < len(name) <= _REGION else shown(name)


def table_html(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, cards: bool = False) -> Iterator[str]:
    """A table; with `cards` each row becomes a card on a phone. Cells are finished HTML."""
    heads = "".join(f'<th class="{column.classes}">{shown(column.head)}' for column in columns)
    yield f'<table class="{"cards" if cards else "plain"}"><thead><tr>{heads}</tr></thead><tbody>'
    for row in rows:
        yield "<tr>" + "".join(_cell(column, cell) for column, cell in zip(columns, row, strict=True)) + "</tr>"
    yield "</tbody></table>"


def finding_html(finding: Finding) -> str:
    """A finding with what to do next."""
    head = f"<p><b>{finding.severity.value}</b> {shown(finding.rule)} <code>{shown(finding.where)}</code></p>"
    fix = f"<p><b>Next:</b> {shown(finding.fix)}</p>" if finding.fix else ""
    return f'<div class="note {finding.severity.value}">{head}<p>{shown(finding.message)}</p>{fix}</div>'


def _cell(column: Column, cell: str) -> str:
    """An empty one is left out of a card."""
    kind = column.classes if cell else f"{column.classes} empty".strip()
    return f'<td class="{kind}" data-head="{shown(column.head)}">{cell}'
