"""What a failed account would leave behind, said before anything is changed: bounds for the user's own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.core.actions import UpdateInstances
from orchestrator.core.fan_out import ConcurrencyMode, FanOut
from orchestrator.core.plan import Finding, Severity, Step
from orchestrator.core.planning.part import Part
from orchestrator.core.waves import Wave


def failure_findings(part: Part, layer: str, waves: tuple[Wave, ...], fan_out: FanOut) -> tuple[Finding, ...]:
    """One per wave whose instances are updated. () for a single account, which fails or does not."""
    return tuple(
        _finding(layer, wave, later, updates, fan_out)
        for wave, later in zip(waves, _followers(waves), strict=True)
        if (updates := list(_updates(part, layer, wave))) and (len(waves) > 1 or _accounts(updates[0], wave) > 1)
    )


def left_behind(region: str, accounts: int, fan_out: FanOut, untouched: Iterable[str]) -> str:
    """What is true when one of the `accounts` of a region fails: most failures, most on the new release, and who waits.

    Those that succeeded before it stay on the new release: StackSets takes nothing back.
    """
    later = ", ".join(untouched)
    rest = f"{later} untouched then" if later else "nothing comes after it"
    if accounts == 1:
        return f"in {region} its only account may fail; {rest}"
    failed = fan_out.most_failed(accounts)
    return (
        f"in {region} up to {failed} of {accounts} accounts may fail, and up to {accounts - 1} may be on the new "
        f"release when one does; {rest}"
    )


def _finding(layer: str, wave: Wave, later: tuple[str, ...], updates: list[Step], fan_out: FanOut) -> Finding:
    regions = [step.region for step in updates]
    told = [
        left_behind(step.region, _accounts(step, wave), fan_out, (*regions[place + 1 :], *later))
        for place, step in enumerate(updates)
    ]
    where = f"{layer}, wave {wave.name}" if wave.name else layer
    several = any(_accounts(step, wave) > 1 for step in updates)
    return Finding("failure-leaves", Severity.INFO, where, "; ".join(told), _fix(fan_out) if several else "")


def _fix(fan_out: FanOut) -> str:
    if fan_out.tolerance.number:
        return "a tolerated failure fails the step all the same: no later region or wave, and no record, is touched"
    if fan_out.mode is ConcurrencyMode.SOFT:
        return "for fewer failures at once: rollout.concurrency, rollout.concurrency_mode: strict, or rollout.waves"
    return ""


def _followers(waves: tuple[Wave, ...]) -> Iterator[tuple[str, ...]]:
    for place in range(len(waves)):
        yield tuple(f"wave {one.name}" for one in waves[place + 1 :])


def _updates(part: Part, layer: str, wave: Wave) -> Iterator[Step]:
    for step in part.steps:
        match step.action:
            case UpdateInstances(stack_set=stack_set, regions=regions, targets=targets) if regions:
                units = targets.organizational_units
                mine = set(units) & set(wave.units) if units else set(targets.accounts) & set(wave.accounts)
                if stack_set.layer == layer and mine:
                    yield step
            case _:
                continue


def _accounts(step: Step, wave: Wave) -> int:
    match step.action:
        case UpdateInstances(targets=targets) if targets.accounts:
            return len(targets.accounts)
        case _:
            return max(1, len(wave.accounts))
