"""Text and numbers out of scalars, typed by what the key expects and never by what YAML would guess."""

from __future__ import annotations

import re

from orchestrator.config.problems import Path, Problems, show
from orchestrator.config.spec import Portion, Text, Whole
from orchestrator.config.suggest import alternatives, write_one_of
from orchestrator.config.tree import Scalar

# What YAML 1.1 makes of text without quotes (yaml.org/type). Editors and other tools still read files that way.
_YAML_1_1 = (
    ("a boolean", re.compile(r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|[yYnN]")),
    ("an octal number", re.compile(r"[-+]?0[0-7_]+")),
    ("a number", re.compile(r"[-+]?([0-9][0-9_]*|0b[01_]+|0x[0-9a-fA-F_]+)")),
    ("a number", re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)")),
    ("a number", re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+|\.(nan|NaN|NAN)")),
    ("a number in base 60", re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")),
    ("a date", re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")),
)
_NULL = re.compile(r"(~|null|Null|NULL)?")
_MOST_DIGITS = 15
FLAGS = ("true", "false")
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_PORTION = re.compile(r"(0|[1-9][0-9]{0,5})(%?)")


def is_null(scalar: Scalar) -> bool:
    """Nothing is written, or one of YAML's words for nothing; quotes make it text."""
    return not scalar.text or (scalar.plain and bool(_NULL.fullmatch(scalar.text)))


def other_reading(scalar: Scalar) -> str:
    """What other YAML tools take this scalar for, when that is not text: `a boolean`, `an octal number`, ..."""
    if not scalar.plain:
        return ""
    return next((what for what, pattern in _YAML_1_1 if pattern.fullmatch(scalar.text)), "")


def text(scalar: Scalar, spec: Text, path: Path, problems: Problems) -> str:
    """The text, or nothing when it was reported as wrong."""
    fault = _text_fault(scalar, spec)
    if not fault:
        return scalar.text
    fix = "" if problems.full else _text_fix(scalar, spec)
    problems.error(scalar.at, path, fault, fix=fix)
    return ""


def whole(scalar: Scalar, spec: Whole, path: Path, problems: Problems) -> int | None:
    """The number, or None when it was reported as wrong."""
    written = show(scalar.text)
    fault = ""
    if not scalar.plain:
        fault = f"{written} is text"
    elif not _WHOLE.fullmatch(scalar.text):
        fault = f"{written} is not a whole number" if scalar.text else "is empty"
    elif len(scalar.text) > _MOST_DIGITS or not _allowed(int(scalar.text), spec):
        fault = f"{written} is not allowed"
    if not fault:
        return int(scalar.text)
    problems.error(scalar.at, path, fault, fix=_whole_fix(spec))
    return None


def flag(scalar: Scalar, path: Path, problems: Problems) -> bool | None:
    """True or False, or None when it was reported as wrong. YAML 1.1's other words (yes, off) are none of them."""
    if scalar.plain and scalar.text in FLAGS:
        return scalar.text == FLAGS[0]
    fault = "is empty" if is_null(scalar) else f"{show(scalar.text)} is neither true nor false"
    problems.error(scalar.at, path, fault, fix=f"write {alternatives(FLAGS)}, without quotes")
    return None


def portion(scalar: Scalar, spec: Portion, path: Path, problems: Problems) -> str:
    """The number or percentage as it is written, or nothing when it was reported as wrong."""
    found = _PORTION.fullmatch(scalar.text)
    if found:
        number, percent = int(found[1]), bool(found[2])
        if spec.least_percent <= number <= 100 if percent else scalar.plain and spec.least <= number:
            return scalar.text
    fault = f"{show(scalar.text)} is not allowed" if scalar.text else "is empty"
    fix = f"write a whole number of {spec.what} from {spec.least}, without quotes, or {spec.least_percent}% to 100%"
    problems.error(scalar.at, path, fault, fix=fix)
    return ""


def _text_fault(scalar: Scalar, spec: Text) -> str:
    written = show(scalar.text)
    if is_null(scalar):
        return "is empty"
    reading = other_reading(scalar)
    if reading and _fits(scalar.text, spec):
        return f"{scalar.text} is not in quotes: other YAML tools read {reading}"
    if spec.choices:
        return "" if scalar.text in spec.choices else f"{written} is not known"
    if len(scalar.text) > spec.longest:
        return f"{written} has {len(scalar.text)} characters, at most {spec.longest} are allowed"
    return "" if _fits(scalar.text, spec) else f"{written} does not fit"


def _text_fix(scalar: Scalar, spec: Text) -> str:
    if not is_null(scalar) and other_reading(scalar) and _fits(scalar.text, spec):
        return f'write "{scalar.text}"'
    return write_one_of(scalar.text, spec.choices) if spec.choices else f"write {spec.what}"


def _fits(value: str, spec: Text) -> bool:
    if spec.choices:
        return value in spec.choices
    return len(value) <= spec.longest and (not spec.pattern or bool(re.fullmatch(spec.pattern, value, re.ASCII)))


def _allowed(number: int, spec: Whole) -> bool:
    return number in spec.choices if spec.choices else spec.least <= number <= spec.most


def _whole_fix(spec: Whole) -> str:
    if spec.choices:
        return f"write {alternatives(tuple(map(str, spec.choices)))} ({spec.what})"
    return f"write a whole number of {spec.what} from {spec.least} to {spec.most}, without quotes"
