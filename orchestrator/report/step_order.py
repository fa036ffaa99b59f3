"""The order of a plan's steps as people read it: numbered, each with what it directly waits for."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class OrderedStep:
    """A step with its number, and the numbers of those that it directly waits for."""

    number: int
    step: Step
    after: tuple[int, ...]


def ordered_steps(plan: Plan) -> tuple[OrderedStep, ...]:
    """The steps so that each comes after what it needs, with only the needs that no other need implies."""
    steps = {step.id: step for step in plan.steps}
    numbers: dict[str, int] = {}
    before: dict[str, frozenset[str]] = {}
    made: list[OrderedStep] = []
    for step in _sorted(plan.steps):
        needs = [need for need in step.needs if need in steps]
        implied = frozenset[str]().union(*(before.get(need, frozenset()) for need in needs))
        numbers[step.id] = len(numbers) + 1
        before[step.id] = implied.union(needs)
        after = sorted({numbers[need] for need in needs if need not in implied and need in numbers})
        made.append(OrderedStep(numbers[step.id], step, tuple(after)))
    return tuple(made)


def numbers_text(numbers: tuple[int, ...]) -> str:
    """`1, 4-7, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _sorted(steps: tuple[Step, ...]) -> list[Step]:
    """Topological, and as close to the plan's own order as that allows. A cycle (a broken plan) keeps its order."""
    known = {step.id for step in steps}
    waiting = {step.id: {need for need in step.needs if need in known} for step in steps}
    done: set[str] = set()
    ordered: list[Step] = []
    rest = list(steps)
    while rest:
        ready = [step for step in rest if waiting[step.id] <= done] or rest
        ordered += ready
        done |= {step.id for step in ready}
        rest = [step for step in rest if step.id not in done]
    return ordered
