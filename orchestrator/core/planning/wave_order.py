"""The order of waves when an early one is new: an instance is made from what the stack set says at that moment."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.planning.stack_sets import stack_set_changes
from orchestrator.core.state import ObservedState, StackSet
from orchestrator.core.waves import Wave


@dataclass(frozen=True, slots=True)
class WaveOrder:
    """The waves as they will go. `findings` tell which do not go where regions.yaml has them."""

    waves: tuple[Wave, ...]
    findings: tuple[Finding, ...] = ()


def wave_order(desired: DesiredState, observed: ObservedState, create_only: CreateOnly) -> WaveOrder:
    """As configured, but waves without any instance come after the first that has some, where a template changes.

    Only an update of some instance makes a stack set say the new template; a wave that is new has no user to protect.
    """
    order = list(desired.waves)
    for stack_set in (desired.infra, desired.compute):
        if stack_set_changes(stack_set, observed.stack_set(stack_set.name), create_only):
            order = _standing_first(order, stack_set, observed)
    moved = [one for place, one in enumerate(desired.waves) if order.index(one) > place]
    return WaveOrder(tuple(order), tuple(_finding(one) for one in moved))


def _standing_first(order: list[Wave], stack_set: StackSet, observed: ObservedState) -> list[Wave]:
    instances = observed.instances_of(stack_set.name)
    accounts = {one.account for one in instances}
    units = {one.organizational_unit for one in instances}
    standing = [one for one in order if accounts & set(one.accounts) or units & set(one.units)]
    if not standing:
        return order
    first = order.index(standing[0])
    return [order[first], *order[:first], *order[first + 1 :]]


def _finding(wave: Wave) -> Finding:
    message = f"wave {wave.name} is new, and the template changes: it comes after a wave that stands already"
    fix = "to have it first all the same, deploy it with the template as it was, then change the template"
    return Finding("wave-order", Severity.WARNING, f"wave {wave.name}", message, fix)
