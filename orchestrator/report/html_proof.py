"""The proof of failover as a part of a page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from orchestrator.core.proof import Proof
from orchestrator.report.neutralise import safe
from orchestrator.report.proof_view import HEAD, TITLE, arithmetic, leftover, shown_rows


def proof_html(proof: Proof | None) -> Iterator[str]:
    """Heading, table, arithmetic; nothing without a proof."""
    if proof is None:
        return
    yield f"<h2>{TITLE}</h2>"
    heads = "".join(f"<th>{_text(head)}" for head in HEAD)
    yield f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in shown_rows(proof):
        mark = ' class="misleads"' if row.misleads else ""
        yield f"<tr{mark}><td>{_text(row.lost)}<td>{_text(row.answers)}</tr>"
    yield "</tbody></table></div>"
    for line in (leftover(proof), arithmetic(proof)):
        if line:
            yield f'<p class="soft">{_text(line)}.</p>'


def _text(text: str) -> str:
    return escape(safe(text))
