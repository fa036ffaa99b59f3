"""What a simulated deployment came to: its rounds, how long they may take, what a lost region would leave behind."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from orchestrator.core.critical_path import CriticalPath, critical_path
from orchestrator.core.gate_actions import InvokeFunction, RunCommand
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import Run, Verdict


class ReleaseSeen(Enum):
    """What a region runs after a release that broke off. UNKNOWN: a stack of it is in the middle of a change."""

    OLD = "old"
    NEW = "new"
    MIXED = "mixed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Round:
    """One plan and the run of it."""

    plan: Plan
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How long it takes when everything takes another time than usual, in seconds; None when no try succeeded.

    `failures`: why each of the other tries failed.
    """

    tries: int
    median_s: float | None
    worst_s: float | None
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One deployment with the usual durations, in one or more rounds."""

    name: str
    rounds: tuple[Round, ...]
    expected: Expected

    @property
    def path(self) -> CriticalPath:
        """What decided its duration."""
        return critical_path([(one.plan, one.run) for one in self.rounds])

    @property
    def succeeded(self) -> bool:
        """Every step of every round."""
        return not problem_of(self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The release again, with `region` silent from the start of `step` on. `lasted_s` is the whole run, `problem` why
    it failed.

    `releases` and `answers` are as of its end: what each region runs, and the regions that Route 53 sends users to (()
    when some get no answer); `served`: those regions work. Then the region returns: `left` steps are to be done, and
    `mended` says that after them everything is as it should be.
    """

    step: str
    region: str
    verdict: Verdict
    lasted_s: float
    problem: str
    releases: tuple[tuple[str, ReleaseSeen], ...]
    answers: tuple[str, ...]
    served: bool
    left: int
    mended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySimulation:
    """A first deployment and a release. `durations` are the usual ones, in seconds; `spread` the sigma of the tries.

    `left_out`: how many losses were not tried. `accounts` were simulated, of `accounts_in_all` (0: not known).
    """

    application: str
    environment: str
    regions: tuple[str, ...]
    accounts: tuple[str, ...]
    accounts_in_all: int
    seed: int
    durations: tuple[tuple[str, float], ...]
    spread: float
    rollouts: tuple[Rollout, ...]
    losses: tuple[Loss, ...] = ()
    left_out: int = 0

    @property
    def succeeded(self) -> bool:
        """Nothing failed that was not made to fail."""
        return all(one.succeeded for one in self.rollouts)

    @property
    def not_run(self) -> tuple[str, ...]:
        """The gates that a user brought: a simulation lets them pass, and runs neither."""
        actions = {type(step.action) for one in self.rollouts for part in one.rounds for step in part.plan.steps}
        kinds = ((RunCommand, "gates.command"), (InvokeFunction, "gates.function"))
        return tuple(name for kind, name in kinds if kind in actions)


@dataclass(frozen=True, slots=True)
class LossCases:
    """(step id, region) to try, and how many others there are."""

    cases: tuple[tuple[str, str], ...]
    left_out: int = 0


def problem_of(rounds: Sequence[Round]) -> str:
    """The first step that did not succeed with its reason, "" when all did."""
    failed = [step for one in rounds for step in one.run.failed]
    return f"{failed[0].id}: {failed[0].reason}" if failed else ""


def expected(seconds: Sequence[float], failures: Sequence[str]) -> Expected:
    """Of tries that succeeded, each in so many seconds, and of those that failed."""
    return Expected(
        tries=len(seconds) + len(failures),
        median_s=statistics.median(seconds) if seconds else None,
        worst_s=max(seconds, default=None),
        failures=tuple(failures),
    )


def release_seen(releases: Collection[str], *, old: str, new: str) -> ReleaseSeen:
    """Of the releases that the accounts of one region run; "" where one is being changed."""
    known = {old: ReleaseSeen.OLD, new: ReleaseSeen.NEW}
    found = {known.get(release, ReleaseSeen.UNKNOWN) for release in releases}
    if not found or ReleaseSeen.UNKNOWN in found:
        return ReleaseSeen.UNKNOWN
    return found.pop() if len(found) == 1 else ReleaseSeen.MIXED


def loss_cases(rounds: Sequence[Round], regions: Sequence[str], *, most: int) -> LossCases:
    """Every step with every region, in the order in which steps began; equal steps of several accounts count once.

    Where that is more than `most`, only the first step of each phase (its kind and its region), and no more than that.
    """
    steps = _distinct(_in_order(rounds), _shape)
    cases = _cases(steps, regions)
    if len(cases) <= most:
        return LossCases(cases)
    first = _cases(_distinct(steps, _phase), regions)[:most]
    return LossCases(first, len(cases) - len(first))


def _in_order(rounds: Sequence[Round]) -> list[Step]:
    began = {step.id: step.started_at for one in rounds for step in one.run.steps if step.started_at}
    steps = [step for one in rounds for step in one.plan.steps if step.id in began]
    return sorted(steps, key=lambda step: began[step.id])


def _distinct(steps: Sequence[Step], kind: Callable[[Step], object]) -> list[Step]:
    """The first of each kind."""
    found: dict[object, Step] = {}
    for step in steps:
        found.setdefault(kind(step), step)
    return list(found.values())


def _shape(step: Step) -> object:
    return step.id.replace(step.account, "*") if step.account else step.id


def _phase(step: Step) -> object:
    return step.id.partition(":")[0], step.region


def _cases(steps: Sequence[Step], regions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((step.id, region) for step in steps for region in regions)
