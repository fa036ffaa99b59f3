"""Every error in the same shape: what happened, where, what to do next."""

from __future__ import annotations

from orchestrator.core.errors import ConfigurationError, OrchestratorError, Problem
from orchestrator.report.amounts import counted
from orchestrator.report.neutralise import safe, safe_lines
from orchestrator.report.style import Style, Tone

# Nobody mends a hundred faults from one screen; the last line counts them all.
_SHOWN = 100


def error_text(error: OrchestratorError, style: Style) -> str:
    """`error: what`, then `where:` and `next:` as far as they are known. A configuration error: a line per problem."""
    if isinstance(error, ConfigurationError):
        return style.page(_problems(error.problems, style))
    first, *more = safe_lines(error.what or type(error).__name__)
    lines = [f"{style.paint('error:', Tone.LOUD)} {first}", *(f"  {line.strip()}" for line in more)]
    for label, text in (("where", error.where), ("next", error.fix)):
        if text:
            lines += _labelled(label, text)
    return style.page(lines)


def problem_line(problem: Problem) -> str:
    """`regions.yaml:14:7: regions.us-east-1.role: message; what to write instead`: editors jump to such lines."""
    return safe(str(problem))


def _problems(problems: tuple[Problem, ...], style: Style) -> list[str]:
    lines = [_painted(problem, style) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more")
    errors = sum(1 for problem in problems if problem.severity == "error")
    total = f"{style.paint('error:', Tone.LOUD)} {counted(errors, 'problem')}; nothing was done"
    return [*lines, total]


def _painted(problem: Problem, style: Style) -> str:
    if problem.severity == "error":
        return problem_line(problem)
    return f"{style.paint(safe(problem.severity), Tone.WATCH)}: {problem_line(problem)}"


def _labelled(label: str, text: str) -> list[str]:
    first, *more = safe_lines(text)
    return [f"  {label}: {first}", *(f"  {' ' * len(label)}  {line}" for line in more)]
