"""Holds a tree against the table of keys: what fits becomes a Draft, everything else a problem at its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.config import scalars
from orchestrator.config.free import freeze
from orchestrator.config.problems import Path, Place, Problems
from orchestrator.config.spec import Flag, Free, Key, ListOf, MapOf, Portion, Record, Short, Spec, Text, Whole
from orchestrator.config.suggest import alternatives, write_one_of
from orchestrator.config.tree import Entry, ListNode, MappingNode, Node, Refused, Scalar
from orchestrator.core.json_values import FrozenJson, JsonObject


@dataclass(slots=True)
class Draft:
    """The values that fit, by path. Wrong ones are missing here: they have been reported.

    `children` holds the names under a mapping or a list, `places` where values stand, `keys` where keys stand.
    """

    values: dict[Path, FrozenJson] = field(default_factory=dict)
    children: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def text(self, *path: str) -> str:
        """The text at a path; empty when it is absent or was wrong."""
        value = self.values.get(path, "")
        return value if isinstance(value, str) else ""

    def number(self, *path: str) -> int | None:
        """The number at a path; None when it is absent or was wrong."""
        value = self.values.get(path)
        return value if isinstance(value, int) else None

    def flag(self, *path: str) -> bool:
        """Whether true stands at a path."""
        return self.values.get(path) is True

    def under(self, *path: str) -> tuple[str, ...]:
        """The names under a path, in the order of the file."""
        return self.children.get(path, ())

    def texts(self, *path: str) -> tuple[str, ...]:
        """The right items of a list of texts."""
        return tuple(self.text(*path, item) for item in self.under(*path) if self.text(*path, item))

    def at(self, *path: str) -> Place:
        """Where the value of a path stands; where nothing is written, the nearest key above it."""
        while path:
            place = self.places.get(path) or self.keys.get(path)
            if place:
                return place
            path = path[:-1]
        return Place(1, 1)

    def key_at(self, *path: str) -> Place:
        """Where the key of a path stands."""
        return self.keys.get(path) or self.at(*path)


def walk(root: Node, spec: Record, problems: Problems) -> Draft:
    """Read the whole tree."""
    walker = _Walker(problems)
    walker.value(root, spec, ())
    return walker.draft


class _Walker:
    def __init__(self, problems: Problems) -> None:
        self.draft = Draft()
        self._problems = problems

    def value(self, node: Node, spec: Spec, path: Path) -> None:
        """Read one value; every kind of node can meet every kind of spec."""
        self.draft.places[path] = node.at
        match (spec, node):
            case (_, Refused()):
                return
            case (Text(), Scalar()):
                if read := scalars.text(node, spec, path, self._problems):
                    self.draft.values[path] = read
            case (Whole(), Scalar()):
                number = scalars.whole(node, spec, path, self._problems)
                if number is not None:
                    self.draft.values[path] = number
            case (Flag(), Scalar()):
                flag = scalars.flag(node, path, self._problems)
                if flag is not None:
                    self.draft.values[path] = flag
            case (Portion(), Scalar()):
                if read := scalars.portion(node, spec, path, self._problems):
                    self.draft.values[path] = read
            case (ListOf(), ListNode()):
                self._list(node, spec, path)
            case (MapOf(), MappingNode()):
                self._map(node, spec, path)
            case (Record(), MappingNode()):
                self._record(node, spec, path)
            case (Short(), MappingNode()):
                self.value(node, spec.record, path)
            case (Short(), Scalar()):
                self._short(node, spec, path)
            case (Free(), MappingNode()):
                self.draft.values[path] = freeze(node, path, self.draft.places, self._problems)
            case _:
                self._problems.error(node.at, path, f"is {_kind(node)}", fix=f"write {_wanted(spec)}")

    def defaults(self, spec: Record, path: Path) -> None:
        """Fill in what is not written, all the way down."""
        for key in spec.keys:
            self._absent(key, (*path, key.name))

    def _list(self, node: ListNode, spec: ListOf, path: Path) -> None:
        if not node.items:
            self._problems.error(node.at, path, "is empty", fix=f"write {spec.item.what}")
        names = tuple(f"[{index}]" for index in range(len(node.items)))
        self.draft.children[path] = names
        first: dict[str, str] = {}
        for name, item in zip(names, node.items, strict=True):
            self.value(item, spec.item, (*path, name))
            text = self.draft.text(*path, name)
            if text and first.setdefault(text, name) != name and not spec.repeats:
                self._problems.error(item.at, (*path, name), f"{text} is in the list already", fix="delete one")

    def _map(self, node: MappingNode, spec: MapOf, path: Path) -> None:
        names = []
        for entry in node.entries:
            inner = (*path, entry.key.text)
            self.draft.keys[inner] = entry.key.at
            usable = bool(scalars.text(entry.key, spec.key, inner, self._problems))
            if usable or not spec.key.choices:  # a misspelt name is a name still: what is under it gets checked
                names.append(entry.key.text)
            self.value(entry.value, spec.value, inner)
        self.draft.children[path] = tuple(names)
        if len(node.entries) < spec.least:
            self._too_few(node, spec, path)

    def _too_few(self, node: MappingNode, spec: MapOf, path: Path) -> None:
        found = len(node.entries)
        message = f"holds {found} {spec.noun}" if found else f"holds no {spec.noun}"
        fix = f"add one: {spec.key.what}"
        if found:
            fix = f"add a second {spec.noun}: something must take over when the first one fails"
        self._problems.error(self.draft.key_at(*path), path, message, fix=fix)

    def _record(self, node: MappingNode, spec: Record, path: Path) -> None:
        entries = {entry.key.text: entry for entry in node.entries}
        self.draft.children[path] = tuple(name for name in entries if name in spec.names)
        for name, entry in entries.items():
            self.draft.keys[(*path, name)] = entry.key.at
            if name not in spec.names:
                self._unknown(entry, spec, path)
        for key in spec.keys:
            found = entries.get(key.name)
            if found is None:
                self._absent(key, (*path, key.name))
            else:
                self.value(found.value, key.spec, (*path, key.name))
        self._one_of(spec, entries, path)

    def _unknown(self, entry: Entry, spec: Record, path: Path) -> None:
        name = entry.key.text
        fix = "" if self._problems.full else write_one_of(name, spec.names)
        self._problems.error(entry.key.at, (*path, name), "is not a key here", fix=fix)

    def _absent(self, key: Key, path: Path) -> None:
        if key.required:
            at = self.draft.key_at(*path[:-1]) if path[:-1] else Place(1, 1)
            self._problems.error(at, path, "is missing", fix=f"write {_wanted(key.spec)}")
        elif key.default is not None:
            self.draft.values[path] = key.default
        elif isinstance(key.spec, Record):
            self.defaults(key.spec, path)
        elif isinstance(key.spec, Free):
            self.draft.values[path] = JsonObject()

    def _one_of(self, spec: Record, entries: dict[str, Entry], path: Path) -> None:
        given = [entries[name] for name in spec.one_of if name in entries]
        if len(given) > 1:
            at, clash = given[1].key.at, f"cannot stand beside {given[0].key.text}"
            self._problems.error(at, (*path, given[1].key.text), clash, fix="keep one of the two")
        elif spec.one_of and not given:
            names = alternatives(spec.one_of)
            self._problems.error(self.draft.key_at(*path), path, "says no target", fix=f"write {names}")

    def _short(self, node: Scalar, spec: Short, path: Path) -> None:
        self.defaults(Record(keys=tuple(key for key in spec.record.keys if key.name != spec.name)), path)
        named = next(key for key in spec.record.keys if key.name == spec.name)
        if isinstance(named.spec, Text) and (read := scalars.text(node, named.spec, path, self._problems)):
            self.draft.values[(*path, spec.name)] = read


def _kind(node: Node) -> str:
    match node:
        case MappingNode():
            return "a mapping"
        case ListNode():
            return "a list"
        case Scalar() if scalars.is_null(node):
            return "empty"
        case _:
            return "a single value"


def _wanted(spec: Spec) -> str:
    match spec:
        case Text(choices=choices) if 0 < len(choices) <= 6:
            return alternatives(choices)
        case Text() | Free():
            return spec.what if isinstance(spec, Text) else f"a mapping: {spec.what}"
        case Whole():
            return f"a whole number of {spec.what}"
        case Flag():
            return alternatives(scalars.FLAGS)
        case Portion():
            return f"a whole number of {spec.what} or a percentage"
        case ListOf():
            return f"a list, each item {spec.item.what}"
        case MapOf():
            return f"a mapping with one key per {spec.noun}"
        case Record():
            return f"a mapping with the keys {', '.join(spec.names)}"
        case Short():
            return _wanted(next(key.spec for key in spec.record.keys if key.name == spec.name))
