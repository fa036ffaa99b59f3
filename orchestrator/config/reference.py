"""The reference page of regions.yaml out of the table of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from orchestrator.config.spec import Flag, Free, Key, ListOf, MapOf, Portion, Record, Short, Spec, Text, Whole
from orchestrator.config.suggest import alternatives
from orchestrator.config.table import ROOT

_HEAD = """# regions.yaml

Generated from the table of keys that also validates the file. `<name>` is a name that you choose.
Editors check the file while you type with [the JSON Schema](regions.schema.json) (`orchestrator schema`).

The file is UTF-8 and at most 1 MiB. It is YAML without tags, anchors, aliases and merge keys, in one document.
Account numbers and other digits that are names stand in quotes.

| key | value | default | meaning |
|---|---|---|---|
"""


def reference_markdown() -> str:
    """A table with one row per key, in the order in which the file is usually written."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(ROOT, ""))


def _rows(record: Record, prefix: str) -> Iterator[str]:
    for key in record.keys:
        path = prefix + key.name
        yield f"| `{path}` | {_cell(_value(key.spec))} | {_cell(_default(key, record))} | {_cell(key.doc)} |"
        yield from _inner(key.spec, path)


def _inner(spec: Spec, path: str) -> Iterator[str]:
    match spec:
        case Record():
            yield from _rows(spec, path + ".")
        case MapOf(value=Record() as record):
            yield from _rows(record, f"{path}.<name>.")
        case Short():
            yield from _rows(spec.record, path + ".")
        case _:
            return


def _value(spec: Spec) -> str:
    match spec:
        case Text():
            few = 0 < len(spec.choices) <= 6
            return alternatives(tuple(f"`{choice}`" for choice in spec.choices)) if few else spec.what
        case Whole():
            if spec.choices:
                return f"{alternatives(tuple(str(choice) for choice in spec.choices))} ({spec.what})"
            return f"{spec.least} to {spec.most} ({spec.what})"
        case Flag():
            return "`true` or `false`"
        case Portion():
            return f"{spec.least} or more ({spec.what}), or {spec.least_percent}% to 100%"
        case ListOf():
            return f"list; each item {spec.item.what}"
        case MapOf():
            least = f", at least {spec.least}" if spec.least > 1 else ""
            value = f", its value {spec.value.what}" if isinstance(spec.value, Text) else ""
            value = f", its value a list of {spec.value.item.what}" if isinstance(spec.value, ListOf) else value
            return f"mapping, one key per {spec.noun}{least}; a key is {spec.key.what}{value}"
        case Record():
            return "mapping"
        case Short():
            return f"text (its `{spec.name}`) or mapping"
        case Free():
            return f"mapping: {spec.what}"
    assert_never(spec)


def _default(key: Key, record: Record) -> str:
    if key.required:
        return "required"
    if key.name in record.one_of:
        return f"exactly one of {alternatives(tuple(f'`{name}`' for name in record.one_of))}"
    if isinstance(key.default, bool):
        return f"`{str(key.default).lower()}`"
    return f"`{key.default}`" if key.default is not None else key.absent


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
