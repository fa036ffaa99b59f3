"""References inside one template that lead nowhere or in a circle: found here, before AWS has to say it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True, slots=True)
class BrokenReference:
    """What is wrong, and what to do."""

    message: str
    fix: str = ""


def broken_references(template: Mapping[str, Any]) -> Iterator[BrokenReference]:
    """Dangling names first; a circle is looked for only among names that exist."""
    resources = template.get("Resources", {})
    known = {*resources, *template.get("Parameters", {})}
    graph: dict[str, set[str]] = {}
    for name, resource in sorted(resources.items()):
        used = set(_names(resource)) | set(_depends_on(resource))
        yield from _dangling(f"Resources.{name}", used, known)
        graph[name] = used & set(resources)
    for name, output in sorted(template.get("Outputs", {}).items()):
        yield from _dangling(f"Outputs.{name}", set(_names(output)), known)
    yield from _missing_conditions(template)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        yield BrokenReference(f"resources depend on each other in a circle: {circle}", "take one reference out")


def _dangling(where: str, used: set[str], known: set[str]) -> Iterator[BrokenReference]:
    for name in sorted(used - known):
        near = get_close_matches(name, sorted(known), n=1)
        yield BrokenReference(
            f"{where} refers to {name!r}, which is neither a resource nor a parameter",
            f"did you mean {near[0]!r}?" if near else "",
        )


def _missing_conditions(template: Mapping[str, Any]) -> Iterator[BrokenReference]:
    known = set(template.get("Conditions", {}))
    for section in ("Resources", "Outputs"):
        for name, entry in sorted(template.get(section, {}).items()):
            if (condition := entry.get("Condition")) is not None and condition not in known:
                yield BrokenReference(f"{section}.{name} has the condition {condition!r}, which is not defined")


def _depends_on(resource: Mapping[str, Any]) -> list[str]:
    value = resource.get("DependsOn", [])
    return [value] if isinstance(value, str) else list(value)


def _names(value: object) -> Iterator[str]:
    """Logical ids that a value refers to by Ref, Fn::GetAtt or Fn::Sub; pseudo parameters (AWS::...) are left out."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in _REFERENCES and len(value) == 1:
                yield from (name for name in _REFERENCES[key](item) if not name.startswith("AWS::"))
            yield from _names(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _names(item)


def _ref(item: object) -> list[str]:
    return [item] if isinstance(item, str) else []


def _get_att(item: object) -> list[str]:
    if isinstance(item, str):
        return [item.split(".")[0]]
    return [item[0]] if isinstance(item, list) and item and isinstance(item[0], str) else []


def _sub(item: object) -> list[str]:
    text, own = (item[0], set(item[1])) if isinstance(item, list) and len(item) == 2 else (item, set())
    if not isinstance(text, str):
        return []
    return [name.split(".")[0] for name in _VARIABLE.findall(text) if name not in own]


_REFERENCES = {"Ref": _ref, "Fn::GetAtt": _get_att, "Fn::Sub": _sub}
