"""A small world of users, and the parts of a run's report: what the samples are made of.

Each user asks once per second, and follows DNS as soon as the cached answer runs out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.proof import Proof
from orchestrator.core.proof_subject import desired_subject, proof_of
from orchestrator.core.run import Run, StepRecord, StepStatus, Verdict
from orchestrator.core.run_report import Phase, RunReport
from orchestrator.core.traffic import TrafficRequest, summarize
from tests.report.samples import NOON
from tests.sample_world import EAST, NAMES, SOUTH, WEST, topology

SHARED = "sample.fed.dev"
ADDRESSES = {EAST: "203.0.113.10", WEST: "198.51.100.20", SOUTH: "192.0.2.30"}
_WARM_S = 5.0
"""Users ask for so long before the decision."""
_PHASES = (
    "decision",
    "lever",
    "alarm agrees",
    "name servers answer",
    "first good answer",
    "all resolvers good",
    "hold",
    "put back",
    "all good again",
)
Place = Callable[[float, int], str]
"""(seconds from the decision, user) -> the region that DNS sends the user to."""


def proof(*regions: str) -> Proof:
    made = topology(*regions)
    return proof_of(made, desired_subject(made, made.environments[0], NAMES))


def asked(
    place: Place, ended: float, *, users: int = 8, dead: Callable[[float, str], bool], per_second: float = 1.0
) -> tuple[TrafficRequest, ...]:
    """Every user's requests from five seconds before the decision to `ended`, told from the first of them."""
    return tuple(sorted(_asked(place, ended, users, dead, per_second), key=lambda one: one.at))


def _asked(
    place: Place, ended: float, users: int, dead: Callable[[float, str], bool], per_second: float
) -> Iterator[TrafficRequest]:
    drawn = random.Random(7)
    for user in range(users):
        for turn in range(int((ended + _WARM_S) * per_second)):
            since = (turn + user / users) / per_second
            region = place(since - _WARM_S, user)
            request = TrafficRequest(at=since, latency_s=0.0, resolver=user, address=ADDRESSES[region], host=SHARED)
            if dead(since - _WARM_S, region):
                error = "connection refused" if user % 3 else "timed out after 2 s"
                yield replace(request, latency_s=0.003 if user % 3 else 2.0, error=error)
            else:
                near = 0.022 if region == EAST else 0.081
                yield replace(request, latency_s=near + drawn.lognormvariate(-4.4, 0.7), status=200, region=region)


def moved(away_s: float, ttl_s: float, back_s: float, home: str = EAST, other: str = WEST) -> Place:
    """Users leave from `away_s` on, over `ttl_s`, and are back from `back_s` on, over the same time."""

    def place(at: float, user: int) -> str:
        late = ttl_s * (user * 0.37 % 1)
        return other if away_s + late <= at < back_s + late else home

    return place


def phases(*ends: float | None) -> tuple[Phase, ...]:
    """One for each end, in seconds from the decision; None and all that follow were not reached."""
    found, since = [], 0.0
    for name, end in zip(_PHASES, ends, strict=True):
        if end is None:
            found.append(Phase(name=name))
        else:
            found.append(Phase(name=name, started_at=_at(since), ended_at=_at(end)))
            since = end
    return tuple(found)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def step(
    name: str, started: float | None, ended: float | None, said: str = "", status: StepStatus = StepStatus.SUCCEEDED
) -> StepRecord:
    return StepRecord(
        id=name,
        status=status,
        started_at=None if started is None else NOON + timedelta(seconds=started),
        ended_at=None if ended is None else NOON + timedelta(seconds=ended),
        reason=said,
    )


def run(verb: str, verdict: Verdict, lasted: float, *steps: StepRecord) -> Run:
    return Run(
        id=f"20261121T120000Z-{verb}-a1b2c3",
        verb=verb,
        application="sample",
        environment="production",
        release="d527736e1713",
        verdict=verdict,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=lasted),
        steps=steps,
    )


def past(*measured: tuple[float | None, DrillVerdict]) -> tuple[DrillRecord, ...]:
    """One drill a week, the last a week before this run."""
    return tuple(
        DrillRecord(
            run=f"drill-{place}",
            region=EAST if place % 3 else WEST,
            mode=DrillMode.OUTAGE if place % 2 else DrillMode.SWITCH,
            started_at=NOON - timedelta(days=7 * (len(measured) - place)),
            by="arn:aws:sts::111111111111:assumed-role/operator/alex",
            ended_at=NOON - timedelta(days=7 * (len(measured) - place), seconds=-400),
            verdict=verdict,
            rto_s=rto_s,
            requests=3000 + 17 * place,
            failed=place * 31,
        )
        for place, (rto_s, verdict) in enumerate(measured)
    )


def reported(report: RunReport, requests: Sequence[TrafficRequest]) -> RunReport:
    """The report with what users met."""
    return replace(
        report,
        requests=tuple(requests),
        traffic=summarize(requests),
        traffic_from=NOON - timedelta(seconds=_WARM_S),
    )
