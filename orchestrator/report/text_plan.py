"""A plan on a terminal: verdict, findings, replaced resources, changes by region, order of steps."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Plan, Risk
from orchestrator.report.amounts import accounts_text, counted, duration_text
from orchestrator.report.neutralise import safe, shortened
from orchestrator.report.plan_items import MOST_IN_TEXT, Item, Section, risky, sections
from orchestrator.report.plan_view import (
    calls,
    evidence,
    incomplete,
    is_refused,
    replaced,
    subject,
    summary,
    value_text,
    verdict,
)
from orchestrator.report.returns_view import ANNOUNCED, announced
from orchestrator.report.step_order import StepRow, numbers_text, step_rows
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_findings import finding_lines
from orchestrator.report.text_proof import proof_lines

MARKS = {
    ChangeAction.CREATE: ("+", Tone.GOOD),
    ChangeAction.UPDATE: ("~", Tone.WATCH),
    ChangeAction.REPLACE: ("!", Tone.LOUD),
    ChangeAction.DELETE: ("-", Tone.BAD),
    ChangeAction.NO_OP: (" ", Tone.FAINT),
}
_RISK_TONES = {Risk.NONE: Tone.FAINT, Risk.LOW: Tone.FAINT, Risk.MEDIUM: Tone.WATCH, Risk.HIGH: Tone.LOUD}
_VALUE_LIMIT = 300
_RISKS_SHOWN = 6


def plan_text(plan: Plan, style: Style, *, command: str = "orchestrator") -> str:
    """The whole plan. `command` is how the reader calls this program here."""
    lines = [style.paint(safe(subject(plan)), Tone.STRONG), summary(plan), *_verdict(plan, style)]
    lines += finding_lines(plan.findings, style, command=command)
    lines += _replaced(plan, style)
    lines += _risky(plan, style)
    rows = step_rows(plan)
    for section in sections(plan, rows, MOST_IN_TEXT):
        lines += _section(section, style)
    lines += order_lines(plan, style, rows)
    lines += _announced(plan, style)
    lines += proof_lines(plan.proof, style)
    if plan.steps:
        lines += ["", style.paint(f"fingerprint {safe(plan.fingerprint)}", Tone.FAINT)]
    return style.page(lines)


def _verdict(plan: Plan, style: Style) -> list[str]:
    if is_refused(plan):
        return [style.paint(verdict(plan), Tone.LOUD)]
    if plan.is_empty and plan.complete:
        return [style.paint(verdict(plan), Tone.GOOD) + ":", *style.wrapped(safe(evidence(plan)), "  ")]
    lines = style.wrapped(verdict(plan))
    return lines + (style.wrapped(incomplete(plan)) if incomplete(plan) else [])


def _announced(plan: Plan, style: Style) -> list[str]:
    lines = announced(plan.returns)
    title = ["", style.paint(ANNOUNCED, Tone.STRONG)] if lines else []
    return [*title, *(row for one in lines for row in style.wrapped(safe(one), "  ", "    "))]


def _replaced(plan: Plan, style: Style) -> list[str]:
    found = replaced(plan)
    if not found:
        return []
    lines = ["", style.paint("REPLACED: deleted and made anew", Tone.LOUD)]
    for one in found:
        lines.append(f"  {style.paint('!', Tone.LOUD)} {safe(one.resource)} ({safe(one.where)})")
        for cause in one.causes:
            lines += _field(cause, style, "      ")
    return lines


def _risky(plan: Plan, style: Style) -> list[str]:
    items = risky(plan)
    if not items:
        return []
    lines = ["", style.paint("HIGH RISK", Tone.LOUD)]
    for item in items[:_RISKS_SHOWN]:
        head = f"{MARKS[item.change.action][0]} {safe(item.heading)}"
        lines += style.wrapped(f"{head}: {safe(item.change.reason)}", "  ", "      ")
    more = len(items) - _RISKS_SHOWN
    return [*lines, f"  … and {more} more, marked below"] if more > 0 else lines


# -- changes ------------------------------------------------------------------------------------------------------


def _section(section: Section, style: Style) -> list[str]:
    stays = style.paint(f"  ({section.unchanged} unchanged)", Tone.FAINT) if section.unchanged else ""
    lines = ["", style.paint(safe(section.title), Tone.STRONG) + stays]
    reason = ""
    for item in section.items:
        if item.change.kind is not ChangeKind.RECORD:
            lines += _item(item, style)
            continue
        if item.change.reason != reason:
            reason = item.change.reason
            lines += [f"  {line}" for line in style.wrapped(safe(reason), "; ")]
        lines += _record(item, style)
    return [*lines, f"  {section.rest}"] if section.rest else lines


def _item(item: Item, style: Style) -> list[str]:
    change = item.change
    mark, tone = MARKS[change.action]
    word = "REPLACE " if change.action is ChangeAction.REPLACE else ""
    what = safe(item.title + accounts_text(item.accounts))
    lines = [f"  {style.paint(mark, tone)} {word}{what}{_risk(change, style)}"]
    lines += style.wrapped(safe(change.reason), "      ")
    for field in change.fields:
        lines += _field(field, style, "      ")
    return lines


def _risk(change: Change, style: Style) -> str:
    if change.risk in (Risk.NONE, Risk.LOW):
        return ""
    return "  " + style.paint(f"[{change.risk.value} risk]", _RISK_TONES[change.risk])


def _record(item: Item, style: Style) -> list[str]:
    """Like the diff of a zone file; the reason stands above as a comment."""
    lines: list[str] = []
    for field in item.change.fields:
        for mark, text, tone in (("-", field.before, Tone.BAD), ("+", field.after, Tone.GOOD)):
            if text:
                lines += [style.paint(line, tone) for line in style.wrapped(safe(text), f"  {mark} ", "        ")]
    return lines


def _field(field: FieldChange, style: Style, indent: str) -> list[str]:
    path, before, after = safe(field.path), _value(field.before), _value(field.after)
    loud = style.paint(" REPLACES", Tone.LOUD) if field.replaces else ""
    if not before:
        mark, tone, text = "+", Tone.GOOD, f"{path} = {after or '(empty)'}"
    elif not after:
        mark, tone, text = "-", Tone.BAD, f"{path} = {before}"
    else:
        mark, tone, text = "~", Tone.WATCH, f"{path}: {before} → {after}"
    if len(indent) + 2 + len(text) <= style.width:
        return [f"{indent}{style.paint(mark, tone)} {text}{loud}"]
    lines = [f"{indent}{style.paint(mark, tone)} {path}{loud}"]
    for sign, value, colour in (("-", before, Tone.BAD), ("+", after, Tone.GOOD)):
        if value:
            wrapped = style.wrapped(value, f"{indent}    {sign} ", f"{indent}      ")
            lines += [style.paint(line, colour) for line in wrapped]
    return lines


def _value(text: str) -> str:
    return shortened(safe(value_text(text)), _VALUE_LIMIT, " … (cut; --format json has all)")


# -- steps --------------------------------------------------------------------------------------------------------


def order_lines(plan: Plan, style: Style, rows: Sequence[StepRow]) -> list[str]:
    """The steps in an order in which they can run (`rows`), each with what it waits for; [] without steps."""
    if not plan.steps:
        return []
    lines = ["", style.paint(f"Order ({counted(len(plan.steps), 'step')})", Tone.STRONG)]
    lines += style.wrapped(f"calls {safe(calls(plan))}", "  ", "    ")
    for entry in rows:
        lines += _step(entry, style)
    return lines


def _step(entry: StepRow, style: Style) -> list[str]:
    step = entry.steps[0]
    after = f" after {numbers_text(entry.after)}" if entry.after else ""
    home = f" {safe(step.home_region)}" if step.home_region else ""
    notes = f"{step.plane.value}{home}, up to {duration_text(step.deadline_s)}"
    lines = style.wrapped(f"{entry.number:>4} {safe(entry.name + entry.accounts)}{after} ({notes})", "", "       ")
    return [*lines, *(style.paint(line, Tone.FAINT) for line in style.wrapped(safe(entry.why), "       "))]
