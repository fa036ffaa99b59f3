"""Options: a plain mapping from regions.yaml into frozen dataclasses, every fault reported at once.

Field types: str, int, float, bool, tuple[T, ...], Mapping[str, T], another dataclass of options, and `T | None` for
what is off until it is given; `object` is any JSON (see `plain`). Nothing is converted silently: `"256"` is not an int.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from blueprints.faults import OptionsError
from blueprints.options_reading import read_options, words

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OptionDoc:
    """One option for the reference: its type in words, its default (None: required) and what it does.

    `name` is the path below the blueprint's options: `functions.<name>.memory`, `queues.<name>.alarms[].at`.
    """

    name: str
    type: str
    default: object
    doc: str


def option(
    default: Any = MISSING,
    doc: str = "",
    *,
    choices: tuple[object, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    unique: bool = False,
) -> Any:
    """A dataclass field with its documentation and limits; without a default the option is required.

    `choices`, `minimum` and `maximum` hold for each entry of a list; `unique`: a list says nothing twice.
    """
    metadata = {"doc": doc, "choices": choices, "minimum": minimum, "maximum": maximum, "unique": unique}
    if isinstance(default, dict):
        frozen = MappingProxyType(dict(default))
        return dataclasses.field(default_factory=lambda: frozen, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def parse_options(options: type[T], given: Mapping[str, object]) -> T:
    """An instance of `options`. Raises OptionsError naming every unknown, missing and wrong option.

    A dataclass of options may have a method `faults()` that yields what is wrong with the whole: it is asked once each
    of its options is right.
    """
    value, faults = read_options("", options, given)
    if faults:
        raise OptionsError(sorted(faults))
    made: T = value
    return made


def plain(value: object) -> object:
    """An option of the type `object` as dicts and lists, for `json.dumps` and for troposphere."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def option_docs(options: type, prefix: str = "") -> tuple[OptionDoc, ...]:
    """What an options class accepts, in the order of its fields, each followed by what stands below it."""
    hints = get_type_hints(options)
    return tuple(
        doc
        for field in dataclasses.fields(options)
        for doc in (
            OptionDoc(prefix + field.name, words(hints[field.name]), _default(field), field.metadata.get("doc", "")),
            *_below(prefix + field.name, hints[field.name]),
        )
    )


def _below(path: str, hint: Any) -> Iterator[OptionDoc]:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        for one in get_args(hint):
            if one is not NoneType:
                yield from _below(path, one)
    elif origin is tuple:
        yield from _below(f"{path}[]", get_args(hint)[0])
    elif origin is not None and issubclass(origin, Mapping):
        yield from _below(f"{path}.<name>", get_args(hint)[1])
    elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield from option_docs(hint, f"{path}.")


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None
