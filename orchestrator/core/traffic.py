"""What users met: every request of a prober, and what they add up to. Seconds are counted from the prober's start."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

QUIET_S = 5.0
"""A region that gave no good answer for so long had stopped to serve."""
_PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficRequest:
    """One request of one user. `status` 0: no answer, and `error` says why. `region` is "" when nobody told it.

    `host` is the name that was called, `address` what it resolved to ("" when it did not). `at` is when the request
    began, `latency_s` how long it took, name resolution included.
    """

    at: float
    latency_s: float
    resolver: int = 0
    host: str = ""
    address: str = ""
    status: int = 0
    region: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """A 2xx or 3xx answer."""
        return 200 <= self.status < 400

    @property
    def ended(self) -> float:
        """When the user had the answer, or gave up."""
        return self.at + self.latency_s


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `region` is who served in it ("" for an outage)."""

    region: str
    started: float
    ended: float

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.ended - self.started


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSummary:
    """`latency_s` maps 50, 95 and 99 to percentiles of the good answers. `served` is by start, overlapping while users
    disagree; `outages` are the gaps between good answers in which a request failed.
    """

    requests: int
    failed: int
    by_region: tuple[tuple[str, int], ...]
    latency_s: tuple[tuple[int, float], ...]
    served: tuple[Span, ...]
    outages: tuple[Span, ...]

    @property
    def longest_outage_s(self) -> float:
        """The longest time without a good answer, 0 when no request failed."""
        return max((span.duration_s for span in self.outages), default=0.0)


def summarize(
    requests: Iterable[TrafficRequest], *, clock_factor: float = 1.0, quiet_s: float = QUIET_S
) -> TrafficSummary:
    """Add up. Where a minute passes in `60 / clock_factor` seconds, times are told in that clock; latencies are real.

    `quiet_s` is in the told clock.
    """
    told = sorted(requests, key=lambda one: one.ended)
    good = [one for one in told if one.ok]
    return TrafficSummary(
        requests=len(told),
        failed=len(told) - len(good),
        by_region=tuple(sorted(Counter(one.region for one in good).items())),
        latency_s=tuple((rank, percentile([one.latency_s for one in good], rank)) for rank in _PERCENTILES),
        served=tuple(_scaled(span, clock_factor) for span in _served(good, quiet_s / clock_factor)),
        outages=tuple(_scaled(span, clock_factor) for span in _outages(told)),
    )


def users_served(
    recent: Iterable[TrafficRequest], region: str, *, leaves: bool, alone: bool = True
) -> tuple[bool, str]:
    """Whether the users of every resolver are served well: by others than `region` (`leaves`), or by it again.

    `recent` holds at least one request of each user. What counts is the last of each resolver and host. `alone` False:
    others serve beside `region`, so that anybody may. The detail tells how many are where they should be.
    """
    last = {(one.resolver, one.host): one for one in sorted(recent, key=lambda one: one.ended)}
    well = [one for one in last.values() if one.ok]
    there = sum(1 for one in well if one.region == region)
    if leaves:
        placed, where = len(well) - there, f"well and no longer by {region}"
    elif alone:
        placed, where = there, f"well by {region}"
    else:
        placed, where = len(well), "well"
    return bool(last) and placed == len(last), f"{placed} of {len(last)} resolvers are served {where}"


def percentile(values: Sequence[float], rank: int) -> float:
    """The value at `rank` percent, by nearest rank; 0 without values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * rank / 100) - 1)] if ordered else 0.0


def _scaled(span: Span, factor: float) -> Span:
    return replace(span, started=span.started * factor, ended=span.ended * factor)


def _outages(told: Sequence[TrafficRequest]) -> list[Span]:
    """From the last good answer before a failure (or the start) to the first good one after it (or the end)."""
    found: list[Span] = []
    since = min((one.at for one in told), default=0.0)
    failed = False
    for one in told:
        if one.ok and failed:
            found.append(Span("", since, one.ended))
        if one.ok:
            since, failed = one.ended, False
        else:
            failed = True
    if failed:
        found.append(Span("", since, told[-1].ended))
    return found


def _served(good: Sequence[TrafficRequest], quiet_s: float) -> list[Span]:
    """Each region's stretches of good answers; one ends when the region was quiet for longer than `quiet_s`."""
    spans: list[Span] = []
    open_spans: dict[str, int] = {}
    for one in good:
        place = open_spans.get(one.region)
        if place is not None and one.ended - spans[place].ended <= quiet_s:
            spans[place] = replace(spans[place], ended=one.ended)
        else:
            open_spans[one.region] = len(spans)
            spans.append(Span(one.region, one.ended, one.ended))
    return spans
