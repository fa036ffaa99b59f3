"""The walk over a plan's graph: start what is ready, poll what runs, skip what cannot succeed any more."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event as Signal

from orchestrator.core.advice import after_deadline
from orchestrator.core.errors import (
    Interrupted,
    NotFound,
    OperationInProgress,
    OperationStopped,
    OrchestratorError,
    Throttled,
    Unreachable,
)
from orchestrator.core.just_made import UNSEEN_S, not_seen_yet
from orchestrator.core.plan import Plan, Step
from orchestrator.core.polling import Polling
from orchestrator.core.returns import ROLLBACK, only_release
from orchestrator.core.run import EventKind, Run, StepRecord, StepStatus
from orchestrator.executor.context import Context, Done, Guard, Progress, Results, Task, Unguarded, Waiting
from orchestrator.executor.frontier import Frontier
from orchestrator.executor.ledger import Emit, Ledger
from orchestrator.executor.many import Many, by_threads, one_by_one
from orchestrator.executor.tasks import task_for
from orchestrator.executor.turns import WORKERS, Turns
from orchestrator.ports import Ports

_HEARTBEAT_S = 0.2
# A wait is spoken of at least this often, ever more rarely: a silent log looks like a hang.
_SILENCE_S = 10.0

AwaitAnswer = Callable[[float], None]
"""Return when a call may have been answered, or after so many seconds of the run's clock at the latest."""


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
    await_answer: AwaitAnswer | None = None,
    many: Many | None = None,
    guard: Guard | None = None,
) -> Outcome:
    """Carry the plan out. Never raises for a failed step: the verdict and the records say what happened.

    KeyboardInterrupt once: nothing new is started but what puts things back, what runs is waited for unless it only
    waits. Twice: Interrupted is raised as soon as nothing is left that must be put back.
    `workers` make the calls (threads by default) and are shut down at the end; where they answer in another time than
    that of threads, `await_answer` waits for them, and `many` asks many places. `guard` is asked before each call of a
    step that puts nothing back.
    """
    many = many or (one_by_one if workers else by_threads)
    workers = workers or ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="step")
    context = Context(run=run, ports=ports, results=Results(), settle_s=polling.settle_s, many=many)
    return _Walk(plan, context, emit, polling, guard or Unguarded(), await_answer).run(workers)


@dataclass(slots=True)
class _Running:
    """A step under way: its task, and when to ask it next (monotonic seconds).

    `unseen_since`: since when AWS does not show what was just made.
    """

    step: Step
    task: Task
    began: float
    due: float
    started: bool = False
    detail: str = ""
    told: float = 0.0
    unseen_since: float | None = None


