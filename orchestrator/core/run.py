"""What happened and when: a run is a sequence of events; durations are differences of event times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from orchestrator.core.returns import ROLLBACK, Return, Returned, returned
from orchestrator.core.traffic import TrafficRequest, TrafficSummary


class StepStatus(Enum):
    """Where a step stands. SKIPPED: something it needs did not succeed."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(Enum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOTHING_TO_DO = "nothing-to-do"


class EventKind(Enum):
    """What an event tells. PLANNED carries the plan and what is known of the run, TRAFFIC what users met meanwhile.

    ROLLBACK: a step failed, and what the run changed goes back; the plan for it stands in the PLANNED before.
    """

    PLANNED = "planned"
    RUN_STARTED = "run_started"
    STEP_STARTED = "step_started"
    STEP_PROGRESS = "step_progress"
    STEP_SUCCEEDED = "step_succeeded"
    STEP_FAILED = "step_failed"
    STEP_SKIPPED = "step_skipped"
    RUN_ENDED = "run_ended"
    TRAFFIC = "traffic"
    ROLLBACK = "rollback"
    JOURNAL_LOST = "journal_lost"
    JOURNAL_NOT_COPIED = "journal_not_copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the journal. `step` is empty for events of the run; `detail` is for people, `data` for programs."""

    at: datetime
    run: str
    kind: EventKind
    step: str = ""
    region: str = ""
    account: str = ""
    detail: str = ""
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step as the events tell it.

    `failed_accounts`: of a step that failed in these accounts only, () when it is not known. `stopped`: somebody
    stopped its stack-set operation.
    """

    id: str
    status: StepStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    region: str = ""
    account: str = ""
    failed_accounts: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether its effect is proven."""
        return self.status is StepStatus.SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished (or broken off) run. On the embedded AWS its seconds passed `clock_factor` times faster.

    `traffic` is what users met during it, None when nobody was sent. Times of `failed_requests` are seconds from
    `traffic_from`. `returns` is what a rollback meant to return, `rollback` what came of it; None when there was none.
    """

    id: str
    verb: str
    application: str
    environment: str
    release: str
    verdict: Verdict
    started_at: datetime
    ended_at: datetime
    steps: tuple[StepRecord, ...] = ()
    events: tuple[Event, ...] = field(default=(), repr=False)
    clock_factor: float = 1.0
    traffic: TrafficSummary | None = None
    traffic_from: datetime | None = None
    failed_requests: tuple[TrafficRequest, ...] = field(default=(), repr=False)
    returns: tuple[Return, ...] = ()
    rollback: Returned | None = None

    @property
    def failed(self) -> tuple[StepRecord, ...]:
        """The steps that failed, in plan order."""
        return tuple(step for step in self.steps if step.status is StepStatus.FAILED)


def has_ended(events: Sequence[Event]) -> bool:
    """Whether the last round that these events tell of has ended: one that was killed tells no end."""
    for event in reversed(events):
        if event.kind in (EventKind.RUN_STARTED, EventKind.RUN_ENDED):
            return event.kind is EventKind.RUN_ENDED
    return False


def joined(runs: Sequence[Run]) -> Run:
    """Several rounds as one run: later records of a step replace earlier ones.

    A round that was broken off leaves steps without their effect. When a later round succeeded, whose plan had no
    need of them any more, those that had begun were found done, and the others were not needed. Rounds of a rollback at
    the end make no success of what failed before them.
    """
    forward = list(runs)
    while len(forward) > 1 and forward[-1].verb == ROLLBACK:
        forward.pop()
    run = _one_after_the_other(forward)
    return _with_rollback(run, runs[len(forward) :]) if len(forward) < len(runs) else run


def _with_rollback(run: Run, rounds: Sequence[Run]) -> Run:
    steps = {step.id: step for one in (run, *rounds) for step in one.steps}
    last = rounds[-1]
    broken_off = last.verdict is Verdict.INTERRUPTED
    return replace(
        run,
        verdict=Verdict.INTERRUPTED if broken_off else Verdict.FAILED,
        ended_at=last.ended_at,
        steps=tuple(steps.values()),
        events=(*run.events, *(event for one in rounds for event in one.events)),
        rollback=returned(last.returns, tuple(steps.values())),
    )


def _one_after_the_other(runs: Sequence[Run]) -> Run:
    steps: dict[str, StepRecord] = {}
    for run in runs:
        steps |= {step.id: step for step in run.steps}
    last = runs[-1]
    if len(runs) > 1 and last.verdict in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO):
        steps = {step.id: _found_done(step, last) for step in steps.values() if step.status not in _NEVER_BEGUN}
    return replace(
        last,
        started_at=runs[0].started_at,
        steps=tuple(steps.values()),
        events=tuple(event for run in runs for event in run.events),
    )


_NEVER_BEGUN = frozenset((StepStatus.WAITING, StepStatus.SKIPPED))


def _found_done(step: StepRecord, last: Run) -> StepRecord:
    if step.status is StepStatus.SUCCEEDED:
        return step
    before = "failed" if step.status is StepStatus.FAILED else "was under way"
    reason = f"{before} when the run was broken off, and was done when it went on"
    return replace(step, status=StepStatus.SUCCEEDED, ended_at=last.started_at, reason=reason)
