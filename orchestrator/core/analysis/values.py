"""Reads values of a template that may be anything: whatever has an unexpected type is absent, never an exception."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Value = Any
"""What JSON can hold."""

SOMETHING = "${?}"
"""Stands for what only CloudFormation can work out."""

_NO_VALUE = {"Ref": "AWS::NoValue"}
_DEEPEST = 12
_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


def mapping(value: Value) -> Mapping[str, Value]:
    """The value if it is a mapping, else {}."""
    return value if isinstance(value, dict) else {}


def listed(value: Value) -> list[Value]:
    """A list as it is, a single value as a list of one, nothing as []."""
    if value is None or value == _NO_VALUE:
        return []
    return value if isinstance(value, list) else [value]


def at(value: Value, *path: str) -> Value:
    """What lies at the path, None when something on the way is missing. AWS::NoValue is missing too."""
    for key in path:
        value = mapping(value).get(key)
    return None if value == _NO_VALUE else value


def is_intrinsic(value: Value) -> bool:
    """Whether CloudFormation works the value out: `{"Ref": ...}`, `{"Fn::...": ...}`."""
    return isinstance(value, dict) and len(value) == 1 and _is_function(next(iter(value)))


def is_true(value: Value) -> bool:
    """Whether it is true, or may be because CloudFormation works it out."""
    return is_intrinsic(value) or value is True or (isinstance(value, str) and value.lower() == "true")


def is_false(value: Value) -> bool:
    """Whether it is written down as false."""
    return value is False or (isinstance(value, str) and value.lower() == "false")


def text(value: Value) -> str:
    """A value as one text, with `${Name}` and `${Name.Attribute}` for references; "" for what is no text."""
    return _text(value, 0)


def texts(value: Value, *, skip: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Every text below a value with its path. Branches of an Fn::If on a condition in `skip` are left out."""
    waiting: list[tuple[str, Value]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, str):
            yield path, one
        elif isinstance(one, list):
            waiting += [(_joined(path, str(place)), item) for place, item in reversed(list(enumerate(one)))]
        elif is_intrinsic(one) and "Fn::If" not in one:
            yield path, text(one)
        elif isinstance(one, dict) and not _is_skipped(one, skip):
            waiting += [(_joined(path, key), item) for key, item in reversed(one.items())]


def _is_skipped(value: Mapping[str, Value], skip: Collection[str]) -> bool:
    arguments = listed(value.get("Fn::If"))
    return bool(arguments) and isinstance(arguments[0], str) and arguments[0] in skip


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_function(name: str) -> bool:
    return name == "Ref" or name.startswith("Fn::")


def _text(value: Value, depth: int) -> str:
    if isinstance(value, str):
        return value
    if depth > _DEEPEST or not is_intrinsic(value):
        return SOMETHING if isinstance(value, dict | list) else ""
    [(function, argument)] = value.items()
    match function:
        case "Ref" if isinstance(argument, str):
            return f"${{{argument}}}"
        case "Fn::GetAtt":
            return f"${{{'.'.join(str(one) for one in listed(argument))}}}"
        case "Fn::Sub":
            return _sub(argument, depth)
        case "Fn::Join":
            return _join(argument, depth)
        case _:
            return SOMETHING


def _sub(argument: Value, depth: int) -> str:
    template, *rest = listed(argument) or [""]
    own = mapping(rest[0]) if rest else {}
    if not isinstance(template, str):
        return SOMETHING

    def filled(found: re.Match[str]) -> str:
        return _text(own[found[1]], depth + 1) if found[1] in own else found[0]

    return _PLACEHOLDER.sub(filled, template)


def _join(argument: Value, depth: int) -> str:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[1], list):
        return SOMETHING
    return str(argument[0]).join(_text(one, depth + 1) for one in argument[1])
