"""The order of a plan's steps as people read it: numbered rows, each with the rows that it directly waits for.

Steps that differ in nothing but the account share a row, so that a thousand accounts read like one; and many steps
share one tuple of needs, which is therefore looked at once: a plan of 20,000 instances is ordered in linear time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.plan import Plan, Step
from orchestrator.report.amounts import accounts_text

_SHORT = 8
ANY_ACCOUNT = "{account}"
"""Stands for the account in what several accounts share, as it does in regions.yaml."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One or several steps that differ in nothing but the account; then they speak of `{account}`."""

    number: int
    steps: tuple[Step, ...]
    after: tuple[int, ...]

    @property
    def name(self) -> str:
        """The id of the step, or `gate:{account}:us-west-2`."""
        return self._general(self.steps[0].id)

    @property
    def accounts(self) -> str:
        """` in 111111111111, 222222222222` of a shared row, "" of a single step."""
        return accounts_text(tuple(step.account for step in self.steps)) if len(self.steps) > 1 else ""

    @property
    def why(self) -> str:
        """The reason, and whether it runs after failures too."""
        always = "; runs whatever happened before" if self.steps[0].always else ""
        return self._general(self.steps[0].reason) + always

    def _general(self, text: str) -> str:
        return text if len(self.steps) == 1 else text.replace(self.steps[0].account, ANY_ACCOUNT)


def step_rows(plan: Plan) -> tuple[StepRow, ...]:
    """The rows so that each comes after what it needs, with only the needs that no other need implies."""
    levels = _levels(plan.steps)
    groups: dict[tuple[object, ...], list[Step]] = {}
    numbers: dict[str, int] = {}
    # What a step needs stands on a lower level, and has its row before it.
    for step in sorted(plan.steps, key=lambda one: levels[one.id]):
        found = groups.setdefault(_group(step, levels[step.id], numbers), [])
        found.append(step)
        numbers[step.id] = numbers[found[0].id] if len(found) > 1 else len(groups)
    reduction = _Reduction(numbers)
    return tuple(
        StepRow(number, tuple(steps), reduction.after(number, steps[0].needs))
        for number, steps in enumerate(groups.values(), 1)
    )


def numbers_text(numbers: tuple[int, ...]) -> str:
    """`1, 4-7, 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _group(step: Step, level: int, numbers: Mapping[str, int]) -> tuple[object, ...]:
    """Steps that each wait for their own account's step of one row wait for the same."""
    if not step.account:
        return (step.id,)
    key = _key(step.needs)
    needs = frozenset(numbers.get(need, 0) for need in step.needs) if key is step.needs else key
    shape, reason = (text.replace(step.account, ANY_ACCOUNT) for text in (step.id, step.reason))
    # What waits for a step of its own account is like what waits for the same step of another.
    needs = _key(tuple(one.replace(step.account, ANY_ACCOUNT) for one in step.needs) if _is_short(step) else step.needs)
    return (level, shape, reason, step.region, step.home_region, step.deadline_s, step.always, needs)


def _is_short(step: Step) -> bool:
    return len(step.needs) <= _SHORT


def _key(needs: tuple[str, ...]) -> object:
    """Equal short tuples are one key; long ones are compared by identity, which is how planners share them."""
    return needs if len(needs) <= _SHORT else id(needs)


def _levels(steps: tuple[Step, ...]) -> dict[str, int]:
    """How many steps must end before each, at the longest. A cycle (a broken plan) counts as level 0."""
    known = {step.id for step in steps}
    levels: dict[str, int] = {}
    waiting: dict[object, list[Step]] = {}
    unseen: dict[object, Iterator[str]] = {}
    for step in steps:
        key = _key(step.needs)
        waiting.setdefault(key, []).append(step)
        unseen.setdefault(key, iter(step.needs))
    # What waits for a step that comes later in the plan is looked at again when that one has its level.
    blocked: dict[str, list[object]] = {}
    ready: list[object] = list(reversed(waiting))
    while ready:
        key = ready.pop()
        needs = waiting[key][0].needs
        open_need = next((need for need in unseen[key] if need in known and need not in levels), None)
        if open_need is not None:
            blocked.setdefault(open_need, []).append(key)
            continue
        level = 1 + max((levels.get(need, 0) for need in needs), default=0)
        for step in waiting[key]:
            levels[step.id] = level
            ready += blocked.pop(step.id, ())
    return {step.id: 0 for step in steps} | levels


class _Reduction:
    """Sets of rows as bits of one integer: bit n is row n."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self._before: dict[int, int] = {}
        self._direct: dict[object, int] = {}

    def after(self, number: int, needs: tuple[str, ...]) -> tuple[int, ...]:
        """The rows that row `number` directly waits for. Rows must be asked for in their order."""
        direct = self._direct_bits(needs)
        implied = 0
        for row in _bits(direct):
            implied |= self._before.get(row, 0)
        self._before[number] = implied | direct
        return _bits(direct & ~implied)

    def _direct_bits(self, needs: tuple[str, ...]) -> int:
        key = _key(needs)
        if key not in self._direct:
            rows = {self._numbers[need] for need in needs if need in self._numbers}
            self._direct[key] = sum(1 << row for row in rows)
        return self._direct[key]


def _bits(value: int) -> tuple[int, ...]:
    return tuple(place for place, bit in enumerate(reversed(f"{value:b}")) if bit == "1")
