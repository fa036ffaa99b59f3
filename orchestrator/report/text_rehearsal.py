"""A rehearsal on a terminal and in Markdown: the verdict, its stages, then the drill as it is told on its own."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
from orchestrator.report.amounts import duration_text
from orchestrator.report.markdown import escaped, row
from orchestrator.report.neutralise import safe
from orchestrator.report.style import Style, Tone

_TONES = {DrillVerdict.PASSED: Tone.GOOD, DrillVerdict.FAILED: Tone.LOUD, DrillVerdict.ABORTED: Tone.WATCH}
_MEASURED = (Stage.DRILL, Stage.FAILOVER)
_HEADS = ("stage", "took", "requests", "failed", "verdict")


def rehearsal_text(rehearsal: Rehearsal, style: Style) -> str:
    """The stages and their verdict."""
    verdict = style.paint(rehearsal.verdict.value, _TONES[rehearsal.verdict])
    lines = [f"rehearsal: {verdict}", *style.wrapped(safe(rehearsal.why), "  "), ""]
    lines.append(style.paint(f"{'stage':<30}{'took':>8}{'requests':>10}{'failed':>8}  verdict", Tone.STRONG))
    for name, took, requests, failed, told in _rows(rehearsal):
        lines.append(f"{name:<30}{took:>8}{requests:>10}{failed:>8}  {told}")
    return style.page(lines)


def rehearsal_markdown(rehearsal: Rehearsal) -> str:
    """The same as a table."""
    lines = [f"# Rehearsal: {rehearsal.verdict.value}", "", escaped(rehearsal.why), "", row(*_HEADS)]
    lines.append(row("---", "--:", "--:", "--:", "---"))
    lines += [row(*(escaped(one) for one in cells)) for cells in _rows(rehearsal)]
    return "\n".join(lines) + "\n"


def rehearsal_stage_text(result: StageResult) -> str:
    """One stage that has just ended, for who watches: `✓ 25 s, 402 requests, 0 failed`, or why it failed."""
    if result.fault:
        return f"✗ {safe(result.fault)}"
    traffic = result.report.traffic
    why = result.report.why if result.stage in _MEASURED else ""
    told = [duration_text(result.seconds)]
    if traffic:
        told.append(f"{traffic.requests:,} requests, {traffic.failed:,} failed")
    return f"✓ {', '.join(told)}{f'; {safe(why)}' if why else ''}"


def _rows(rehearsal: Rehearsal) -> Iterator[tuple[str, str, str, str, str]]:
    done = {one.stage: one for one in rehearsal.stages}
    for stage in Stage:
        if stage in done:
            yield _row(done[stage])
        elif stage is rehearsal.broken_off:
            yield (stage.value, "", "", "", "interrupted" if rehearsal.interrupted else "failed")
        else:
            yield (stage.value, "", "", "", "not reached")


def _row(one: StageResult) -> tuple[str, str, str, str, str]:
    traffic = one.report.traffic
    numbers = (f"{traffic.requests:,}", f"{traffic.failed:,}") if traffic else ("", "")
    verdict = one.report.verdict or one.report.run.verdict
    return (one.stage.value, duration_text(one.seconds), *numbers, verdict.value)
