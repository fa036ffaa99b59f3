"""JSON values that cannot change, as the options of blueprints are: a list is a tuple, an object a JsonObject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

FrozenJson: TypeAlias = "str | int | float | bool | tuple[FrozenJson, ...] | JsonObject | None"


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object; `items` keeps the order in which it was written."""

    items: tuple[tuple[str, FrozenJson], ...] = ()


def thaw(value: object) -> object:
    """The same value as ordinary dicts and lists, made anew, for whoever wants to serialise it or to pass it on."""
    match value:
        case JsonObject(items):
            return {key: thaw(one) for key, one in items}
        case tuple():
            return [thaw(one) for one in value]
        case _:
            return value
