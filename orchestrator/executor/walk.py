"""The walk over a plan's graph: start what is ready, poll what runs, skip what cannot succeed any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from orchestrator.core.advice import after_deadline
from orchestrator.core.errors import Interrupted, OperationInProgress, OrchestratorError, Throttled, Unreachable
from orchestrator.core.plan import Plan, Step
from orchestrator.core.returns import ROLLBACK
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict
from orchestrator.executor.context import Context, Done, Guard, Polling, Progress, Results, Task, Unguarded, Waiting
from orchestrator.executor.tasks import task_for
from orchestrator.ports import Ports

_WORKERS = 16
_HEARTBEAT_S = 0.2
# A wait is spoken of at least this often, ever more rarely: a silent log looks like a hang.
_SILENCE_S = 10.0
_ENDED = frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED})
_KINDS = {
    StepStatus.SUCCEEDED: EventKind.STEP_SUCCEEDED,
    StepStatus.FAILED: EventKind.STEP_FAILED,
    StepStatus.SKIPPED: EventKind.STEP_SKIPPED,
}

Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The run, whether it says that the world must be looked at again, and whether somebody asked to stop."""

    run: Run
    replan: bool
    stopped: bool = False


def execute(
    plan: Plan,
    ports: Ports,
    *,
    run: str,
    emit: Emit,
    polling: Polling,
    workers: Executor | None = None,
    guard: Guard | None = None,
) -> Outcome:
    """Carry the plan out. Never raises for a failed step: the verdict and the records say what happened.

    KeyboardInterrupt once: nothing new is started but what puts things back, what runs is waited for unless it only
    waits. Twice: Interrupted is raised as soon as nothing is left that must be put back.
    `workers` make the calls (threads by default) and are shut down at the end. `guard` is asked before each
    call of a step that puts nothing back.
    """
    workers = workers or ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="step")
    return _Walk(plan, ports, run, emit, polling, guard or Unguarded()).run(workers)


@dataclass(slots=True)
class _Running:
    """A step under way: its task, and when to ask it next (monotonic seconds)."""

    step: Step
    task: Task
    began: float
    due: float
    started: bool = False
    detail: str = ""
    told: float = 0.0
    future: Future[Progress] | None = field(default=None)


