"""Whether what a blueprint gave has the shape of a template, so that everything after it can trust the types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTIONS = ("Resources", "Parameters", "Outputs", "Mappings", "Conditions")
_OF_MAPPINGS = ("Resources", "Parameters", "Outputs")


def misshapen(template: object) -> Iterator[str]:
    """Every place that is not what CloudFormation reads there, in words. Empty: the types can be trusted."""
    if not isinstance(template, Mapping):
        yield "the template is no mapping"
        return
    for section in _SECTIONS:
        entries = template.get(section, {})
        if not isinstance(entries, Mapping):
            yield f"{section} is no mapping"
        elif section in _OF_MAPPINGS:
            yield from (f"{section}.{name} is no mapping" for name, one in entries.items() if not _is_mapping(one))
    resources = template.get("Resources", {})
    if isinstance(resources, Mapping):
        for name, resource in resources.items():
            if isinstance(resource, Mapping):
                yield from _of_resource(f"Resources.{name}", resource)


def _of_resource(place: str, resource: Mapping[str, object]) -> Iterator[str]:
    if not isinstance(resource.get("Type"), str):
        yield f"{place}.Type is no text"
    if not isinstance(resource.get("Properties", {}), Mapping):
        yield f"{place}.Properties is no mapping"
    if not isinstance(resource.get("Condition", ""), str):
        yield f"{place}.Condition is no text"
    needs = resource.get("DependsOn", [])
    if not isinstance(needs, str) and not (isinstance(needs, list) and all(isinstance(one, str) for one in needs)):
        yield f"{place}.DependsOn is neither a name nor a list of names"


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)
