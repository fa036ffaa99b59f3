"""The proof of failover: for every combination of dead and evacuated regions, who answers the shared name.

Nothing is assumed about the records: each combination is put to the same rules by which Route 53 answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from orchestrator.core.answers import Answer, answer_of
from orchestrator.core.check_health import AlarmState, CheckState, check_health
from orchestrator.core.detection import Detection
from orchestrator.core.dns import HealthCheck, RecordSet
from orchestrator.core.zone_view import ZoneView

EVERY_COMBINATION = 4
"""Up to so many regions all combinations are tried; with more, up to two lost ones, and the first k of the order.

All of them would be 52,212 rows for twenty regions, and seconds of every plan.
"""
_MOST_LOST = 2
_ALIVE, _DEAD = CheckState(observations=(True,)), CheckState(observations=(False,))
_OUT = CheckState(alarm=AlarmState.ALARM, last_known=False)
"""An alarm that says out, or a routing control that is Off: each kind of check reads the one that it follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is proven: the shared name `host`, the records and checks behind it, and what each check stands for.

    `regions` are in the order in which they should answer. `watches` and `levers` map ids of checks to regions: an
    endpoint check fails when its region is dead, a lever's when its region is evacuated.
    """

    host: str
    regions: tuple[str, ...]
    records: tuple[RecordSet, ...]
    checks: tuple[HealthCheck, ...]
    watches: tuple[tuple[str, str], ...] = ()
    levers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProofRow:
    """One combination. `answers`: the regions that users are sent to, () when some of them get no answer.

    Several answer under weighted and latency routing; `reason` and `records` (the chain) are of the worst answer.
    """

    dead: tuple[str, ...]
    evacuated: tuple[str, ...]
    answers: tuple[str, ...]
    reason: str
    records: tuple[RecordSet, ...] = ()

    @property
    def lost(self) -> frozenset[str]:
        """The regions that should not answer."""
        return frozenset((*self.dead, *self.evacuated))


@dataclass(frozen=True, slots=True)
class Proof:
    """The table, the arithmetic and the objective (seconds). `every`: no combination was left out."""

    regions: tuple[str, ...]
    rows: tuple[ProofRow, ...]
    detection: Detection
    objective_s: int
    every: bool = True

    def misled(self, row: ProofRow) -> tuple[str, ...]:
        """The lost regions that still answer although another region lives; with nobody left, anybody may."""
        return tuple(region for region in row.answers if region in row.lost) if self.living(row) else ()

    def living(self, row: ProofRow) -> tuple[str, ...]:
        """The regions that could answer."""
        return tuple(region for region in self.regions if region not in row.lost)


def prove(subject: Subject) -> tuple[ProofRow, ...]:
    """Every row, fewest losses first."""
    places = {region for _, region in subject.levers}
    movable = tuple(region for region in subject.regions if region in places)
    zone = ZoneView.of(_equal(subject.records), {})
    return tuple(
        _row(subject, zone, dead, evacuated)
        for evacuated in _subsets(movable)
        # The tool never evacuates every region.
        if len(evacuated) < len(subject.regions)
        for dead in _subsets(subject.regions)
        if _is_tried(subject.regions, dead, evacuated)
    )


def region_of(record: RecordSet, values: tuple[str, ...], regions: tuple[str, ...]) -> str:
    """The region that an answer leads to: AWS writes it into the name of an API domain. Else by the set identifier."""
    for value in values:
        found = next((region for region in regions if region in value.split(".")), "")
        if found:
            return found
    return next((region for region in regions if record.set_identifier.endswith(f"-{region}")), "")


def answering_region(given: Answer, regions: tuple[str, ...]) -> str:
    """The region that one answer leads to, "" for none."""
    return region_of(given.records[-1], given.values, regions) if given.values and given.records else ""


def _is_tried(regions: tuple[str, ...], dead: tuple[str, ...], evacuated: tuple[str, ...]) -> bool:
    """Of many regions, those lost in both ways count together; the first k are lost in one way."""
    return len(regions) <= EVERY_COMBINATION or not dead or not evacuated or len(dead) + len(evacuated) <= _MOST_LOST


def _subsets(regions: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(regions) <= EVERY_COMBINATION:
        for size in range(len(regions) + 1):
            yield from combinations(regions, size)
        return
    for size in range(_MOST_LOST + 1):
        yield from combinations(regions, size)
    yield from (regions[:size] for size in range(_MOST_LOST + 1, len(regions) + 1))


def who_answers(
    host: str, regions: tuple[str, ...], records: tuple[RecordSet, ...], healthy: Mapping[str, bool]
) -> tuple[tuple[str, Answer], ...]:
    """Every answer that users can get for `host`, each with its region ("" when it leads to none of `regions`)."""
    return _answers(host, regions, records, ZoneView.of(_equal(records), healthy))


def _equal(records: tuple[RecordSet, ...]) -> list[RecordSet]:
    """Equal weights: with n records the draws of _questions meet every one of them, however few are healthy."""
    return [one if one.weight is None else replace(one, weight=min(1, one.weight)) for one in records]


def _answers(
    host: str, regions: tuple[str, ...], records: tuple[RecordSet, ...], zone: ZoneView
) -> tuple[tuple[str, Answer], ...]:
    questions = _questions(regions, records)
    given = (answer_of(zone, host, "A", client_region=client, draw=draw) for client, draw in questions)
    return tuple((answering_region(one, regions), one) for one in given)


def _row(subject: Subject, zone: ZoneView, dead: tuple[str, ...], evacuated: tuple[str, ...]) -> ProofRow:
    healthy = _health(subject, dead, evacuated)
    met = _answers(subject.host, subject.regions, subject.records, replace(zone, healthy=healthy))
    found = {region for region, _ in met}
    lost = {"", *dead, *evacuated}
    # What a reader must see is an answer that leads nowhere or into a lost region.
    told = next((given for region, given in met if region in lost), met[0][1])
    regions = () if "" in found else tuple(region for region in subject.regions if region in found)
    return ProofRow(dead, evacuated, regions, told.reason, told.records)


def _health(subject: Subject, dead: tuple[str, ...], evacuated: tuple[str, ...]) -> Mapping[str, bool]:
    states = {check: _DEAD if region in dead else _ALIVE for check, region in subject.watches}
    states |= {check: _OUT if region in evacuated else CheckState() for check, region in subject.levers}
    checks = {check.id: check for check in subject.checks}
    return {check.id: check_health(check, states, checks)[0] for check in subject.checks}


def _questions(regions: tuple[str, ...], records: tuple[RecordSet, ...]) -> list[tuple[str, float]]:
    """(client region, draw): one question for failover, and for other policies enough to meet every possible answer."""
    clients = regions if any(record.region for record in records) else ("",)
    drawn = any(record.weight is not None or record.multivalue for record in records)
    count = len(records) if drawn else 1
    return [(client, (place + 0.5) / count) for client in clients for place in range(count)]
