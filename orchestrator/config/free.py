"""JSON values out of free-form YAML (the options of a blueprint), by the rules of the YAML 1.2 core schema.

Where YAML 1.1 and 1.2 disagree (`no`, `on`, `0777`, `12:30`) the text is kept and the operator is told.
"""

from __future__ import annotations

import math
import re

from orchestrator.config.problems import Path, Place, Problems, show
from orchestrator.config.scalars import is_null, other_reading
from orchestrator.config.tree import ListNode, MappingNode, Node, Refused, Scalar
from orchestrator.core.json_values import FrozenJson, JsonObject

_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MOST_EXACT = 2**53  # beyond it JSON readers that use doubles lose digits
_LONGEST_NUMBER = 64


def freeze(node: Node, path: Path, places: dict[Path, Place], problems: Problems) -> FrozenJson:
    """The value of `node`; notes the place of everything inside in `places` and what is wrong in `problems`."""
    places[path] = node.at
    match node:
        case Scalar():
            return _scalar(node, path, problems)
        case ListNode(items):
            return tuple(freeze(one, (*path, f"[{index}]"), places, problems) for index, one in enumerate(items))
        case MappingNode(entries):
            pairs = [(one.key.text, freeze(one.value, (*path, one.key.text), places, problems)) for one in entries]
            return JsonObject(tuple(pairs))
        case Refused():
            return None


def _scalar(scalar: Scalar, path: Path, problems: Problems) -> FrozenJson:
    if not scalar.plain:
        return scalar.text
    if is_null(scalar):
        return None
    if _TRUE.fullmatch(scalar.text):
        return True
    if _FALSE.fullmatch(scalar.text):
        return False
    if _NO_JSON.fullmatch(scalar.text):
        problems.error(scalar.at, path, f"{scalar.text} has no value in JSON", fix="write a number, or text in quotes")
        return None
    return _number_or_text(scalar, path, problems)


def _number_or_text(scalar: Scalar, path: Path, problems: Problems) -> FrozenJson:
    text = scalar.text
    whole, broken = _INTEGER.fullmatch(text), _FLOAT.fullmatch(text)
    if whole is None and broken is None:
        if reading := other_reading(scalar):
            message = f"{show(text)} is kept as text, though other YAML tools read {reading}"
            problems.warning(scalar.at, path, message, fix="put it in quotes")
        return text
    value: int | float = 0
    if len(text) <= _LONGEST_NUMBER:
        value = int(text, 16 if text.startswith("0x") else 10) if whole else float(text)
    if len(text) > _LONGEST_NUMBER or (whole and abs(value) > _MOST_EXACT) or not math.isfinite(value):
        problems.error(
            scalar.at, path, f"{show(text)} is too large a number", fix="put it in quotes to keep it as text"
        )
        return None
    return value
