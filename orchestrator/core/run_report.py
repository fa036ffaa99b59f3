"""What a run came to, told by its events alone: phases, objectives, who served, what users met. Shape of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.detection import Detection
from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.plan import Finding
from orchestrator.core.proof import Proof
from orchestrator.core.run import Run
from orchestrator.core.topology import RoutingPolicy
from orchestrator.core.traffic import TrafficRequest, TrafficSummary

JOURNAL_INCOMPLETE = "journal-incomplete"
"""The rule of the finding that a report was made from a part of its journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a run before it begins; it stands in the journal's PLANNED event beside the plan.

    `region` and `mode` are those of a drill, failover or failback ("" and None otherwise). `clock_factor`: time of the
    embedded AWS ran so many times faster than the clock on the wall; every time of the run is told as on AWS.
    `earlier_release`: the one that was asked for by name, "" for what is built now.
    """

    region: str = ""
    mode: DrillMode | None = None
    hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    policy: RoutingPolicy = RoutingPolicy.FAILOVER
    clock_factor: float = 1.0
    simulated: str = ""
    rto_s: int = 0
    longest_gap_s: int = 0
    availability_percent: int = 0
    detection: Detection | None = None
    configuration_digest: str = ""
    earlier_release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase; it starts where the one before ended. None: it was not reached."""

    name: str
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def duration_s(self) -> float | None:
        """Seconds, None when it was not reached."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveResult:
    """One objective and what was measured, in its unit (`s` or `%`). `measured` None: it could not be."""

    name: str
    unit: str
    objective: float
    measured: float | None
    met: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline. `region` is "" for what concerns none."""

    at: datetime
    event: str
    detail: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as the plan told it, for readers of a finished run."""

    id: str
    reason: str
    plane: str
    home_region: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """All that a report of one run shows. `verdict` None: the run was no drill. `why`: the verdict in a sentence.

    Times of `requests` are seconds from `traffic_from`. `restored`: everything that the run took away is back (True too
    when it took nothing away). `users_mean_s`: recovery time in the mean over users; the objective counts the slowest.
    `past` are earlier drills of the same environment, oldest first.
    """

    run: Run
    facts: RunFacts
    verdict: DrillVerdict | None = None
    why: str = ""
    objectives: tuple[ObjectiveResult, ...] = ()
    phases: tuple[Phase, ...] = ()
    timeline: tuple[Moment, ...] = ()
    traffic: TrafficSummary | None = None
    traffic_from: datetime | None = None
    requests: tuple[TrafficRequest, ...] = ()
    restored: bool = True
    users_mean_s: float | None = None
    findings: tuple[Finding, ...] = ()
    steps: tuple[PlannedStep, ...] = ()
    proof: Proof | None = None
    past: tuple[DrillRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One line of the list of kept runs. `verdict` in the words of its report; `problem`: why it cannot be read."""

    run: str
    verb: str = ""
    application: str = ""
    environment: str = ""
    region: str = ""
    verdict: str = ""
    started_at: datetime | None = None
    problem: str = ""
