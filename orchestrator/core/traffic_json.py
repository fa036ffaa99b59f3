"""Requests of a run's users as compact JSON, and back: keys of one letter, what says nothing is left out.

Readers skip keys that they do not know, so that later versions can add some.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import NoReturn, TypeGuard

from orchestrator.core.traffic import TrafficRequest

_DIGITS = 3
"""Times are kept to the millisecond."""
_NUMBERS = {"r": "resolver", "s": "status"}
_TEXTS = {"a": "address", "g": "region", "e": "error", "h": "host"}
_HIGHEST_STATUS = 999


def encode_requests(requests: Iterable[TrafficRequest]) -> str:
    """A JSON list of objects: `t` and `l` are `at` and `latency_s`, the others as they are named here."""
    return json.dumps([_encoded(one) for one in requests], separators=(",", ":"), allow_nan=False)


def decode_requests(text: str) -> tuple[TrafficRequest, ...]:
    """Raises ValueError for what no version has written: not a list, texts for numbers, times before the start."""
    told = json.loads(text, parse_constant=_refuse_constant)
    if not isinstance(told, list):
        raise ValueError("requests that are not a list")
    return tuple(_decoded(one, place) for place, one in enumerate(told, start=1))


def _encoded(one: TrafficRequest) -> dict[str, object]:
    found: dict[str, object] = {"t": round(one.at, _DIGITS), "l": round(one.latency_s, _DIGITS)}
    optional = {"r": one.resolver, "s": one.status, "a": one.address, "g": one.region, "e": one.error, "h": one.host}
    return found | {key: value for key, value in optional.items() if value}


def _decoded(told: object, place: int) -> TrafficRequest:
    if not isinstance(told, dict):
        raise ValueError(f"request {place} is not an object")
    at, latency_s = told.get("t"), told.get("l")
    if not _is_seconds(at) or not _is_seconds(latency_s):
        raise ValueError(f"request {place} has no time or no duration")
    resolver, status = (_whole(told, key, place) for key in _NUMBERS)
    if status > _HIGHEST_STATUS:
        raise ValueError(f"request {place} has the status {status}")
    address, region, error, host = (_text(told, key, place) for key in _TEXTS)
    return TrafficRequest(
        at=float(at),
        latency_s=float(latency_s),
        resolver=resolver,
        address=address,
        status=status,
        region=region,
        error=error,
        host=host,
    )


def _is_seconds(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _whole(told: dict[str, object], key: str, place: int) -> int:
    value = told.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"the {_NUMBERS[key]} of request {place} is no number")
    return value


def _text(told: dict[str, object], key: str, place: int) -> str:
    value = told.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"the {_TEXTS[key]} of request {place} is no text")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no time")
