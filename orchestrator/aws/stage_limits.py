"""What a stage's throttling was before an outage, as the values of tags: read by whoever puts it back.

Tag values have 256 characters of a-z A-Z 0-9 + - = . _ : / (API Gateway, TagResource); a stage has at most 50 tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

TAG = "orchestrator-drill"
_LONGEST = 256
_NOTHING = "none"
_PLAIN = re.compile(rb"[A-Za-z0-9/.-]")
_ESCAPED = re.compile(r"(?:[A-Za-z0-9/.-]|_[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests at once and requests per second; None where nothing was set."""

    burst: int | None
    rate: float | None


ZERO = Limit(0, 0.0)


def as_tags(before: Mapping[str, Limit]) -> dict[str, str]:
    """Route or method -> limit as `KEY=BURST:RATE`, joined by `+`, in as many tags as it takes."""
    entries = (f"{_escape(key)}={_number(one.burst)}:{_number(one.rate)}" for key, one in sorted(before.items()))
    text = "+".join(entries) or _NOTHING
    parts = [text[first : first + _LONGEST] for first in range(0, len(text), _LONGEST)]
    return {_name(number): part for number, part in enumerate(parts, 1)}


def of_tags(tags: Mapping[str, str]) -> dict[str, Limit] | None:
    """What `as_tags` was given; None when the stage carries no such tag. Raises ValueError for anything else."""
    if TAG not in tags:
        return None
    parts, number = [tags[TAG]], 2
    while (name := _name(number)) in tags:
        parts.append(tags[name])
        number += 1
    text = "".join(parts)
    return {} if text == _NOTHING else dict(_entry(one) for one in text.split("+"))


def tag_keys(tags: Mapping[str, str]) -> list[str]:
    """Those of a stage's tags that are ours."""
    return sorted(key for key in tags if key == TAG or re.fullmatch(rf"{TAG}-\d+", key))


def _name(number: int) -> str:
    return TAG if number == 1 else f"{TAG}-{number}"


def _escape(key: str) -> str:
    raw = (bytes([byte]) for byte in key.encode())
    return "".join(one.decode() if _PLAIN.fullmatch(one) else f"_{one.hex()}" for one in raw)


def _entry(text: str) -> tuple[str, Limit]:
    key, _, limit = text.partition("=")
    burst, colon, rate = limit.partition(":")
    if not colon or not _ESCAPED.fullmatch(key):
        raise ValueError(f"{text!r} is no limit")
    raw = re.sub(rb"_([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), key.encode())
    return raw.decode(), Limit(int(burst) if burst else None, float(rate) if rate else None)


def _number(value: float | None) -> str:
    """`+` separates entries, so that 1e+16 is written 1e16."""
    return "" if value is None else repr(value).replace("+", "")
