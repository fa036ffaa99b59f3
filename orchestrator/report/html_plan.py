"""A plan as one self-contained page: no script, nothing loaded from anywhere, light or dark, printable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from orchestrator.core.plan import ChangeAction, Plan
from orchestrator.report.amounts import counted, duration_text
from orchestrator.report.html_page import finding_html, page_html, shown
from orchestrator.report.html_proof import proof_html
from orchestrator.report.html_returns import announced_html
from orchestrator.report.plan_diff import DiffLine, diff_lines
from orchestrator.report.plan_items import Section, risky, sections
from orchestrator.report.plan_view import (
    calls,
    evidence,
    incomplete,
    is_refused,
    replaced,
    subject,
    summary,
    verdict,
)
from orchestrator.report.step_order import StepRow, numbers_text, step_rows
from orchestrator.report.text_findings import by_severity

_CHIPS = (
    (ChangeAction.CREATE, "create", "to create"),
    (ChangeAction.UPDATE, "update", "to update"),
    (ChangeAction.REPLACE, "replace", "to replace"),
    (ChangeAction.DELETE, "delete", "to delete"),
    (ChangeAction.NO_OP, "none", "unchanged"),
)
_ITEM_CLASSES = {"+": "plus", "-": "minus", "~": "update", "!": "replace", " ": "words"}


def plan_html(plan: Plan) -> str:
    """The whole page. The policy in its head forbids whatever a foreign text could still try to load or run."""
    return page_html(f"Plan: {subject(plan)}", _body(plan))


def _body(plan: Plan) -> Iterator[str]:
    yield f"<h1>{shown(subject(plan))}</h1>"
    yield f'<div class="soft">{shown(summary(plan))}</div>'
    yield from _verdict(plan)
    yield from _chips(plan)
    for finding in by_severity(plan.findings):
        yield finding_html(finding)
    yield from _replaced(plan)
    yield from _risky(plan)
    rows = step_rows(plan)
    parts = sections(plan, rows)
    if parts:
        yield "<h2>What changes</h2>"
    for section in parts:
        yield from _section(section)
    yield from _order(plan, rows)
    yield from announced_html(plan.returns)
    yield from proof_html(plan.proof)
    yield f'<footer class="soft">Fingerprint <code>{shown(plan.fingerprint)}</code></footer>'


def _verdict(plan: Plan) -> Iterator[str]:
    if is_refused(plan):
        yield f'<div class="note error"><p><b>{shown(verdict(plan))}</b></p></div>'
        return
    yield f'<p class="verdict">{shown(verdict(plan))}</p>'
    if plan.is_empty and plan.complete:
        yield f'<p class="soft">{shown(evidence(plan))}</p>'
    if incomplete(plan):
        yield f'<div class="note warning"><p>{shown(incomplete(plan))}</p></div>'


def _chips(plan: Plan) -> Iterator[str]:
    yield '<ul class="chips">'
    for action, name, words in _CHIPS:
        number = plan.count(action)
        yield f'<li class="{name if number else "none"}"><b>{number}</b> {words}</li>'
    yield "</ul>"


def _replaced(plan: Plan) -> Iterator[str]:
    found = replaced(plan)
    if found:
        yield "<h2>Replaced: deleted and made anew</h2>"
    for one in found:
        causes = ", ".join(f"<code>{shown(cause.path)}</code>" for cause in one.causes)
        head = f"<p><b>{shown(one.resource)}</b> <span class=soft>{shown(one.where)}</span></p>"
        yield f'<div class="note replaced">{head}<p>because of {causes}</p></div>'


def _risky(plan: Plan) -> Iterator[str]:
    items = risky(plan)
    if not items:
        return
    yield '<h2>High risk</h2><div class="note risk">'
    for item in items:
        head = f"{item.change.action.value} {item.heading}"
        yield f"<p><b>{shown(head)}</b>: {shown(item.change.reason)}</p>"
    yield "</div>"


def _section(section: Section) -> Iterator[str]:
    changes = counted(sum(max(1, len(item.accounts)) for item in section.items), "change")
    counts = f'<span class="soft">{changes}, {section.unchanged} unchanged</span>'
    yield f"<details open><summary>{shown(section.title)} {counts}</summary>"
    # One line of source: inside <pre> every line break would show.
    yield "<pre>" + "".join(_line(line) for line in diff_lines(section)) + "</pre></details>"


def _line(line: DiffLine) -> str:
    names = f"{_ITEM_CLASSES[line.mark]} item" if line.head else _ITEM_CLASSES[line.mark]
    return f'<span class="{names}">{escape(line.mark)} {escape(line.text)}</span>'


def _order(plan: Plan, rows: Sequence[StepRow]) -> Iterator[str]:
    if not plan.steps:
        return
    yield f"<h2>Order: {counted(len(plan.steps), 'step')}</h2><p class=soft>Calls {shown(calls(plan))}.</p>"
    yield '<div class="table"><table><thead><tr><th>#<th>Step<th>After<th>Plane<th>Up to<th>Why</tr></thead><tbody>'
    for entry in rows:
        yield _row(entry)
    yield "</tbody></table></div>"


def _row(entry: StepRow) -> str:
    step = entry.steps[0]
    cells = (
        f'<td class="number">{entry.number}',
        f'<td class="id">{shown(entry.name + entry.accounts)}',
        f"<td>{numbers_text(entry.after)}",
        f'<td class="plane"><span class="{step.plane.value}">{step.plane.value}</span> {shown(step.home_region)}',
        f'<td class="number">{duration_text(step.deadline_s)}',
        f"<td>{shown(entry.why)}",
    )
    return f"<tr>{''.join(cells)}</tr>"
