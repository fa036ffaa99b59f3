"""The hosted zones of every account as the name servers publish them: a question in, an answer out.

A change is published after the propagation delay. Names of AWS's own (API Gateway's d-..., load balancers') stand for
the loopback address of their region.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.core.answers import Answer, answer
from orchestrator.core.dns import RecordSet
from orchestrator.local.regions import ADDRESSES
from orchestrator.local.stored_records import is_foreign, plain_name, stored_record

_MOST_ZONES_IN_A_CHAIN = 8


@dataclass(frozen=True, slots=True)
class Zone:
    """One public hosted zone with the records that are published now."""

    id: str
    name: str
    records: tuple[RecordSet, ...]


@dataclass(frozen=True, slots=True)
class _Superseded:
    """Records that are still published until a moment (monotonic seconds)."""

    until: float
    stored: Sequence[Mapping[str, Any]]


class Zones:
    """Reads the emulator's zones. `healthy` tells the health of every check by id; `draw` gives numbers in [0, 1)."""

    def __init__(self, healthy: Callable[[], Mapping[str, bool]], draw: Callable[[], float], delay_s: float) -> None:
        self._healthy, self._draw, self._delay_s = healthy, draw, delay_s
        self._old: dict[str, deque[_Superseded]] = {}
        self._read: dict[str, tuple[Sequence[Mapping[str, Any]], tuple[RecordSet, ...]]] = {}

    def supersede(self, zone_id: str, stored: Sequence[Mapping[str, Any]]) -> None:
        """Called after a change with what the zone held before it: that stays published for the delay."""
        self._old.setdefault(zone_id, deque()).append(_Superseded(time.monotonic() + self._delay_s, stored))

    def zone(self, zone_id: str) -> Zone | None:
        """A public zone of any account, by id."""
        return next((self._zone(key, zone) for key, zone in _public_zones() if key == zone_id), None)

    def zone_of(self, name: str) -> Zone | None:
        """The zone that answers for a name: the longest that ends it, the oldest of several of one name."""
        fits = [
            (key, zone)
            for key, zone in _public_zones()
            if name == plain_name(zone["name"]) or name.endswith(f".{plain_name(zone['name'])}")
        ]
        best = max(fits, key=lambda one: len(one[1]["name"]), default=None)
        return self._zone(*best) if best else None

    def ask(self, zone: Zone, name: str, kind: str, *, client_region: str = "", depth: int = 0) -> Answer:
        """What Route 53 answers from this zone; a chain goes on in other zones of ours."""

        def outside(target: str) -> str:
            elsewhere = self.zone_of(target)
            if address_of(target) or elsewhere is None or depth >= _MOST_ZONES_IN_A_CHAIN:
                return address_of(target) or target
            found = self.ask(elsewhere, target, kind, client_region=client_region, depth=depth + 1)
            return found.values[0] if found.values else target

        return answer(
            zone.records,
            name,
            kind,
            self._healthy(),
            client_region=client_region,
            draw=self._draw(),
            resolve_outside=outside,
        )

    def address(self, name: str) -> str:
        """The address behind a name, "" when it has none here."""
        if own := address_of(name):
            return own
        zone = self.zone_of(name)
        found = self.ask(zone, name, "A").values if zone else ()
        return found[0] if found else ""

    def _zone(self, zone_id: str, zone: Mapping[str, Any]) -> Zone:
        return Zone(zone_id, plain_name(zone["name"]), self._records(zone_id))

    def _records(self, zone_id: str) -> tuple[RecordSet, ...]:
        """The emulator puts a new list in place with each change, so a list that was read need not be read again."""
        stored = self._published(zone_id)
        known = self._read.get(zone_id)
        if known is None or known[0] is not stored:
            known = (stored, tuple(stored_record(one) for one in stored if not is_foreign(one)))
            self._read[zone_id] = known
        return known[1]

    def _published(self, zone_id: str) -> Sequence[Mapping[str, Any]]:
        old = self._old.get(zone_id, deque())
        while old and old[0].until <= time.monotonic():
            old.popleft()
        return old[0].stored if old else stored_records(zone_id)


def stored_records(zone_id: str) -> Sequence[Mapping[str, Any]]:
    """The emulator's own list of a zone's records, in whatever account the zone is."""
    from ministack.services import route53

    return next((records for (_, key), records in list(route53._records._data.items()) if key == zone_id), ())


def address_of(name: str) -> str:
    """The loopback address of the region that a name of AWS's own belongs to; "" for any other name."""
    if not name.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return ""
    return next((ADDRESSES[label] for label in name.split(".") if label in ADDRESSES), "")


def _public_zones() -> list[tuple[str, Mapping[str, Any]]]:
    """Every account's zones, oldest first."""
    from ministack.services import route53

    return [(key, zone) for (_, key), zone in list(route53._zones._data.items()) if not zone.get("private")]
