"""The critical path of a run: the chain of steps, each needed by the next, that decided how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.drill_actions import KeepLever, Watch
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import Run, StepRecord, StepStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of the chain. `starts_s` counts from the start of the run, `lasts_s` from its own start."""

    step: str
    starts_s: float
    lasts_s: float
    region: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The chain in the order of its steps. `makespan_s`: from the start of the first run to the end of the last."""

    links: tuple[Link, ...]
    makespan_s: float

    @property
    def length_s(self) -> float:
        """What the steps of the chain took together: no executor can be faster."""
        return sum(link.lasts_s for link in self.links)

    @property
    def ratio(self) -> float:
        """How many times longer the run took than its chain; 1.0 is the best, also for a run without steps."""
        return self.makespan_s / self.length_s if self.length_s else 1.0


@dataclass(frozen=True, slots=True)
class _Timed:
    step: Step
    began: datetime
    ended: datetime


def critical_path(rounds: Sequence[tuple[Plan, Run]]) -> CriticalPath:
    """Of one run, or of several rounds that followed each other. Steps that never began are no part of it.

    Walked from the step that ended last to the need of each that ended last; of equals the first in the plan. What
    keeps a lever or watches others lasts as long as they do: it decides nothing unless it fails.
    """
    if not rounds:
        return CriticalPath((), 0.0)
    zero = rounds[0][1].started_at
    links = tuple(_link(one, zero) for plan, run in rounds for one in reversed(list(_backwards(plan, run))))
    return CriticalPath(links, (rounds[-1][1].ended_at - zero).total_seconds())


def _backwards(plan: Plan, run: Run) -> Iterator[_Timed]:
    timed = _timed(plan, run)
    one = _last(list(timed.values()))
    while one is not None:
        yield one
        one = _last([timed[need] for need in one.step.needs if need in timed])


def _timed(plan: Plan, run: Run) -> Mapping[str, _Timed]:
    records = {record.id: record for record in run.steps}
    found = {step.id: _decided(step, records[step.id]) for step in plan.steps if step.id in records}
    return {step_id: timed for step_id, timed in found.items() if timed}


def _decided(step: Step, record: StepRecord) -> _Timed | None:
    """None for what never began, and for what was content to last as long as others."""
    if record.started_at is None or record.ended_at is None:
        return None
    match step.action:
        case KeepLever() | Watch() if record.status is StepStatus.SUCCEEDED:
            return None
        case _:
            return _Timed(step, record.started_at, record.ended_at)


def _last(found: Sequence[_Timed]) -> _Timed | None:
    return max(found, key=lambda one: one.ended, default=None)


def _link(one: _Timed, zero: datetime) -> Link:
    return Link(
        step=one.step.id,
        starts_s=(one.began - zero).total_seconds(),
        lasts_s=(one.ended - one.began).total_seconds(),
        region=one.step.region,
        account=one.step.account,
    )
