"""A section of a plan as marked lines, for the formats that colour whole lines: Markdown's diff fences and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.core.plan import ChangeAction, ChangeKind, FieldChange, Risk
from orchestrator.report.amounts import accounts_text
from orchestrator.report.neutralise import safe, shortened
from orchestrator.report.plan_items import Item, Section
from orchestrator.report.plan_view import value_text

_MARKS = {
    ChangeAction.CREATE: "+",
    ChangeAction.UPDATE: "~",
    ChangeAction.REPLACE: "!",
    ChangeAction.DELETE: "-",
    ChangeAction.NO_OP: " ",
}
_VALUE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`mark` is one of `+`, `-`, `~` (updated), `!` (replaced), ` ` (words). `text` is neutral, not yet escaped.

    `head` marks the line that opens a change.
    """

    mark: str
    text: str
    head: bool = False


def diff_lines(section: Section) -> tuple[DiffLine, ...]:
    """Every item with its reason and its fields; records like the diff of a zone file."""
    return tuple(_lines(section))


def _lines(section: Section) -> Iterator[DiffLine]:
    reason = ""
    for item in section.items:
        if item.change.kind is not ChangeKind.RECORD:
            yield from _item(item)
            continue
        if item.change.reason != reason:
            reason = item.change.reason
            yield DiffLine(" ", f"; {safe(reason)}")
        for field in item.change.fields:
            yield from _pair("", field)
    if section.rest:
        yield DiffLine(" ", section.rest)


def _item(item: Item) -> Iterator[DiffLine]:
    change = item.change
    word = "REPLACE " if change.action is ChangeAction.REPLACE else ""
    risk = f" [{change.risk.value} risk]" if change.risk in (Risk.MEDIUM, Risk.HIGH) else ""
    text = f"{word}{item.title}{accounts_text(item.accounts)}{risk}: {change.reason}"
    yield DiffLine(_MARKS[change.action], safe(text), head=True)
    for field in change.fields:
        if field.replaces:
            yield DiffLine("!", f"    {safe(field.path)} REPLACES the resource")
        yield from _pair(f"    {safe(field.path)}: ", field)


def _pair(label: str, field: FieldChange) -> Iterator[DiffLine]:
    if field.before:
        yield DiffLine("-", label + _value(field.before))
    if field.after or not field.before:
        yield DiffLine("+", label + (_value(field.after) or "(empty)"))


def _value(text: str) -> str:
    return shortened(safe(value_text(text)), _VALUE_LIMIT, " … (cut; the JSON has all)")