class _Walk:
    def __init__(
        self,
        plan: Plan,
        context: Context,
        emit: Emit,
        polling: Polling,
        guard: Guard,
        await_answer: AwaitAnswer | None,
    ) -> None:
        self._guard = guard
        self._plan, self._context, self._polling = plan, context, polling
        self._clock, self._id = context.ports.clock, context.run
        self._ledger = Ledger(plan, self._clock, self._id, emit)
        self._steps: Mapping[str, Step] = {step.id: step for step in plan.steps}
        self._frontier, self._turns = Frontier(plan.steps), Turns(plan.steps)
        self._running: dict[str, _Running] = {}
        self._calls: dict[str, Future[Progress]] = {}
        self._answered: deque[str] = deque()
        self._signal = Signal()
        self._halted = ""
        self._await_answer = await_answer or self._await_thread
        # The same plan waits the same: a simulation repeats exactly.
        self._draw = random.Random(plan.fingerprint).random
        self._presses, self._heeded = 0, 0
        self._fallen: dict[str, str] = {}

    def run(self, workers: Executor) -> Outcome:
        """Until every step has ended."""
        began, tell = self._clock.now(), self._ledger.tell
        tell(EventKind.RUN_STARTED, detail=self._plan.verb, data=(("fingerprint", self._plan.fingerprint),))
        try:
            while not self._frontier.over:
                self._advance(workers)
        finally:
            self._context.results.stop_all()
            # A second Ctrl-C leaves now: threads that still wait for AWS end with the process.
            workers.shutdown(wait=False, cancel_futures=True)
        verdict = self._ledger.verdict()
        replan = self._context.results.replan
        data = (("round", ROLLBACK),) if self._plan.verb == ROLLBACK else ()
        tell(EventKind.RUN_ENDED, detail=verdict.value, data=(*data, ("replan", "true")) if replan else data)
        return Outcome(self._ledger.run(began, verdict), replan, self._stopping)

    # -- one turn --------------------------------------------------------------------------------------------------

    def _advance(self, workers: Executor) -> None:
        try:
            self._heed()
            self._settle()
            self._admit_ready()
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
            raise self._left()
        heeded = self._presses
        self._look()
        for running in list(self._running.values()):
            if running.step.waits and (self._hurried or not running.step.always):
                self._end(running.step.id, StepStatus.SKIPPED, "interrupted")
        self._heeded = heeded

    def _left(self) -> Interrupted:
        what = f"left at once; still running: {', '.join(sorted(self._running)) or 'nothing'}"
        if self._plan.verb != ROLLBACK:
            fix = "run the same command again: it attaches to what is in flight"
            return Interrupted(what, fix=fix, run=self._id if self._plan.verb == "deploy" else "")
        release = only_release(self._plan.returns)
        fix = f"orchestrator deploy --release {release or 'ID'} goes back; deploy as before would go forward again"
        return Interrupted(f"the rollback was {what}", fix=fix, run=self._id if release else "", release=release)

    def _look(self) -> None:
        """The interrupt may have come between any two lines: what follows from the records is worked out anew."""
        for step_id in [one for one in self._running if self._ledger.has_ended(one)]:
            del self._running[step_id]
        wanting = {step_id: running.due for step_id, running in self._running.items() if step_id not in self._calls}
        self._turns.look(wanting, tuple(self._calls))
        self._answered.extend(step_id for step_id, call in self._calls.items() if call.done())
        self._frontier.look(self._ledger.has_ended, self._ledger.is_waiting)

    def _owes(self) -> bool:
        """Whether something was taken away that has not been put back."""
        ledger = self._ledger
        return any(
            step.undoes and not step.waits and not ledger.has_ended(step.id) and ledger.has_begun(step.undoes)
            for step in self._plan.steps
        )

    def _restores(self, step_id: str) -> bool:
        """Whether what comes after it must not happen when it failed, `always` or not."""
        return self._steps[step_id].always and not self._steps[step_id].waits

    def _settle(self) -> None:
        while self._answered:
            step_id = self._answered.popleft()
            call = self._calls.get(step_id)
            # After an interrupt an answer may be told twice.
            if call is None or not call.done():
                continue
            del self._calls[step_id]
            self._turns.answered(step_id)
            running = self._running.get(step_id)
            if running is not None:
                self._take(step_id, running, call)

    def _take(self, step_id: str, running: _Running, call: Future[Progress]) -> None:
        try:
            progress = call.result()
        except (Unreachable, Throttled, OperationInProgress) as error:
            # Asking again is safe: starts carry their token, polls only read.
            again_s = error.retry_after_s if isinstance(error, Throttled) else None
            self._wait(running, Waiting(str(error), started=running.started, again_s=again_s))
        except OrchestratorError as error:
            if isinstance(error, OperationStopped):
                self._halted = f"somebody stopped the operation of {step_id}"
            if isinstance(error, NotFound) and self._not_seen_yet(running, error):
                self._wait(running, Waiting(f"AWS does not show it yet: {error}", started=running.started))
            else:
                self._end(step_id, StepStatus.FAILED, str(error), error)
        else:
            running.unseen_since = None
            match progress:
                case Done(detail, results):
                    self._context.results.put(step_id, results)
                    self._end(step_id, StepStatus.SUCCEEDED, detail)
                case Waiting():
                    self._wait(running, progress)

    def _not_seen_yet(self, running: _Running, error: NotFound) -> bool:
        """Whether it may have been made a moment ago, and not been missing for too long since."""
        now = self._clock.monotonic()
        running.unseen_since = now if running.unseen_since is None else running.unseen_since
        return not_seen_yet(running.step.action, error.code) and now - running.unseen_since <= UNSEEN_S

    def _wait(self, running: _Running, waiting: Waiting) -> None:
        now, step = self._clock.monotonic(), running.step
        running.started = running.started or waiting.started
        waited = now - running.began
        if waited > step.deadline_s:
            detail = f"not done within {step.deadline_s} s: {waiting.detail}"
            self._end(step.id, StepStatus.FAILED, f"{detail} ({after_deadline(step.action, self._plan.verb)})")
            return
        if waiting.detail != running.detail or now - running.told > max(_SILENCE_S, waited / 2):
            running.detail, running.told = waiting.detail, now
            elapsed = f" ({waited:.0f} s so far)" if waited >= _SILENCE_S else ""
            self._ledger.tell(EventKind.STEP_PROGRESS, step, f"{waiting.detail}{elapsed}")
        pause_s = waiting.again_s
        if pause_s is None:
            pause_s = self._polling.next_s(waited, expected_s=step.expected_s, draw=self._draw())
        running.due = now + min(pause_s, step.deadline_s - waited + 0.01)
        self._turns.ask(step.id, running.due)

    def _admit_ready(self) -> None:
        now = self._clock.monotonic()
        for step_id in self._frontier.ready():
            why = self._why_not(self._steps[step_id])
            if why:
                self._end(step_id, StepStatus.SKIPPED, why)
            else:
                self._turns.ask(step_id, now)

    def _why_not(self, step: Step) -> str:
        """Why a step whose needs have ended is skipped, "" when it begins."""
        needs = [self._ledger.records[need] for need in step.needs]
        if step.undoes and not self._ledger.has_begun(step.undoes):
            return f"{step.undoes} never began: there is nothing to put back"
        if self._hurried and step.waits:
            return "interrupted twice"
        if step.always:
            unsure = [need for need in needs if need.status is not StepStatus.SUCCEEDED and self._restores(need.id)]
            return _why_skipped(unsure) if unsure else ""
        if self._stopping:
            return "interrupted before it began"
        if self._guard.lost or self._halted:
            return self._guard.lost or self._halted
        if step.guard and self._ledger.records[step.guard].status is StepStatus.FAILED:
            return _stopped_by(step.guard)
        failed = [need for need in needs if need.status is not StepStatus.SUCCEEDED]
        if failed:
            return _why_skipped(failed)
        return _stopped_by(self._fallen[step.group]) if step.group in self._fallen else ""

    def _submit_due(self, workers: Executor) -> None:
        for step_id in self._turns.take(self._clock.monotonic()):
            running = self._running.get(step_id) or self._begun(self._steps[step_id])
            if running is None:
                self._turns.answered(step_id)
                continue
            call = running.task.poll if running.started else running.task.start
            if not running.step.always:
                call = partial(_guarded, self._guard, call)
            future = self._calls[step_id] = workers.submit(call)
            future.add_done_callback(partial(self._hear, step_id))

    def _begun(self, step: Step) -> _Running | None:
        """The step, begun; None when something has spoken against it since it was ready."""
        why = self._why_not(step)
        if why:
            self._end(step.id, StepStatus.SKIPPED, why)
            return None
        now = self._clock.monotonic()
        running = self._running[step.id] = _Running(step, task_for(step, self._context), now, now)
        self._ledger.begin(step)
        return running

    def _hear(self, step_id: str, _: Future[Progress]) -> None:
        self._answered.append(step_id)
        self._signal.set()

    def _pause(self) -> None:
        if self._answered or self._frontier.over:
            return
        due, now = self._turns.next_due(), self._clock.monotonic()
        if self._turns.under_way:
            self._await_answer(_HEARTBEAT_S if due is None else max(0.0, due - now))
        elif due is not None:
            self._clock.sleep(max(0.0, due - now))

    def _await_thread(self, seconds: float) -> None:
        # A clock that waits for nobody says so here too: calls that are tried again may be under way all the time.
        self._clock.sleep(0)
        self._signal.wait(min(seconds, _HEARTBEAT_S))
        self._signal.clear()

    def _end(self, step_id: str, status: StepStatus, detail: str, error: OrchestratorError | None = None) -> None:
        step = self._steps[step_id]
        if step.group and status is StepStatus.FAILED:
            self._fallen.setdefault(step.group, step_id)
        self._running.pop(step_id, None)
        self._turns.drop(step_id)
        self._context.results.end(step_id)
        self._ledger.end(step, status, detail, error)
        self._frontier.end(step_id)
        if status is StepStatus.FAILED:
            for other in [one.step for one in self._running.values()]:
                if other.guard == step_id or (step.group and other.group == step.group):
                    self._end(other.id, StepStatus.SKIPPED, _stopped_by(step_id))
        # Last: a signal that breaks in here finds the step ended.
        self._context.results.stop(step_id)


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