class _Walk:
    def __init__(self, plan: Plan, ports: Ports, run: str, emit: Emit, polling: Polling, guard: Guard) -> None:
        self._guard = guard
        self._plan, self._ports, self._id, self._emit, self._polling = plan, ports, run, emit, polling
        self._context = Context(run=run, ports=ports, results=Results(), settle_s=polling.settle_s)
        self._records: dict[str, StepRecord] = {
            step.id: StepRecord(id=step.id, status=StepStatus.WAITING, region=step.region, account=step.account)
            for step in plan.steps
        }
        self._steps: Mapping[str, Step] = {step.id: step for step in plan.steps}
        self._running: dict[str, _Running] = {}
        self._events: list[Event] = []
        self._presses, self._heeded = 0, 0

    def run(self, workers: Executor) -> Outcome:
        """Until every step has ended."""
        began = self._ports.clock.now()
        self._tell(EventKind.RUN_STARTED, detail=self._plan.verb, data=(("fingerprint", self._plan.fingerprint),))
        try:
            while not self._finished():
                self._advance(workers)
        finally:
            # A second Ctrl-C leaves now: threads that still wait for AWS end with the process.
            workers.shutdown(wait=False, cancel_futures=True)
        verdict = self._verdict()
        replan = self._context.results.replan
        self._tell(EventKind.RUN_ENDED, detail=verdict.value, data=(("replan", "true"),) if replan else ())
        return Outcome(self._run(began, verdict), replan, self._stopping)

    # -- one turn --------------------------------------------------------------------------------------------------

    def _advance(self, workers: Executor) -> None:
        try:
            self._heed()
            self._settle()
            self._start_ready()
            self._submit_due(workers)
            self._pause()
        except KeyboardInterrupt:
            # Nothing else here: the next Ctrl-C may come while this one is being heeded.
            self._presses += 1

    @property
    def _stopping(self) -> bool:
        return self._presses > 0

    @property
    def _hurried(self) -> bool:
        return self._presses > 1

    def _heed(self) -> None:
        """Ctrl-C: what only waits ends now. At the second time nothing is waited for that puts nothing back."""
        if self._heeded == self._presses:
            return
        if self._hurried and not self._owes():
            raise Interrupted(
                f"left at once; still running: {', '.join(sorted(self._running)) or 'nothing'}",
                fix="run the same command again: it attaches to what is in flight",
                run=self._id if self._plan.verb == "deploy" else "",
            )
        self._heeded = self._presses
        for running in list(self._running.values()):
            if running.step.waits and (self._hurried or not running.step.always):
                self._end(running.step.id, StepStatus.SKIPPED, "interrupted")

    def _owes(self) -> bool:
        """Whether something was taken away that has not been put back."""
        return any(
            step.undoes and not step.waits and self._records[step.id].status not in _ENDED and self._began(step.undoes)
            for step in self._plan.steps
        )

    def _restores(self, step_id: str) -> bool:
        """Whether what comes after it must not happen when it failed, `always` or not."""
        return self._steps[step_id].always and not self._steps[step_id].waits

    def _began(self, step_id: str) -> bool:
        return self._records[step_id].started_at is not None

    def _finished(self) -> bool:
        return all(record.status in _ENDED for record in self._records.values())

    def _settle(self) -> None:
        for step_id, running in list(self._running.items()):
            if running.future is not None and running.future.done():
                future, running.future = running.future, None
                self._take(step_id, running, future)

    def _take(self, step_id: str, running: _Running, future: Future[Progress]) -> None:
        try:
            progress = future.result()
        except (Unreachable, Throttled, OperationInProgress) as error:
            # Asking again is safe: starts carry their token, polls only read.
            self._wait(running, Waiting(str(error), started=running.started))
        except OrchestratorError as error:
            self._end(step_id, StepStatus.FAILED, str(error))
        else:
            match progress:
                case Done(detail, results):
                    self._context.results.put(step_id, results)
                    self._end(step_id, StepStatus.SUCCEEDED, detail)
                case Waiting():
                    self._wait(running, progress)

    def _wait(self, running: _Running, waiting: Waiting) -> None:
        now = self._ports.clock.monotonic()
        running.started = running.started or waiting.started
        waited = now - running.began
        if waited > running.step.deadline_s:
            detail = f"not done within {running.step.deadline_s} s: {waiting.detail}"
            self._end(running.step.id, StepStatus.FAILED, f"{detail} ({after_deadline(running.step.action)})")
            return
        if waiting.detail != running.detail or now - running.told > max(_SILENCE_S, waited / 2):
            running.detail, running.told = waiting.detail, now
            elapsed = f" ({waited:.0f} s so far)" if waited >= _SILENCE_S else ""
            self._tell(EventKind.STEP_PROGRESS, running.step, f"{waiting.detail}{elapsed}")
        pause_s = self._polling.next_s(waited) if waiting.again_s is None else waiting.again_s
        running.due = now + min(pause_s, running.step.deadline_s - waited + 0.01)

    def _start_ready(self) -> None:
        for step in self._plan.steps:
            if self._records[step.id].status is not StepStatus.WAITING:
                continue
            needs = [self._records[need] for need in step.needs]
            if any(need.status not in _ENDED for need in (*needs, *(self._records[one] for one in step.after))):
                continue
            why = self._why_not(step, needs)
            if why:
                self._end(step.id, StepStatus.SKIPPED, why)
            else:
                self._begin(step)

    def _why_not(self, step: Step, needs: list[StepRecord]) -> str:
        """Why a step whose needs have ended is skipped, "" when it begins."""
        if step.undoes and not self._began(step.undoes):
            return f"{step.undoes} never began: there is nothing to put back"
        if self._hurried and step.waits:
            return "interrupted twice"
        if step.always:
            unsure = [need for need in needs if need.status is not StepStatus.SUCCEEDED and self._restores(need.id)]
            return _why_skipped(unsure) if unsure else ""
        if self._stopping:
            return "interrupted before it began"
        if self._guard.lost:
            return self._guard.lost
        if step.guard and self._records[step.guard].status is StepStatus.FAILED:
            return _stopped_by(step.guard)
        failed = [need for need in needs if need.status is not StepStatus.SUCCEEDED]
        return _why_skipped(failed) if failed else ""

    def _begin(self, step: Step) -> None:
        now = self._ports.clock.monotonic()
        self._running[step.id] = _Running(step, task_for(step, self._context), now, now)
        self._mark(step.id, StepStatus.RUNNING)
        self._tell(EventKind.STEP_STARTED, step, step.reason)

    def _submit_due(self, workers: Executor) -> None:
        now = self._ports.clock.monotonic()
        for running in self._running.values():
            if running.future is None and running.due <= now:
                call = running.task.poll if running.started else running.task.start
                if not running.step.always:
                    call = partial(_guarded, self._guard, call)
                running.future = workers.submit(call)

    def _pause(self) -> None:
        futures = [one.future for one in self._running.values() if one.future is not None]
        now = self._ports.clock.monotonic()
        dues = [one.due - now for one in self._running.values() if one.future is None]
        if futures:
            wait(futures, timeout=max(0.0, min([*dues, _HEARTBEAT_S])), return_when=FIRST_COMPLETED)
        elif dues:
            self._ports.clock.sleep(max(0.0, min(dues)))

    # -- what is told ----------------------------------------------------------------------------------------------

    def _end(self, step_id: str, status: StepStatus, detail: str) -> None:
        self._running.pop(step_id, None)
        self._context.results.end(step_id)
        self._mark(step_id, status, detail)
        self._tell(_KINDS[status], self._steps[step_id], detail)
        if status is StepStatus.FAILED:
            for running in [one for one in self._running.values() if one.step.guard == step_id]:
                self._end(running.step.id, StepStatus.SKIPPED, _stopped_by(step_id))

    def _mark(self, step_id: str, status: StepStatus, reason: str = "") -> None:
        old, now = self._records[step_id], self._ports.clock.now()
        began = now if status is StepStatus.RUNNING else old.started_at
        self._records[step_id] = StepRecord(
            id=old.id,
            status=status,
            started_at=began,
            ended_at=now if status in _ENDED else None,
            reason=reason,
            region=old.region,
            account=old.account,
        )

    def _tell(
        self, kind: EventKind, step: Step | None = None, detail: str = "", data: tuple[tuple[str, str], ...] = ()
    ) -> None:
        event = Event(
            at=self._ports.clock.now(),
            run=self._id,
            kind=kind,
            step=step.id if step else "",
            region=step.region if step else "",
            account=step.account if step else "",
            detail=detail,
            data=data,
        )
        self._events.append(event)
        self._emit(event)

    def _verdict(self) -> Verdict:
        statuses = {record.status for record in self._records.values()}
        if StepStatus.FAILED in statuses:
            return Verdict.FAILED
        if StepStatus.SKIPPED in statuses:
            return Verdict.INTERRUPTED
        return Verdict.SUCCEEDED if statuses else Verdict.NOTHING_TO_DO

    def _run(self, began: datetime, verdict: Verdict) -> Run:
        return Run(
            id=self._id,
            verb=self._plan.verb,
            application=self._plan.application,
            environment=self._plan.environment,
            release=self._plan.release,
            verdict=verdict,
            started_at=began,
            ended_at=self._ports.clock.now(),
            steps=tuple(self._records[step.id] for step in self._plan.steps),
            events=tuple(self._events),
            returns=self._plan.returns if self._plan.verb == ROLLBACK else (),
        )


def _guarded(guard: Guard, call: Callable[[], Progress]) -> Progress:
    guard.ensure()
    return call()


def _stopped_by(guard: str) -> str:
    return f"stopped: {guard} failed"


def _why_skipped(needs: list[StepRecord]) -> str:
    """The failure at the root, not the chain of skipped steps that leads to it."""
    failed = [need.id for need in needs if need.status is StepStatus.FAILED]
    if failed:
        return f"needs {', '.join(failed)}, which failed"
    return needs[0].reason
