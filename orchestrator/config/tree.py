"""YAML text to a tree of nodes with places, every scalar still text. What configuration does not need is refused.

Works on the parser's events, so that nothing is expanded, resolved or constructed: no alias, tag or merge key can act.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from orchestrator.config.problems import Path, Place, Problems, show

MAX_DEPTH = 50
MAX_NODES = 20_000

# libyaml's parser is about ten times faster; both give the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it is written. `plain`: without quotes, so that other YAML tools may take it for a number."""

    text: str
    plain: bool
    at: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys in the order of the file; a key given twice is here once."""

    entries: tuple[Entry, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class ListNode:
    """Items in the order of the file."""

    items: tuple[Node, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was reported already (an alias): it has no value, and is not reported again."""

    at: Place


Node: TypeAlias = "Scalar | MappingNode | ListNode | Refused"


def compose(text: str, problems: Problems, *, loader: type = _LOADER) -> Node:
    """The tree of the only document of `text`. Raises ConfigurationError when it is not YAML, empty or too large."""
    try:
        return _Composer(yaml.parse(text, Loader=loader), problems).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        reason = " ".join(part for part in (error.context, error.problem) if part)
        problems.stop(at, f"is not valid YAML: {reason}", fix=_YAML_FIX)
    except yaml.YAMLError as error:
        problems.stop(Place(1, 1), f"is not valid YAML: {show(str(error))}", fix=_YAML_FIX)


_YAML_FIX = "check indentation, brackets and quotes here and on the line before"


class _Composer:
    """Walks the events once; recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Iterator[yaml.Event], problems: Problems) -> None:
        self._events = events
        self._problems = problems
        self._nodes = 0

    def document(self) -> Node:
        next(self._events)  # the start of the stream
        if not isinstance(next(self._events), yaml.DocumentStartEvent):
            self._problems.stop(Place(1, 1), "the file is empty", fix="start from what `orchestrator init` writes")
        root = self._node(next(self._events), ())
        next(self._events)  # the end of the document
        further = next(self._events)
        if isinstance(further, yaml.DocumentStartEvent):
            self._problems.stop(_place(further), "a second document begins", fix="keep one document per file")
        return root

    def _node(self, event: yaml.Event, path: Path) -> Node:
        at = _place(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._problems.stop(at, f"the file holds more than {MAX_NODES} values", fix="split it")
        if len(path) > MAX_DEPTH:
            self._problems.stop(at, f"is nested more than {MAX_DEPTH} levels deep", fix="flatten it")
        self._refuse_marks(event, at, path)
        match event:
            case yaml.AliasEvent():
                return Refused(at)
            case yaml.ScalarEvent():
                return Scalar(event.value, not event.style, at)
            case yaml.SequenceStartEvent():
                return self._list(at, path)
            case _:
                return self._mapping(at, path)

    def _refuse_marks(self, event: yaml.Event, at: Place, path: Path) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self._problems.error(at, path, f"alias {show(f'*{anchor}')} is not supported", fix="write the value out")
        elif anchor is not None:
            self._problems.error(at, path, f"anchor {show(f'&{anchor}')} is not supported", fix="delete it")
        if tag is not None:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            self._problems.error(at, path, f"tag {show(written)} is not supported", fix="delete it")

    def _list(self, at: Place, path: Path) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, f"[{len(items)}]")))
        return ListNode(tuple(items), at)

    def _mapping(self, at: Place, path: Path) -> Node:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, (*path, "?"))
            name = key.text if isinstance(key, Scalar) else "?"
            value = self._node(next(self._events), (*path, name))
            if isinstance(key, Scalar) and self._accepts(key, entries, path):
                entries[key.text] = Entry(key, value)
            elif isinstance(key, MappingNode | ListNode):
                self._problems.error(key.at, path, "a key must be text, not a mapping or a list", fix="write a name")
        return MappingNode(tuple(entries.values()), at)

    def _accepts(self, key: Scalar, entries: dict[str, Entry], path: Path) -> bool:
        if key.plain and key.text == "<<":
            self._problems.error(key.at, path, "merge key << is not supported", fix="write the keys out")
            return False
        first = entries.get(key.text)
        if first is not None:
            line, column = first.key.at
            message = f"is given twice, first at line {line}, column {column}"
            self._problems.error(key.at, (*path, key.text), message, fix="keep one")
            return False
        return True


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
