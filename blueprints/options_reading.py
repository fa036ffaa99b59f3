"""Reads one written value as one type. Every function gives the value and what is wrong with it, by its path."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from types import MappingProxyType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from blueprints.faults import Fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_SUPPORTED = "str, int, float, bool, tuple[T, ...], Mapping[str, T], a dataclass, T | None, or object for any JSON"


def read_options(path: str, options: type, given: Mapping[str, object]) -> tuple[Any, list[Fault]]:
    """An instance of a dataclass of options (None when anything is wrong). `path` is "" for a blueprint's own."""
    hints = get_type_hints(options)
    fields = {field.name: field for field in dataclasses.fields(options)}
    faults = [
        Fault(_join(path, str(name)), "unknown option", suggestion(str(name), fields))
        for name in given
        if name not in fields
    ]
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name not in given:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(Fault(_join(path, name), "is required", f"give {words(hints[name])}"))
            continue
        value, wrong = _read(_join(path, name), hints[name], given[name])
        faults += wrong or _limits(_join(path, name), value, field.metadata)
        values[name] = value
    if faults:
        return None, faults
    made = options(**values)
    return made, [dataclasses.replace(fault, path=_join(path, fault.path)) for fault in _own_faults(made)]


def words(hint: Any) -> str:
    """A type as people say it."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is object:
        return "any value"
    if optional := _optional(hint):
        return words(optional)
    origin = get_origin(hint)
    if origin is tuple:
        return f"a list of {_several(get_args(hint)[0])}"
    if origin is not None:
        return f"a mapping of names to {_several(get_args(hint)[1])}"
    return "a mapping" if dataclasses.is_dataclass(hint) else str(hint)


def _read(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if hint in _PLAIN:
        return _read_plain(path, hint, value)
    if hint is object:
        return _read_json(path, value)
    if optional := _optional(hint):
        return _read_optional(path, optional, value)
    origin = get_origin(hint)
    if origin is tuple:
        return _read_list(path, hint, value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _read_mapping(path, hint, value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if isinstance(value, Mapping):
            return read_options(path, hint, value)
        return value, [_mistyped(path, hint, value)]
    raise TypeError(f"option {path!r} has the type {hint!r}; use {_SUPPORTED}")


def _read_plain(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if hint is float and type(value) is int:
        return float(value), []
    return (value, []) if type(value) is hint else (value, [_mistyped(path, hint, value)])


def _read_optional(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    """`true` turns on what has options of its own, with all their defaults; `false` and nothing leave it off."""
    if value is None:
        return None, []
    if dataclasses.is_dataclass(hint) and isinstance(value, bool):
        return _read(path, hint, {}) if value else (None, [])
    return _read(path, hint, value)


def _read_list(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value, [_mistyped(path, hint, value)]
    item = get_args(hint)[0]
    read = [_read(f"{path}[{at}]", item, one) for at, one in enumerate(value)]
    return tuple(one for one, _ in read), [fault for _, faults in read for fault in faults]


def _read_mapping(path: str, hint: Any, value: object) -> tuple[object, list[Fault]]:
    if not isinstance(value, Mapping):
        return value, [_mistyped(path, hint, value)]
    item = get_args(hint)[1]
    read = {str(key): _read(f"{path}.{key}", item, _given(item, one)) for key, one in value.items()}
    faults = [fault for _, wrong in read.values() for fault in wrong]
    return MappingProxyType({key: one for key, (one, _) in read.items()}), faults


def _read_json(path: str, value: object) -> tuple[object, list[Fault]]:
    """What belongs to somebody else's language (an event pattern, a workflow): any JSON, kept as it is."""
    if isinstance(value, Mapping):
        return _read_mapping(path, Mapping[str, object], value)
    if isinstance(value, (list, tuple)):
        return _read_list(path, tuple[object, ...], value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value, []
    return value, [Fault(path, f"{_shown(value)} is no JSON", "write text, a number, true, false, a list or a mapping")]


def _given(hint: Any, value: object) -> object:
    """A name with nothing behind it (`worker:`) has all the defaults."""
    return {} if value is None and dataclasses.is_dataclass(hint) else value


def _own_faults(made: object) -> Iterable[Fault]:
    faults = getattr(type(made), "faults", None)
    return () if faults is None else faults(made)


def _limits(path: str, value: object, metadata: Mapping[str, Any]) -> Iterator[Fault]:
    choices, minimum, maximum = metadata.get("choices"), metadata.get("minimum"), metadata.get("maximum")
    if isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from _limits(f"{path}[{at}]", one, metadata)
        if metadata.get("unique"):
            yield from _repeated(path, value)
        return
    if value is None:
        return
    if choices and value not in choices:
        known = [str(choice) for choice in choices]
        yield Fault(path, f"{value!r} is not allowed", suggestion(str(value), known))
    if isinstance(value, (int, float)) and minimum is not None and value < minimum:
        yield Fault(path, f"{value} is too small", f"write {minimum} or more")
    if isinstance(value, (int, float)) and maximum is not None and value > maximum:
        yield Fault(path, f"{value} is too large", f"write {maximum} or less")


def _repeated(path: str, values: tuple[object, ...]) -> Iterator[Fault]:
    for at, one in enumerate(values):
        if (first := values.index(one)) != at:
            yield Fault(f"{path}[{at}]", f"{_shown(one)} is in the list already, as {path}[{first}]", "take one out")


def _mistyped(path: str, hint: Any, value: object) -> Fault:
    fix = f"write {words(hint)}"
    if hint is str and isinstance(value, (int, float, bool)):
        fix += ": put it in quotes"
    return Fault(path, f"{_shown(value)} is not {words(hint)}", fix)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _several(hint: Any) -> str:
    return {str: "texts", int: "whole numbers", float: "numbers", object: "values"}.get(hint, "mappings")


def _optional(hint: Any) -> Any:
    """The T of `T | None`, or None."""
    if get_origin(hint) not in (Union, UnionType):
        return None
    members = [one for one in get_args(hint) if one is not NoneType]
    return members[0] if len(members) == 1 else None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
