"""A later round of a run whose new plan must not be carried out: the run has failed, for AWS was changed already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orchestrator.core.plan import Plan
from orchestrator.core.planning.finish import refusals
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict

STEP = "plan-again"
"""The step that such a round consists of."""


def forbidden_round(plan: Plan, *, run: str, at: datetime, tell: Callable[[Event], None]) -> Run:
    """The round, with each finding that forbids `plan` as the reason of its failure, told as events."""
    reason = "\n".join(f"{one.where}: {one.message}" + (f" ({one.fix})" if one.fix else "") for one in refusals(plan))
    events = (
        Event(at=at, run=run, kind=EventKind.RUN_STARTED, detail=plan.verb, data=(("fingerprint", plan.fingerprint),)),
        Event(at=at, run=run, kind=EventKind.STEP_STARTED, step=STEP, detail="the plan was not the whole truth"),
        Event(at=at, run=run, kind=EventKind.STEP_FAILED, step=STEP, detail=reason),
        Event(at=at, run=run, kind=EventKind.RUN_ENDED, detail=Verdict.FAILED.value),
    )
    for event in events:
        tell(event)
    return Run(
        id=run,
        verb=plan.verb,
        application=plan.application,
        environment=plan.environment,
        release=plan.release,
        verdict=Verdict.FAILED,
        started_at=at,
        ended_at=at,
        steps=(StepRecord(id=STEP, status=StepStatus.FAILED, started_at=at, ended_at=at, reason=reason),),
        events=events,
    )
