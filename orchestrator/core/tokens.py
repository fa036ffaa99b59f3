"""Deterministic idempotency tokens: the same intention from the same observed state has the same token.

A crash before the effect repeats the token. StackSets runs an OperationId once and for all, so an operation that has
ended, however it ended, spends its token: who still needs the effect needs the next one.
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.state import ObservedStackSet


def operation_id(kind: str, parts: Iterable[object], observed: ObservedStackSet | None) -> str:
    """An OperationId for one intention, not yet spent by an operation that has ended."""
    spent = {operation.id for operation in (observed.operations if observed else ()) if operation.status.ended}
    base, attempt = [str(part) for part in parts], 0
    while (token := _token(kind, base, attempt)) in spent:
        attempt += 1
    return token


def _token(kind: str, parts: list[str], attempt: int) -> str:
    return f"{kind}-{digest(canonical_json([kind, parts, attempt]))[:32]}"


def request_token(*parts: str) -> str:
    """A ClientRequestToken (at most 128 of [a-zA-Z0-9-]) for one call of one step."""
    return digest(canonical_json(list(parts)))[:40]
