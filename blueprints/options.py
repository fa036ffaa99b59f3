"""Options: a plain mapping from regions.yaml into a frozen dataclass, every fault reported at once.

Field types: str, int, bool, tuple[str, ...], Mapping[str, str]. Nothing is converted silently: `"256"` is not an int.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from blueprints.faults import Fault, OptionsError, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OptionDoc:
    """One option for the reference: its type in words, its default (None: required) and what it does."""

    name: str
    type: str
    default: object
    doc: str


def option(
    default: Any = MISSING,
    doc: str = "",
    *,
    choices: tuple[object, ...] = (),
    minimum: int | None = None,
    maximum: int | None = None,
) -> Any:
    """A dataclass field with its documentation and limits; without a default the option is required."""
    metadata = {"doc": doc, "choices": choices, "minimum": minimum, "maximum": maximum}
    if isinstance(default, dict):
        frozen = MappingProxyType(dict(default))
        return dataclasses.field(default_factory=lambda: frozen, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def option_docs(options: type) -> tuple[OptionDoc, ...]:
    """What an options class accepts, in the order of its fields."""
    hints = get_type_hints(options)
    return tuple(
        OptionDoc(field.name, _words(hints[field.name]), _default(field), field.metadata.get("doc", ""))
        for field in dataclasses.fields(options)
    )


def parse_options(options: type[T], given: Mapping[str, object]) -> T:
    """An instance of `options`. Raises OptionsError naming every unknown, missing and wrong option."""
    hints = get_type_hints(options)
    fields = {field.name: field for field in dataclasses.fields(options)}  # type: ignore[arg-type]
    faults = [Fault(str(name), "unknown option", suggestion(str(name), fields)) for name in given if name not in fields]
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name not in given:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(Fault(name, "is required", f"give {_words(hints[name])}"))
            continue
        value, wrong = _read(name, hints[name], given[name])
        faults += wrong or _limits(name, value, field.metadata)
        values[name] = value
    if faults:
        raise OptionsError(sorted(faults))
    return options(**values)


def _read(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if hint in (str, int, bool):
        return (value, []) if type(value) is hint else (value, [_mistyped(path, hint, value)])
    origin = get_origin(hint)
    if origin is tuple:
        return _read_list(path, hint, value)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(path, hint, value)
    raise TypeError(f"option {path!r} has the type {hint!r}; use str, int, bool, tuple[str, ...] or Mapping[str, str]")


def _read_list(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value, [_mistyped(path, hint, value)]
    item = get_args(hint)[0]
    return tuple(value), [
        _mistyped(f"{path}[{at}]", item, one) for at, one in enumerate(value) if type(one) is not item
    ]


def _read_mapping(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if not isinstance(value, Mapping):
        return value, [_mistyped(path, hint, value)]
    item = get_args(hint)[1]
    faults = [_mistyped(f"{path}.{key}", item, one) for key, one in value.items() if type(one) is not item]
    return MappingProxyType(dict(value)), faults


def _limits(path: str, value: object, metadata: Mapping[str, Any]) -> Iterator[Fault]:
    choices, minimum, maximum = metadata.get("choices"), metadata.get("minimum"), metadata.get("maximum")
    if choices and value not in choices:
        known = [str(choice) for choice in choices]
        yield Fault(path, f"{value!r} is not allowed", suggestion(str(value), known))
    if isinstance(value, int) and minimum is not None and value < minimum:
        yield Fault(path, f"{value} is too small", f"write {minimum} or more")
    if isinstance(value, int) and maximum is not None and value > maximum:
        yield Fault(path, f"{value} is too large", f"write {maximum} or less")


def _mistyped(path: str, hint: Any, value: object) -> Fault:
    fix = f"write {_words(hint)}"
    if hint is str and isinstance(value, (int, float, bool)):
        fix += ": put it in quotes"
    return Fault(path, f"{_shown(value)} is not {_words(hint)}", fix)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _words(hint: Any) -> str:
    plain = {str: "text", int: "a whole number", bool: "true or false"}
    if hint in plain:
        return plain[hint]
    origin = get_origin(hint)
    if origin is tuple:
        return "a list of texts" if get_args(hint)[0] is str else "a list"
    return "a mapping of texts" if origin is not None else str(hint)


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else None
