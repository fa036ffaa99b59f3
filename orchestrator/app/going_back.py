"""After a deployment failed: what it changed goes back, by a plan made from a fresh look, under the same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.core.actions import AwaitOperation
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly, changed_types
from orchestrator.core.errors import OrchestratorError
from orchestrator.core.former import Before
from orchestrator.core.plan import Plan
from orchestrator.core.planning.brought_earlier import brought_earlier
from orchestrator.core.planning.returns import STOPS
from orchestrator.core.planning.rollback import as_it_stays, calls_for_rollback, plan_rollback
from orchestrator.core.release import ReleaseRecord
from orchestrator.core.returns import ROLLBACK, Return, by_release
from orchestrator.core.run import Event, EventKind, Run, Verdict, joined
from orchestrator.core.state import ObservedState
from orchestrator.executor import Outcome

INTERRUPTED = "interrupted: not gone back"
_ROUNDS = 6
_STOPPED = "somebody stopped an operation of this run: it stays as that left it, and nothing more was started"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingBack:
    """`before` is what stood when the run began; `look` sees what was to be deployed and what stands now.

    `record` finds the pinned record of a release, None when it cannot be had. `tell` hears of each plan before
    `carry_out` does what it says; `close` tells how the whole run ended, and returns what it told. `stops`: what failed
    is left as it is, and named.
    """

    before: Before
    look: Callable[[], tuple[DesiredState, ObservedState]]
    record: Callable[[str], ReleaseRecord | None]
    tell: Callable[[Plan, Run], None]
    carry_out: Callable[[Plan], Outcome]
    close: Callable[[Verdict], Event]
    stops: bool = False

    def after(self, plan: Plan, failed: Outcome) -> list[Run]:
        """The rounds of a rollback after a round of `plan`; [] when none is due or nothing was changed.

        Who asked to stop is asked again before anything goes on, in whatever direction. Who stopped an operation of
        the run in AWS cannot be asked: nothing is started. What stays is named.
        """
        run = failed.run
        stopped = any(one.stopped for one in run.failed)
        if not (stopped or calls_for_rollback(plan, run)):
            return []
        if failed.stopped:
            return self._left(plan, run, INTERRUPTED, Verdict.INTERRUPTED)
        if stopped:
            return self._left(plan, run, _STOPPED, Verdict.FAILED)
        if self.stops:
            return self._left(plan, run, STOPS, Verdict.FAILED)
        rounds = self._rounds(plan, run)
        if not rounds:
            return rounds
        closing = self.close(joined([run, *rounds]).verdict)
        return [*rounds[:-1], replace(rounds[-1], events=(*rounds[-1].events, closing))]

    def _left(self, plan: Plan, run: Run, cause: str, verdict: Verdict) -> list[Run]:
        """A round that moves nothing: what the run changed, and why it stays."""
        try:
            back = self._plan(plan, run)
        except KeyboardInterrupt:
            back = _unseen(plan, run, cause)
        stays = as_it_stays(back, cause)
        if not stays.returns:
            return []
        self.tell(stays, run)
        closing = self.close(verdict)
        at = closing.at
        left = replace(run, verb=ROLLBACK, verdict=verdict, started_at=at, ended_at=at, steps=(), events=(closing,))
        return [replace(left, returns=stays.returns)]

    def _rounds(self, plan: Plan, run: Run) -> list[Run]:
        rounds: list[Run] = []
        for _ in range(_ROUNDS):
            back = self._plan(plan, run)
            if not back.returns:
                break
            self.tell(back, run)
            outcome = self.carry_out(back)
            rounds.append(outcome.run)
            if back.complete or not _may_go_on(back, outcome):
                break
        return rounds

    def _plan(self, failed: Plan, run: Run) -> Plan:
        try:
            desired, observed = self.look()
            before = self.before.with_records(self._records())
            back = plan_rollback(desired, observed, before, replacement_rules(desired, before))
        except OrchestratorError as error:
            return _unseen(failed, run, f"what stands now cannot be seen: {error}")
        earlier = brought_earlier(self.before, desired.topology, run, back.returns)
        return replace(back, returns=(*back.returns, *earlier))

    def _records(self) -> Sequence[ReleaseRecord]:
        releases = sorted({one.release for one in self.before.formers if one.release})
        return [found for found in map(self.record, releases) if found is not None]


def _may_go_on(back: Plan, outcome: Outcome) -> bool:
    """Whether what had to be waited for is over: a region that did not come back meanwhile holds up no other."""
    waits = {step.id for step in back.steps if isinstance(step.action, AwaitOperation)}
    if outcome.stopped or outcome.run.verdict is Verdict.INTERRUPTED or any(one.stopped for one in outcome.run.steps):
        return False
    return all(one.succeeded for one in outcome.run.steps if one.id in waits)


def _unseen(failed: Plan, run: Run, cause: str) -> Plan:
    """Without a look: of what the plan would have returned, that which steps of the run had begun with."""
    begun = [step.id.split(":")[1:3] for step in run.steps if step.started_at]
    touched = [one for one in failed.returns if [one.layer, one.region] in begun]
    returns = tuple(replace(one, cause=one.cause or cause) for one in touched)
    return replace(failed, verb=ROLLBACK, changes=(), steps=(), findings=(), complete=True, returns=returns)


def replacement_rules(desired: DesiredState, before: Before) -> CreateOnly:
    """Of the types that differ between what is deployed and what stood before. Loading them takes half a second."""
    bodies = {one.layer: one.body for one in desired.stack_sets}
    types: set[str] = set()
    for one in before.definitions:
        types |= changed_types(bodies[one.layer], one.body)
    if not types:
        return {}
    from orchestrator.synth import create_only_properties

    return create_only_properties(frozenset(types), desired.topology.home_region)


def rollback_event(back: Plan, failed: Run, at: datetime) -> Event:
    """What is about to go back, and what does not, in a sentence; `steps` tells how many more there are."""
    steps = ", ".join(step.id for step in failed.failed)
    going = [one for one in back.returns if not one.cause]
    parts = [f"{', '.join(regions)} back to release {release}" for release, regions in by_release(going)]
    infra = [one.region for one in going if one.layer == "infra"]
    parts += [f"infra of {', '.join(infra)} back to its former template"] if infra else []
    parts += [f"not {_name(one)}: {one.cause}" for one in back.returns if one.cause]
    detail = f"{steps} failed; {'; '.join(parts)}"
    return Event(at=at, run=failed.id, kind=EventKind.ROLLBACK, detail=detail, data=(("steps", str(len(back.steps))),))


def closing_event(run: str, verdict: Verdict, at: datetime) -> Event:
    """How the run ended, its rollback included: the last that its journal tells."""
    return Event(at=at, run=run, kind=EventKind.RUN_ENDED, detail=verdict.value)


def _name(one: Return) -> str:
    return one.region if one.layer == "compute" else f"{one.layer} of {one.region}"
