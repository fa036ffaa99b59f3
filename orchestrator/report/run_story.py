"""A run as its drawings need it: who served, where requests failed, who was away, all in seconds from the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from orchestrator.core.run_report import RunReport
from orchestrator.core.traffic import QUIET_S, Span, TrafficRequest, percentile

NOWHERE: Final = ""
"""The lane of failures that no region can be blamed for."""
_MOST_STRANGERS = 6
"""So many lanes for regions that only the network named: an answer may claim any."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One region. `good` counts its good answers; `failed` are the moments of requests that it did not answer well."""

    region: str
    good: int
    served: tuple[Span, ...]
    failed: tuple[float, ...]
    away: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """`started` and `ended` hold everything. `requests` are told from the decision, by their start."""

    started: float
    ended: float
    lanes: tuple[Lane, ...]
    requests: tuple[TrafficRequest, ...]

    @property
    def lasted_s(self) -> float:
        """Never zero: it divides."""
        return max(self.ended - self.started, 0.001)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The requests that began within one part of the time. Latencies are of the good ones, 0 without one."""

    started: float
    ended: float
    good: int
    failed: int
    median_s: float
    high_s: float


def story(report: RunReport) -> Story:
    """The report's requests and spans on the run's own clock."""
    offset = since_decision(report, report.traffic_from) or 0.0
    requests = tuple(sorted((replace(one, at=one.at + offset) for one in report.requests), key=lambda one: one.at))
    ends = [0.0, since_decision(report, report.run.ended_at) or 0.0, *(one.ended for one in requests)]
    started = min([0.0, *(one.at for one in requests[:1])])
    return Story(started, max(*ends, started + 1), _lanes(report, requests, offset, max(ends)), requests)


def since_decision(report: RunReport, at: datetime | None) -> float | None:
    """Seconds from the start of the run, None for what has not happened."""
    return None if at is None else (at - report.run.started_at).total_seconds()


def sent_to(requests: Sequence[TrafficRequest]) -> tuple[str, ...]:
    """Where each request went: the region that answered, else the one that alone ever answered at that address."""
    homes: dict[str, set[str]] = {}
    for one in requests:
        if one.region and one.address:
            homes.setdefault(one.address, set()).add(one.region)
    alone = {address: next(iter(regions)) for address, regions in homes.items() if len(regions) == 1}
    return tuple(one.region or alone.get(one.address, NOWHERE) for one in requests)


def sent_spans(told: Story) -> tuple[tuple[Span, tuple[TrafficRequest, ...]], ...]:
    """The stretches of time in which users were sent to each region, with the requests, by their start."""
    spans: list[tuple[Span, list[TrafficRequest]]] = []
    latest: dict[str, int] = {}
    for region, one in zip(sent_to(told.requests), told.requests, strict=True):
        place = latest.get(region)
        if place is not None and one.at - spans[place][0].ended <= QUIET_S:
            span, held = spans[place]
            spans[place] = (replace(span, ended=max(span.ended, one.at)), held)
            held.append(one)
        else:
            latest[region] = len(spans)
            spans.append((Span(region, one.at, one.at), [one]))
    return tuple((span, tuple(held)) for span, held in spans)


def buckets(told: Story, number: int) -> tuple[Bucket, ...]:
    """The whole time in `number` equal parts."""
    held: list[list[TrafficRequest]] = [[] for _ in range(number)]
    for one in told.requests:
        place = int((one.at - told.started) / told.lasted_s * number)
        held[min(max(place, 0), number - 1)].append(one)
    width = told.lasted_s / number
    return tuple(_bucket(told.started + place * width, width, part) for place, part in enumerate(held))


def _bucket(started: float, width: float, held: Sequence[TrafficRequest]) -> Bucket:
    good = [one.latency_s for one in held if one.ok]
    return Bucket(
        started, started + width, len(good), len(held) - len(good), percentile(good, 50), percentile(good, 95)
    )


def _lanes(report: RunReport, requests: Sequence[TrafficRequest], offset: float, ended: float) -> tuple[Lane, ...]:
    failed: dict[str, list[float]] = {}
    for region, one in zip(sent_to(requests), requests, strict=True):
        if not one.ok:
            failed.setdefault(region, []).append(one.at)
    good = dict(report.traffic.by_region) if report.traffic else {}
    spans = report.traffic.served if report.traffic else ()
    away = _away(report, ended)
    names = _names(report, Counter(good) + Counter({region: len(moments) for region, moments in failed.items()}))
    return tuple(
        Lane(
            name,
            good.get(name, 0),
            tuple(Span(name, one.started + offset, one.ended + offset) for one in spans if one.region == name),
            tuple(failed.get(name, ())),
            tuple(one for one in away if one.region == name),
        )
        for name in names
    )


def _names(report: RunReport, met: Counter[str]) -> tuple[str, ...]:
    """The regions of the topology in their order, then strangers, and last the failures that went nowhere."""
    strangers = [name for name, _ in met.most_common() if name and name not in report.facts.regions]
    nowhere = (NOWHERE,) if met[NOWHERE] else ()
    return (*report.facts.regions, *sorted(strangers[:_MOST_STRANGERS]), *nowhere)


def _away(report: RunReport, ended: float) -> tuple[Span, ...]:
    """When the region was taken out. A failback finds it out; a failover leaves it so."""
    region = report.facts.region
    steps = {step.id: step for step in report.run.steps}
    taken, back = steps.get("take-out"), steps.get("put-back")
    lever = steps.get(f"lever:evacuate:{region}")
    if taken is not None:
        since = since_decision(report, taken.ended_at)
        until = since_decision(report, back.ended_at) if back is not None else None
    elif lever is not None and report.run.verb == "failback":
        since, until = 0.0, since_decision(report, lever.ended_at)
    else:
        since, until = since_decision(report, lever.ended_at) if lever is not None else None, None
    if since is None:
        return ()
    return (Span(region, since, ended if until is None else until),)
