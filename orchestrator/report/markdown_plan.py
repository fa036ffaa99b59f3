"""A plan as a pull-request comment: the verdict and the risks openly, the details folded, never too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.core.plan import Finding, Plan
from orchestrator.core.proof import Proof
from orchestrator.report.amounts import counted, duration_text
from orchestrator.report.markdown import COMMENT_LIMIT, Page, code, escaped, row, summary_escaped
from orchestrator.report.plan_diff import DiffLine, diff_lines
from orchestrator.report.plan_items import Section, risky, sections
from orchestrator.report.plan_view import (
    calls,
    evidence,
    incomplete,
    replaced,
    subject,
    summary,
    verdict,
)
from orchestrator.report.proof_view import HEAD, TITLE, arithmetic, leftover, shown_rows
from orchestrator.report.returns_view import ANNOUNCED, announced
from orchestrator.report.step_order import StepRow, numbers_text, step_rows
from orchestrator.report.text_findings import by_severity

_OPEN_FINDINGS = 10
# What a diff fence colours: "~" is nothing to it, "!" is amber.
_FENCE_MARKS = {"~": "!"}


def plan_markdown(plan: Plan, limit: int = COMMENT_LIMIT) -> str:
    """At most `limit` bytes; what is left out is said at the top."""
    page = Page(limit)
    page.add("headline", [f"## {escaped(subject(plan))}", "", f"**{summary(plan)}**", "", *_verdict(plan)])
    page.notice_here()
    _findings(page, by_severity(plan.findings))
    page.add("replaced resources", _replaced(plan))
    page.add("high risks", _risky(plan))
    rows = step_rows(plan)
    for section in sections(plan, rows):
        _section(page, section)
    _order(page, plan, rows)
    lines = announced(plan.returns)
    page.add("what would go back", ["", f"**{ANNOUNCED}:**", *(f"- {escaped(one)}" for one in lines)] if lines else [])
    _proof(page, plan.proof)
    if plan.steps:
        page.add("fingerprint", ["", f"Fingerprint {code(plan.fingerprint)}"])
    return page.finished()


def _verdict(plan: Plan) -> list[str]:
    lines = [f"**{escaped(verdict(plan))}**" if plan.is_empty else escaped(verdict(plan))]
    if plan.is_empty and plan.complete:
        lines.append(escaped(evidence(plan)))
    if incomplete(plan):
        lines += ["", f"*{escaped(incomplete(plan))}*"]
    return lines


def _findings(page: Page, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    page.add("findings", ["", *(_finding(finding) for finding in findings[:_OPEN_FINDINGS])])
    rest = findings[_OPEN_FINDINGS:]
    if rest:
        page.fold("findings", f"{counted(len(rest), 'more finding')}", (_finding(finding) for finding in rest))


def _finding(finding: Finding) -> str:
    fix = f" — *next:* {escaped(finding.fix)}" if finding.fix else ""
    head = f"- **{finding.severity.value}** {code(finding.rule)} {code(finding.where)}"
    return f"{head}: {escaped(finding.message)}{fix}"


def _replaced(plan: Plan) -> Iterator[str]:
    found = replaced(plan)
    if found:
        yield from ("", "### :warning: REPLACED: deleted and made anew", "")
    for one in found:
        causes = ", ".join(code(cause.path) for cause in one.causes[:5])
        yield f"- **{code(one.resource)}** ({escaped(one.where)}) because of {causes}"


def _risky(plan: Plan) -> Iterator[str]:
    items = risky(plan)
    if items:
        yield from ("", "### High risk", "")
    for item in items:
        head = f"{item.change.action.value} {item.heading}"
        yield f"- **{escaped(head)}**: {escaped(item.change.reason)}"


def _section(page: Page, section: Section) -> None:
    changes = counted(sum(max(1, len(item.accounts)) for item in section.items), "change")
    title = f"<b>{summary_escaped(section.title)}</b>: {changes}, {section.unchanged} unchanged"
    page.fold(section.title, title, [_fenced(line) for line in diff_lines(section)], fence="diff")


def _fenced(line: DiffLine) -> str:
    return f"{_FENCE_MARKS.get(line.mark, line.mark)} {line.text}"


def _order(page: Page, plan: Plan, rows: Sequence[StepRow]) -> None:
    if not plan.steps:
        return
    title = f"<b>Order</b>: {counted(len(plan.steps), 'step')}; calls {summary_escaped(calls(plan))}"
    head = ["| # | step | after | plane | up to | why |", "|--:|---|---|---|--:|---|"]
    page.fold("Order", title, [*head, *(_row(entry) for entry in rows)])


def _proof(page: Page, proof: Proof | None) -> None:
    if proof is None:
        return
    rows = shown_rows(proof)
    wrong = sum(1 for one in rows if one.misleads)
    told = f"{counted(wrong, 'row')} that must not be" if wrong else "who answers when regions die"
    title = f"<b>{TITLE}</b>: {told}"
    head = [row(*HEAD), row("---", "---")]
    body = [
        row(escaped(one.lost), f"**{escaped(one.answers)}**" if one.misleads else escaped(one.answers)) for one in rows
    ]
    after = [f"{escaped(line)}." for line in (leftover(proof), arithmetic(proof)) if line]
    page.fold(TITLE, title, [*head, *body, "", *after])


def _row(entry: StepRow) -> str:
    step = entry.steps[0]
    return row(
        str(entry.number),
        code(entry.name) + escaped(entry.accounts),
        numbers_text(entry.after),
        escaped(f"{step.plane.value} {step.home_region}".strip()),
        duration_text(step.deadline_s),
        escaped(entry.why),
    )
