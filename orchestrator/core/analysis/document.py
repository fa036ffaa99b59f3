"""A template as the rules read it: resources with their texts and policies, and what exists in one region only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.core.analysis.values import Value, at, listed, mapping, text, texts

_ONE_REGION = ("AWS::Region", "ReferenceRegion", "RegionRole")
"""What differs between the instances of a stack set."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `somewhere_only`: it has a condition that holds in some regions and not in others.

    `texts` are all texts of its properties with their paths (`Properties.Name`).
    """

    layer: str
    name: str
    type: str
    whole: Mapping[str, Value]
    somewhere_only: bool
    texts: tuple[tuple[str, str], ...]

    @property
    def properties(self) -> Mapping[str, Value]:
        """{} when there are none."""
        return mapping(self.whole.get("Properties"))

    def at(self, *path: str) -> Value:
        """What lies at a path below the properties, None when it is missing."""
        return at(self.properties, *path)

    def text(self, *path: str) -> str:
        """The same as text."""
        return text(self.at(*path))


@dataclass(frozen=True, slots=True)
class Document:
    """One template. Resources are sorted by name; `body` is {} for a text that is no JSON object."""

    layer: str
    body: Mapping[str, Value]
    resources: tuple[Resource, ...]
    by_name: Mapping[str, Resource] = field(repr=False)

    @property
    def is_opaque(self) -> bool:
        """Whether it makes what cannot be read in it (macros, nested stacks), or is no template at all."""
        hidden = any(
            one.type == "AWS::CloudFormation::Stack" or one.type.endswith("::MODULE") for one in self.resources
        )
        return hidden or not self.resources or "Transform" in self.body

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        return (one for one in self.resources if one.type in types)

    def type_of(self, name: str) -> str:
        """The type of a resource, "" for what is none."""
        found = self.by_name.get(name)
        return found.type if found else ""


def read_document(layer: str, body: str) -> Document:
    """Never raises: what is no template has no resources."""
    try:
        loaded = mapping(json.loads(body))
    except (ValueError, RecursionError):
        loaded = {}
    regional = _regional_conditions(mapping(loaded.get("Conditions")))
    found = [
        _resource(layer, name, mapping(one), regional) for name, one in sorted(mapping(loaded.get("Resources")).items())
    ]
    return Document(layer, loaded, tuple(found), {one.name: one for one in found})


def _resource(layer: str, name: str, whole: Mapping[str, Value], regional: frozenset[str]) -> Resource:
    below = texts(mapping(whole.get("Properties")), skip=regional)
    kind, condition = whole.get("Type"), whole.get("Condition")
    return Resource(
        layer=layer,
        name=name,
        type=kind if isinstance(kind, str) else "",
        whole=whole,
        somewhere_only=isinstance(condition, str) and condition in regional,
        texts=tuple((f"Properties.{path}", found) for path, found in below),
    )


def _regional_conditions(conditions: Mapping[str, Value]) -> frozenset[str]:
    """Conditions that rest on the region, directly or through other conditions."""
    said = {name: set(_named(condition)) for name, condition in conditions.items()}
    found = {name for name, names in said.items() if names & set(_ONE_REGION)}
    while more := {name for name, names in said.items() if name not in found and names & found}:
        found |= more
    return frozenset(found)


def _named(condition: Value) -> Iterator[str]:
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        waiting += listed(one) if isinstance(one, list) else list(mapping(one).values())
        named = [mapping(one).get(key) for key in ("Ref", "Condition")]
        yield from (name for name in named if isinstance(name, str))
