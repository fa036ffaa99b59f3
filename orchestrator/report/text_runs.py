"""The kept runs as a list: when, what, where, how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.run_report import KeptRun
from orchestrator.report.amounts import counted
from orchestrator.report.drill_view import NOTHING, date_text
from orchestrator.report.neutralise import safe
from orchestrator.report.style import Style, Tone

_BAD = frozenset(("failed", "aborted", "interrupted"))


def runs_text(runs: Sequence[KeptRun], older: int, style: Style, *, command: str = "orchestrator") -> str:
    """Newest first. A journal that cannot be read says why."""
    if not runs:
        return style.page(["no run is kept here: deploy, drill and failover leave their journals"])
    width = max(len(safe(one.run)) for one in runs)
    lines = [style.paint(f"{'run':<{width}}  {'began':<17}  verdict", Tone.FAINT)]
    for one in runs:
        verdict = style.paint(safe(one.verdict) or NOTHING, Tone.WATCH if one.verdict in _BAD else Tone.GOOD)
        began = date_text(one.started_at) if one.started_at else NOTHING
        region = f" ({safe(one.region)})" if one.region else ""
        told = f"cannot be read: {safe(one.problem)}" if one.problem else f"{verdict}{region}"
        lines.append(f"{safe(one.run):<{width}}  {began:<17}  {told}")
    if older:
        lines.append(f"and {counted(older, 'older run')}")
    whole = next((safe(one.run) for one in runs if not one.problem), "")
    return style.page([*lines, *(["", f"next: {command} report {whole}"] if whole else [])])
