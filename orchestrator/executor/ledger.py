"""What has become of each step, told as Events while it happens and as a Run in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.failure import failure_data, with_failure
from orchestrator.core.plan import Plan, Step
from orchestrator.core.returns import ROLLBACK
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict
from orchestrator.ports import Clock

ENDED = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED})
_KINDS = {
    StepStatus.SUCCEEDED: EventKind.STEP_SUCCEEDED,
    StepStatus.FAILED: EventKind.STEP_FAILED,
    StepStatus.SKIPPED: EventKind.STEP_SKIPPED,
}

Emit = Callable[[Event], None]


class Ledger:
    """The records of one run's steps. Whoever changes one tells it."""

    def __init__(self, plan: Plan, clock: Clock, run: str, emit: Emit) -> None:
        self._plan, self._clock, self._run, self._emit = plan, clock, run, emit
        self._events: list[Event] = []
        self.records: dict[str, StepRecord] = {
            step.id: StepRecord(id=step.id, status=StepStatus.WAITING, region=step.region, account=step.account)
            for step in plan.steps
        }

    def has_begun(self, step_id: str) -> bool:
        """Whether a step may have had an effect."""
        return self.records[step_id].started_at is not None

    def has_ended(self, step_id: str) -> bool:
        """Whether it succeeded, failed or was skipped."""
        return self.records[step_id].status in ENDED

    def is_waiting(self, step_id: str) -> bool:
        """Whether it has neither begun nor ended."""
        return self.records[step_id].status is StepStatus.WAITING

    def begin(self, step: Step) -> None:
        """The step runs."""
        self._mark(step.id, StepStatus.RUNNING)
        self.tell(EventKind.STEP_STARTED, step, step.reason)

    def end(self, step: Step, status: StepStatus, detail: str, error: OrchestratorError | None = None) -> None:
        """The step has ended, a failed one by this error."""
        data = failure_data(error)
        self._mark(step.id, status, detail)
        self.records[step.id] = with_failure(self.records[step.id], data)
        self.tell(_KINDS[status], step, detail, data)

    def tell(
        self, kind: EventKind, step: Step | None = None, detail: str = "", data: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """One event, of a step or of the run."""
        event = Event(
            at=self._clock.now(),
            run=self._run,
            kind=kind,
            step=step.id if step else "",
            region=step.region if step else "",
            account=step.account if step else "",
            detail=detail,
            data=data,
        )
        self._events.append(event)
        self._emit(event)

    def verdict(self) -> Verdict:
        """Of what has ended."""
        statuses = {record.status for record in self.records.values()}
        if StepStatus.FAILED in statuses:
            return Verdict.FAILED
        if StepStatus.SKIPPED in statuses:
            return Verdict.INTERRUPTED
        return Verdict.SUCCEEDED if statuses else Verdict.NOTHING_TO_DO

    def run(self, began: datetime, verdict: Verdict) -> Run:
        """All of it."""
        return Run(
            id=self._run,
            verb=self._plan.verb,
            application=self._plan.application,
            environment=self._plan.environment,
            release=self._plan.release,
            verdict=verdict,
            started_at=began,
            ended_at=self._clock.now(),
            steps=tuple(self.records[step.id] for step in self._plan.steps),
            events=tuple(self._events),
            returns=self._plan.returns if self._plan.verb == ROLLBACK else (),
        )

    def _mark(self, step_id: str, status: StepStatus, reason: str = "") -> None:
        old, now = self.records[step_id], self._clock.now()
        self.records[step_id] = StepRecord(
            id=old.id,
            status=status,
            started_at=now if status is StepStatus.RUNNING else old.started_at,
            ended_at=now if status in ENDED else None,
            reason=reason,
            region=old.region,
            account=old.account,
        )
