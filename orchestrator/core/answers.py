"""What Route 53 answers, and why: records and the health of their checks in, the answer and its reason out.

Source: Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is configured".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from orchestrator.core.dns import FailoverRole, RecordSet
from orchestrator.core.zone_view import ZoneView

ALIAS_TTL_S = 60
"""An alias to an API Gateway domain is answered with this TTL; nobody can change it."""
MOST_VALUES = 8
"""A multivalue answer holds at most so many records."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `values` is () for a name without records of that type (`nxdomain`: without any).

    `records` is the chain that was followed, the record of the asked name first; `ttl_s` is the shortest in it.
    """

    values: tuple[str, ...]
    ttl_s: int
    records: tuple[RecordSet, ...]
    reason: str
    nxdomain: bool = False


def answer(
    records: Iterable[RecordSet],
    name: str,
    type: str,
    healthy: Mapping[str, bool],
    *,
    client_region: str = "",
    draw: float = 0.0,
    resolve_outside: Callable[[str], str] | None = None,
) -> Answer:
    """Answer one question. `healthy` by health check id; an id that is not there counts as healthy.

    `client_region` is where a latency question comes from; `draw` in [0, 1) chooses among weighted and multivalue
    records. A chain that leaves the zone ends with the outside name, or what `resolve_outside` makes of it.
    """
    zone = ZoneView.of(records, healthy)
    return answer_of(zone, name, type, client_region=client_region, draw=draw, resolve_outside=resolve_outside)


def answer_of(
    zone: ZoneView,
    name: str,
    type: str,
    *,
    client_region: str = "",
    draw: float = 0.0,
    resolve_outside: Callable[[str], str] | None = None,
) -> Answer:
    """The same for a zone that was put in order once, for many questions."""
    choice = _Choice(zone, client_region, draw)
    return _Walk(zone, choice, resolve_outside).follow(name.lower().removesuffix("."), type, frozenset())


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows aliases and CNAMEs from group to group."""

    zone: ZoneView
    choice: _Choice
    resolve_outside: Callable[[str], str] | None

    def follow(self, name: str, type_: str, seen: frozenset[str]) -> Answer:
        group = self.zone.group(name, type_)
        if name in seen:
            return Answer((), 0, (), f"{name} leads back to itself")
        if not group:
            found = self.zone.exists(self.zone.owner(name))
            return Answer((), 0, (), f"{name} has no {type_} record", nxdomain=not found)
        chosen, reason = self.choice.of(group)
        first = chosen[0]
        onward = _onward(first, type_)
        if not onward:
            values = tuple(str(value) for record in chosen for value in record.values)
            return Answer(values, first.ttl_s or 0, chosen, reason)
        ttl = first.ttl_s if first.alias is None else None
        if not self.zone.exists(self.zone.owner(onward)) and not self.zone.holds(onward):
            return self._outside(onward, first, ttl, reason)
        rest = self.follow(onward, type_, seen | {name})
        shortest = rest.ttl_s if ttl is None else min(ttl, rest.ttl_s)
        return replace(rest, ttl_s=shortest, records=(first, *rest.records), reason=f"{reason}; {rest.reason}")

    def _outside(self, name: str, record: RecordSet, ttl_s: int | None, reason: str) -> Answer:
        value = self.resolve_outside(name) if self.resolve_outside else name
        return Answer((value,), ALIAS_TTL_S if ttl_s is None else ttl_s, (record,), reason)


def _onward(record: RecordSet, type_: str) -> str:
    """The name at which the search goes on: an alias's target, or a CNAME's when something else was asked for."""
    if record.alias is not None:
        return str(record.alias.name)
    return str(record.values[0]) if record.type == "CNAME" and type_ != "CNAME" else ""


@dataclass(frozen=True, slots=True)
class _Choice:
    """Chooses from a group of records, by the policy that they have."""

    zone: ZoneView
    client_region: str
    draw: float

    def of(self, group: Sequence[RecordSet]) -> tuple[tuple[RecordSet, ...], str]:
        """The records that answer (several only for multivalue), and why."""
        first = group[0]
        if first.failover is not None:
            return self._failover(group)
        if first.weight is not None:
            return self._weighted(group)
        if first.region:
            return self._latency(group)
        if first.multivalue:
            return self._multivalue(group)
        return (first,), f"{first.name} has one record"

    def _failover(self, group: Sequence[RecordSet]) -> tuple[tuple[RecordSet, ...], str]:
        primary = next((one for one in group if one.failover is FailoverRole.PRIMARY), None)
        secondary = next((one for one in group if one.failover is FailoverRole.SECONDARY), None)
        if primary is not None and self.zone.is_healthy(primary):
            return (primary,), f"PRIMARY {primary.set_identifier} is healthy"
        if secondary is not None and self.zone.is_healthy(secondary):
            return (secondary,), f"SECONDARY {secondary.set_identifier} is healthy, the PRIMARY is not"
        last = primary or group[0]
        role = "PRIMARY" if primary else "SECONDARY"
        return (last,), f"nothing at {last.name} is healthy, so {role} {last.set_identifier} answers"

    def _weighted(self, group: Sequence[RecordSet]) -> tuple[tuple[RecordSet, ...], str]:
        """Records of weight 0 count only when no other is healthy; all of weight 0 are equals."""
        healthy, why = self._living(group)
        heavy = [one for one in healthy if one.weight] or list(healthy)
        edges = tuple(accumulate(one.weight or 1 for one in heavy))
        aim = self.draw * edges[-1]
        chosen = next((one for one, edge in zip(heavy, edges, strict=True) if aim < edge), heavy[-1])
        return (chosen,), f"{chosen.set_identifier} was drawn by weight{why}"

    def _latency(self, group: Sequence[RecordSet]) -> tuple[tuple[RecordSet, ...], str]:
        healthy, why = self._living(group)
        nearest = min(healthy, key=lambda record: (_distance(record.region, self.client_region), record.region))
        return (nearest,), f"{nearest.set_identifier} is nearest{why}"

    def _multivalue(self, group: Sequence[RecordSet]) -> tuple[tuple[RecordSet, ...], str]:
        healthy, why = self._living(group)
        start = int(self.draw * len(healthy))
        turned = (*healthy[start:], *healthy[:start])[:MOST_VALUES]
        return turned, f"{len(turned)} of {len(group)} values{why}"

    def _living(self, group: Sequence[RecordSet]) -> tuple[Sequence[RecordSet], str]:
        """The healthy records; when there are none, Route 53 takes all of them for healthy."""
        healthy = [record for record in group if self.zone.is_healthy(record)]
        if not healthy:
            return group, ": nothing is healthy, so all count as healthy"
        return healthy, f", {len(group) - len(healthy)} unhealthy left out" if len(healthy) < len(group) else ""


def _distance(region: str, client_region: str) -> int:
    """A stand-in for AWS's latency measurements, which nobody outside has: same region, same continent, elsewhere."""
    if region == client_region:
        return 0
    return 1 if region.split("-")[0] == client_region.split("-")[0] else 2
