"""The proof of failover on a terminal."""

from __future__ import annotations

from orchestrator.core.proof import Proof
from orchestrator.report.neutralise import safe
from orchestrator.report.proof_view import HEAD, TITLE, arithmetic, leftover, shown_rows
from orchestrator.report.style import Style, Tone


def proof_lines(proof: Proof | None, style: Style) -> list[str]:
    """Title, table, arithmetic; [] without a proof."""
    if proof is None:
        return []
    rows = shown_rows(proof)
    widest = max(len(HEAD[0]), *(len(row.lost) for row in rows))
    # A long combination goes over the gap rather than every line over the edge.
    width = min(widest, max(len(HEAD[0]), style.width // 2 - 4))
    lines = ["", style.paint(TITLE, Tone.STRONG), style.paint(f"  {HEAD[0].ljust(width)}  {HEAD[1]}", Tone.FAINT)]
    for row in rows:
        line = f"  {safe(row.lost).ljust(width)}  {safe(row.answers)}"
        lines.append(style.paint(line, Tone.LOUD) if row.misleads else line)
    if leftover(proof):
        lines += style.wrapped(leftover(proof), "  ")
    return lines + style.wrapped(arithmetic(proof), "  ")
