"""The course of a drill, failover or failback: its steps by what they mean, and its users' requests on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.core.drill import DrillMode
from orchestrator.core.run import Run, StepRecord, StepStatus
from orchestrator.core.run_report import RunFacts
from orchestrator.core.traffic import TrafficRequest

_DRILL, _SWITCHES = "take-out", frozenset(("failover", "failback"))
STEADY = "steady:"
"""Steps of a failback in which the region answers for a while, before users return."""
_LEVER, _HOLD, _ANSWER, _ANSWER_BACK = "lever:", "hold:", "answer:", "answer-back:"
_CONFIRMING = frozenset(("agree-back", "users-back"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`lever` is the step that took the region out (failback: put it back). `put_back` None: it stays so.

    `requests` are those of the users, `at` in seconds from the start of the run, in the order of their ends. `window`
    has those that the lever can have touched: after it began to move, and before it was put back.
    """

    run: Run
    facts: RunFacts
    lever: StepRecord
    agree: tuple[StepRecord, ...]
    answers: tuple[StepRecord, ...]
    users: tuple[StepRecord, ...]
    hold: tuple[StepRecord, ...]
    put_back: StepRecord | None
    back: tuple[StepRecord, ...]
    guard: StepRecord | None
    requests: tuple[TrafficRequest, ...] = ()
    window: tuple[TrafficRequest, ...] = ()

    @property
    def drill(self) -> bool:
        """Whether the region is put back by the same run, and judged."""
        return self.lever.id == _DRILL

    @property
    def leaves(self) -> bool:
        """Whether users leave the region (drill, failover) or return to it (failback)."""
        return self.run.verb != "failback"

    @property
    def outage(self) -> bool:
        """Whether the region really fails: a lever is kept where it is by a step of its own."""
        kept = any(step.id == "keep" for step in self.run.steps)
        return self.drill and self.facts.mode is not DrillMode.SWITCH and not kept

    @property
    def noticed(self) -> str:
        """What `agree` waited for. Checkers see a failure long before the verdict, which needs several in a row."""
        return "checkers see it" if self.outage else "alarm agrees"

    @property
    def restored(self) -> bool:
        """Whether nothing is owed: what a drill took away is back, as far as it asked."""
        if self.put_back is None or self.lever.started_at is None:
            return True
        return succeeded(self.put_back) and not any(step.status is StepStatus.FAILED for step in self.back)

    def seconds(self, at: datetime) -> float:
        """From the start of the run."""
        return (at - self.run.started_at).total_seconds()

    def moment(self, seconds: float) -> datetime:
        """The other way round."""
        return self.run.started_at + timedelta(seconds=seconds)

    def elsewhere(self, request: TrafficRequest) -> bool:
        """Whether this user was served well, and where the run wants users to be served."""
        return request.ok and (request.region == self.facts.region) is not self.leaves


def course_of(
    run: Run, facts: RunFacts, requests: Sequence[TrafficRequest] = (), traffic_from: datetime | None = None
) -> Course | None:
    """None when the run is neither a drill nor a failover nor a failback, or has no lever to tell of."""
    steps = {step.id: step for step in run.steps}
    moved = next((one for one in run.steps if one.id.startswith(_LEVER)), None) if run.verb in _SWITCHES else None
    lever = steps.get(_DRILL, moved)
    if lever is None:
        return None
    shift = (traffic_from - run.started_at).total_seconds() if traffic_from else 0.0
    told = sorted((replace(one, at=one.at + shift) for one in requests), key=lambda one: one.ended)
    course = Course(
        run=run,
        # Journals of before facts were kept tell the region all the same.
        facts=facts if facts.region else replace(facts, region=lever.region),
        lever=lever,
        agree=tuple(one for one in run.steps if one.id == "agree" or one.id.startswith(_HOLD)),
        answers=tuple(one for one in run.steps if one.id.startswith(_ANSWER)),
        users=tuple(one for one in run.steps if one.id == "users"),
        hold=tuple(one for one in run.steps if one.id == "hold"),
        put_back=steps.get("put-back"),
        back=tuple(one for one in run.steps if one.id in _CONFIRMING or one.id.startswith(_ANSWER_BACK)),
        guard=steps.get("watch"),
        requests=tuple(told),
    )
    return replace(course, window=_window(course))


def _window(course: Course) -> tuple[TrafficRequest, ...]:
    if course.lever.started_at is None:
        return ()
    began = course.seconds(course.lever.started_at)
    over = course.put_back.started_at if course.put_back else None
    end = course.seconds(over) if over else float("inf")
    return tuple(one for one in course.requests if one.ended >= began and one.at < end)


def succeeded(step: StepRecord) -> bool:
    """Whether it reached its end well."""
    return step.status is StepStatus.SUCCEEDED


def ended(steps: Sequence[StepRecord]) -> datetime | None:
    """When the last of them had succeeded; None when there is none, or when one did not."""
    ends = [step.ended_at for step in steps if step.ended_at is not None and succeeded(step)]
    return max(ends) if steps and len(ends) == len(steps) else None
