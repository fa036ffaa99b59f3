"""A run told after its end: the verdict first, then what failed and why, then every step with its duration."""

from __future__ import annotations

from orchestrator.core.returns import ROLLBACK, Return
from orchestrator.core.run import Run, StepRecord, StepStatus, Verdict
from orchestrator.report.amounts import between, counted, duration_text
from orchestrator.report.called import as_called
from orchestrator.report.neutralise import safe, safe_lines, shortened
from orchestrator.report.returns_view import NOT_RETURNED, UNPROVEN, not_proven, not_returned, rolled_back, way_back
from orchestrator.report.style import Style, Tone
from orchestrator.report.traffic_view import failure_views, left_out, traffic_sentence

_TONES = {
    Verdict.SUCCEEDED: Tone.GOOD,
    Verdict.NOTHING_TO_DO: Tone.GOOD,
    Verdict.FAILED: Tone.LOUD,
    Verdict.INTERRUPTED: Tone.WATCH,
}
_SYMBOLS = {
    StepStatus.WAITING: ("○", Tone.FAINT),
    StepStatus.RUNNING: ("…", Tone.WATCH),
    StepStatus.SUCCEEDED: ("✓", Tone.GOOD),
    StepStatus.FAILED: ("✗", Tone.LOUD),
    StepStatus.SKIPPED: ("-", Tone.FAINT),
}


def run_text(run: Run, style: Style, *, command: str = "orchestrator", consents: str = "") -> str:
    """The summary of `deploy`, `bootstrap` or `destroy`. What succeeded takes one line; the journal has all.

    `command` is how the reader calls this program here, with the options that every verb needs (`--local`), `consents`
    what a deployment must be told again (`--despite-drill`).
    """
    lines = [headline(run, style), *([f"run {safe(run.id)}"] if run.id else [])]
    if run.clock_factor != 1:
        lines.append(f"time ran {run.clock_factor:g} times faster here than on AWS; seconds are told as on AWS")
    lines += _failures(run, style)
    lines += _rollback(run, style)
    lines += _traffic(run, style)
    if run.steps:
        lines += ["", style.paint("steps", Tone.STRONG), *_steps(run, style)]
    following = as_called(next_command(run), command, consents)
    if following:
        lines += ["", *style.wrapped(f"next: {safe(following)}", "", "      ")]
    return style.page(lines)


def before_text(run: Run, style: Style) -> str:
    """What a run that goes on had come to when it was broken off; the plan of what is left follows it."""
    done = sum(1 for step in run.steps if step.status is StepStatus.SUCCEEDED)
    lines = [f"run {safe(run.id)} goes on: {done} of {counted(len(run.steps), 'step')} were done before"]
    for status, words in ((StepStatus.RUNNING, "under way"), (StepStatus.FAILED, "failed")):
        steps = [safe(step.id) for step in run.steps if step.status is status]
        if steps:
            lines += style.wrapped(f"{words}: {', '.join(steps)}", "  ", "    ")
    lines += [f"  {safe(line)}" for line in rolled_back(run)]
    if run.rollback and run.verdict is Verdict.INTERRUPTED:
        release = safe(way_back(run))
        back = f"; to go back instead: orchestrator deploy --release {release}" if release else ""
        told = f"its rollback was broken off: it goes forward again, with release {safe(run.release)}{back}"
        lines += style.wrapped(told, "  ", "    ")
    return style.page([*lines, "what is left:"])


def headline(run: Run, style: Style) -> str:
    """`deploy of sample production succeeded in 12 s: release d527736e1713, 23 steps`."""
    verdict = style.paint(run.verdict.value.replace("-", " "), _TONES[run.verdict])
    subject = f"{safe(run.verb)} of {safe(run.application)} {safe(run.environment)}"
    if run.verdict is Verdict.NOTHING_TO_DO:
        return f"{subject}: {verdict}; everything is as it should be"
    release = f"release {safe(run.release)}, " if run.release else ""
    lasted = duration_text((run.ended_at - run.started_at).total_seconds())
    return f"{subject} {verdict} in {lasted}: {release}{step_tally(run)}"


def step_tally(run: Run) -> str:
    """`23 steps`, or how many of them failed, were skipped, were not begun."""
    words = {StepStatus.FAILED: "failed", StepStatus.SKIPPED: "skipped", StepStatus.WAITING: "not begun"}
    counts = {status: sum(1 for step in run.steps if step.status is status) for status in words}
    parts = [counted(len(run.steps), "step"), *(f"{count} {words[one]}" for one, count in counts.items() if count)]
    return ", ".join(parts)


