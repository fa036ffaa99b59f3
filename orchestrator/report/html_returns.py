"""Going back as a part of a page: what a deployment would return, and what a rollback came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.core.returns import Return
from orchestrator.core.run import Run
from orchestrator.report.html_page import shown
from orchestrator.report.returns_view import (
    ANNOUNCED,
    NOT_RETURNED,
    UNPROVEN,
    announced,
    not_proven,
    not_returned,
    rolled_back,
)


def announced_html(returns: Iterable[Return]) -> Iterator[str]:
    """Of a plan; nothing where it changes nothing that could go back."""
    lines = announced(returns)
    if lines:
        yield f"<h2>{ANNOUNCED}</h2><ul>" + "".join(f"<li>{shown(line)}" for line in lines) + "</ul>"


def rollback_html(run: Run, level: int) -> Iterator[str]:
    """Of a run; nothing where nothing had to go back."""
    if run.rollback is None:
        return
    yield f"<h{level}>Rollback</h{level}>"
    yield from (f"<p>{shown(line)}</p>" for line in rolled_back(run))
    for words, look, found in ((UNPROVEN, "warning", not_proven(run)), (NOT_RETURNED, "error", not_returned(run))):
        for where, cause in found:
            yield f'<div class="note {look}"><p><b>{words}</b> {shown(where)}: {shown(cause)}</p></div>'
