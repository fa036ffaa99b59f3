"""What of a failed run goes back together: the instances that it touched, grouped into what one operation returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.former import Before, Former
from orchestrator.core.state import StackInstance, StackSet

DIFFERED = "the accounts of its organizational unit ran different releases, and the unit goes back only as a whole"


@dataclass(frozen=True, slots=True)
class Affected:
    """An instance that the run touched. `cause`: why it does not go back, "" when it does."""

    stack_set: StackSet
    instance: StackInstance
    former: Former | None
    cause: str

    @property
    def alike(self) -> object:
        """What one operation can return together."""
        assert self.former is not None
        return _alike(self.former)

    @property
    def unit(self) -> str:
        """The organizational unit that takes it along, "" where accounts are the targets."""
        return self.instance.organizational_unit if self.stack_set.targets.service_managed else ""


def _alike(former: Former) -> object:
    return former.digest, former.parameters


def as_one(
    stack_set: StackSet, region: tuple[Affected, ...], seen: Iterable[StackInstance], before: Before
) -> tuple[Affected, ...]:
    """Organizational units are updated as a whole: where accounts of one ran different releases, none can go back.

    `seen` are all instances of the region: those that the run never touched would be taken along.
    """
    if not stack_set.targets.service_managed:
        return region
    ran: dict[str, set[object]] = {}
    for one in region:
        if not one.cause:
            ran.setdefault(one.unit, set()).add(one.alike)
    touched = {one.instance.place for one in region}
    for instance in seen:
        former = before.of(stack_set.layer, instance)
        if former is not None and instance.place not in touched and instance.organizational_unit in ran:
            ran[instance.organizational_unit].add(_alike(former))
    return tuple(replace(one, cause=one.cause or DIFFERED) if len(ran.get(one.unit, ())) > 1 else one for one in region)


def groups(stack_set: StackSet, going: Sequence[Affected]) -> list[tuple[Affected, ...]]:
    """By region, and within one by what ran there: accounts or units of one region may have run different releases."""
    found: dict[tuple[str, object], list[Affected]] = {}
    for one in going:
        if one.stack_set.layer == stack_set.layer:
            found.setdefault((one.instance.region, one.alike), []).append(one)
    return [tuple(group) for group in found.values()]


def units_of(group: Iterable[Affected]) -> tuple[str, ...]:
    """Only the units that the run touched, () where accounts are the targets or nobody knows the units."""
    units = {one.unit for one in group}
    return () if "" in units else tuple(sorted(units))
