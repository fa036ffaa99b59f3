"""Calls to the embedded AWS's own administration endpoint: faults, and an organization as regions.yaml expects it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.core.errors import AwsError, Unreachable
from orchestrator.local.lifecycle import LocalAws, ensure_running

_PATIENCE_S = 10.0
_FIRST_INVENTED = 100_000_000_001
_PER_UNIT = 2


def ask_administration(running: LocalAws, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    """The JSON answer. Never through a proxy: it is on this machine. Raises AwsError, Unreachable."""
    from http.client import HTTPConnection, HTTPException

    where = f"{method} /_orchestrator/{path}"
    connection = HTTPConnection("127.0.0.1", running.port, timeout=_PATIENCE_S)
    try:
        connection.request(method, f"/_orchestrator/{path}", json.dumps(body) if body else None)
        answer = connection.getresponse()
        status, told = answer.status, json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as error:
        ensure_running(running)
        raise Unreachable(f"the embedded AWS does not answer: {error}", where=where) from error
    finally:
        connection.close()
    if status >= 400:
        raise AwsError(f"the embedded AWS did not take it: {told['error']}", where=where)
    return told


def invent_units(running: LocalAws, units: Sequence[str]) -> None:
    """Make these organizational units, each with two accounts of its own."""
    for place, unit in enumerate(units):
        first = _FIRST_INVENTED + place * _PER_UNIT
        accounts = [f"{first + number:012}" for number in range(_PER_UNIT)]
        ask_administration(running, "POST", "organization", {"unit": unit, "accounts": accounts})
