"""The releases that the artifact buckets keep, told together: each bucket may know of some that others lack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestrator.core.state import KeptRelease


def kept_once(listed: Iterable[KeptRelease]) -> tuple[KeptRelease, ...]:
    """Each once, newest first: as kept since its first record, and landed when any bucket says so last."""
    found: dict[str, KeptRelease] = {}
    for one in sorted(listed, key=lambda one: one.stored_at):
        known = found.setdefault(one.release, one)
        landed = [at for at in (known.landed_at, one.landed_at) if at is not None]
        found[one.release] = replace(known, landed_at=max(landed, default=None))
    return tuple(reversed(found.values()))
