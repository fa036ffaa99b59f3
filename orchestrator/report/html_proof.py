"""The proof of failover as a part of a page."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.proof import Proof
from orchestrator.report.html_page import shown
from orchestrator.report.proof_view import HEAD, TITLE, arithmetic, leftover, shown_rows


def proof_html(proof: Proof | None) -> Iterator[str]:
    """Heading, table, arithmetic; nothing without a proof."""
    if proof is not None:
        yield f"<h2>{TITLE}</h2>"
        yield from proof_table(proof)


def proof_table(proof: Proof) -> Iterator[str]:
    """The table, what was left out of it, the arithmetic."""
    heads = "".join(f"<th>{shown(head)}" for head in HEAD)
    yield f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in shown_rows(proof):
        mark = ' class="misleads"' if row.misleads else ""
        yield f"<tr{mark}><td>{shown(row.lost)}<td>{shown(row.answers)}</tr>"
    yield "</tbody></table></div>"
    for line in (leftover(proof), arithmetic(proof)):
        if line:
            yield f'<p class="soft">{shown(line)}.</p>'