def place(step: StepRecord) -> str:
    """`account 111111111111, us-east-1`, as far as the step has one."""
    parts = (f"account {safe(step.account)}" if step.account else "", safe(step.region))
    return ", ".join(part for part in parts if part)


def failures(run: Run) -> tuple[StepRecord, ...]:
    """The steps that failed, but for those of a rollback: what they said is the cause of what is not back."""
    return tuple(step for step in run.failed if run.rollback is None or not step.id.startswith(ROLLBACK))


def next_command(run: Run) -> str:
    """What to type next, "" when there is nothing to do."""
    release = safe(way_back(run))
    match run.verdict:
        case Verdict.FAILED if release:
            return f"orchestrator status, then orchestrator deploy --release {release} to go back everywhere"
        case Verdict.INTERRUPTED if release:
            on = f"; or orchestrator deploy --resume {safe(run.id)} goes on with release {safe(run.release)}"
            return f"orchestrator deploy --release {release} goes back everywhere{on if run.id else ''}"
        case Verdict.FAILED if run.rollback:
            unproven = run.rollback.unproven
            if unproven and not run.rollback.left:
                names = ", ".join(_regions(unproven))
                return f"orchestrator status: {names} runs what it ran, and did not answer in time"
            anew = ": it does anew what was rolled back" if run.rollback.back else ""
            return f"remove the cause, then orchestrator {safe(run.verb)} again{anew}"
        case Verdict.FAILED:
            return f"remove the cause, then orchestrator {safe(run.verb)} again: what is done stays done"
        case Verdict.INTERRUPTED if run.verb == "deploy" and run.id:
            return f"orchestrator deploy --resume {safe(run.id)} goes on: it attaches to what is in flight"
        case Verdict.INTERRUPTED:
            return f"orchestrator {safe(run.verb)} goes on: it attaches to what is in flight"
        case Verdict.SUCCEEDED if run.verb == "bootstrap":
            return "orchestrator plan"
        case Verdict.SUCCEEDED if run.verb == "deploy":
            return "orchestrator status"
        case _:
            return ""


def _regions(returns: tuple[Return, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(safe(one.region) for one in returns))


def _failures(run: Run, style: Style) -> list[str]:
    lines: list[str] = []
    for step in failures(run):
        where = place(step)
        lines += ["", f"{style.paint('failed', Tone.LOUD)} {safe(step.id)}" + (f" ({where})" if where else "")]
        for line in safe_lines(step.reason or "AWS gave no reason"):
            lines += style.wrapped(line, "  ")
    return lines


def _rollback(run: Run, style: Style) -> list[str]:
    lines = ["", *(style.paint(safe(one), Tone.GOOD) for one in rolled_back(run))] if rolled_back(run) else []
    states = ((UNPROVEN, Tone.WATCH, not_proven(run)), (NOT_RETURNED, Tone.LOUD, not_returned(run)))
    for words, tone, places in states:
        lines += ["", style.paint(words, tone)] if places else []
        for where, cause in places:
            lines += style.wrapped(f"{safe(where)}: {safe(cause)}", "  ", "    ")
    return lines


def _traffic(run: Run, style: Style) -> list[str]:
    if run.traffic is None:
        return []
    tone = Tone.LOUD if run.traffic.failed else Tone.STRONG
    lines = ["", *style.wrapped(f"{style.paint('traffic', tone)} {traffic_sentence(run.traffic)}", "", "  ")]
    for view in failure_views(run.failed_requests, run.traffic_from):
        told = f"{view.at} {view.host} {view.resolver}: {view.answer} ({view.took})"
        lines += style.wrapped(told, "  ", "    ")
    more = left_out(run.traffic, run.failed_requests)
    return [*lines, f"  {more}: --format json tells them"] if more else lines


def _steps(run: Run, style: Style) -> list[str]:
    width = min(max(len(safe(step.id)) for step in run.steps), 44)
    lines: list[str] = []
    for step in run.steps:
        symbol, tone = _SYMBOLS[step.status]
        lasted = between(step.started_at, step.ended_at) if step.status is not StepStatus.SKIPPED else ""
        head = f"{style.paint(symbol, tone)} {safe(step.id):<{width}} {lasted:>11}"
        detail = "" if step.status is StepStatus.FAILED else safe(step.reason)
        room = style.width - width - 16
        if len(detail) <= room or step.status is StepStatus.SUCCEEDED:
            lines.append(f"{head}  {shortened(detail, max(room, 12), '…')}")
        else:
            lines += [head, *style.wrapped(detail, "    ")]
    return lines
