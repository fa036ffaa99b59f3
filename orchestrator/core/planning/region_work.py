"""What each region's instances need: to be made, updated, overridden, or nothing, and the reason for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from orchestrator.core.diff import replaced_resources
from orchestrator.core.instances import blocking_finding, instance_changes
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Finding, Risk, Severity
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.state import ObservedState, Parameters, StackInstance, StackSet
from orchestrator.core.waves import EVERYBODY, Wave


@dataclass(frozen=True, slots=True)
class RegionWork:
    """The accounts of a region and wave to create instances in, to update, to override. ("",): the units as a whole.

    `units` are those of the wave that are new there beside others.
    """

    region: str
    wave: Wave = EVERYBODY
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """(wave, region)."""
        return (self.wave.name, self.region)

    @property
    def is_new(self) -> bool:
        """Nothing of it stands yet: nobody can be served by it."""
        return bool(self.create or self.units) and not self.update and not self.override


@dataclass(frozen=True, slots=True)
class _Verdict:
    part: Part
    create: bool = False
    update: bool = False
    override: bool = False


def look_at_region(
    desired: StackSet,
    observed: ObservedState,
    *,
    region: str,
    wave: Wave,
    stack_set_changes: tuple[FieldChange, ...],
    units: Mapping[str, str],
) -> tuple[RegionWork, Part]:
    """The work of a region and wave, and a change with its reason for each instance, no-ops included.

    `units` are the organizational units of accounts.
    """
    managed = desired.targets.service_managed
    seen = observed.instances_in(desired.name, region)
    instances = {one.account: one for one in seen if not managed or _is_of(one, wave)}
    if managed and not instances:
        change = _create_change(desired, region, "", wave.label("units"))
        return RegionWork(region, wave, create=("",)), Part(changes=(change,), complete=False)
    judge = _Judge(desired, observed, region, bool(replaced_resources(stack_set_changes)))
    new, missed = _without_instances(desired, wave, seen, units) if managed else ((), ())
    accounts = sorted((*instances, *missed)) if managed else wave.accounts
    verdicts = {one: judge.verdict(one, instances.get(one)) for one in accounts}
    work = RegionWork(
        region,
        wave,
        create=tuple(account for account, verdict in verdicts.items() if verdict.create),
        update=tuple(account for account, verdict in verdicts.items() if verdict.update),
        override=tuple(account for account, verdict in verdicts.items() if verdict.override),
        units=new,
    )
    # Which accounts StackSets finds in a unit is known once it has been there.
    made = Part(changes=tuple(_create_change(desired, region, "", unit) for unit in new), complete=not new)
    return work, joined([made, *(verdict.part for verdict in verdicts.values())])


def _without_instances(
    desired: StackSet, wave: Wave, seen: Sequence[StackInstance], units: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(units of which nothing stands in a region, accounts of the others that automatic deployment has missed)."""
    present, standing = {one.account for one in seen}, {one.organizational_unit for one in seen}
    mine = wave.units or desired.targets.organizational_units
    without = [one for one in wave.accounts if one not in present and units.get(one) in mine]
    new = tuple(dict.fromkeys(units[one] for one in without if units[one] not in standing))
    return new, tuple(one for one in without if units[one] in standing)


def unwanted_instances(
    desired: StackSet, observed: ObservedState, accounts: tuple[str, ...]
) -> tuple[StackInstance, ...]:
    """Instances that the configuration no longer names: their region, their account or their organizational unit."""
    managed, known = desired.targets.service_managed, frozenset(accounts)
    units = ("", *desired.targets.organizational_units)
    return tuple(
        one
        for one in observed.instances_of(desired.name)
        if one.region not in desired.regions
        or (one.organizational_unit not in units if managed else one.account not in known)
    )


def _is_of(instance: StackInstance, wave: Wave) -> bool:
    """An instance of a unit that is named no more is of no wave."""
    if instance.organizational_unit:
        return not wave.units or instance.organizational_unit in wave.units
    return not wave.name or instance.account in wave.accounts


def deletion(layer: str, instance: StackInstance, reason: str = "regions.yaml no longer names it") -> Change:
    """The change that deletes one instance."""
    base = _instance_change(layer, instance.region, instance.account)
    return replace(base, action=ChangeAction.DELETE, reason=reason, risk=Risk.HIGH)


def _id(layer: str, region: str, account: str, units: str = "units") -> str:
    return f"instance:{layer}:{account or units}:{region}"


def _instance_change(layer: str, region: str, account: str) -> Change:
    return Change(
        id=_id(layer, region, account),
        kind=ChangeKind.INSTANCE,
        action=ChangeAction.NO_OP,
        reason="runs this template and these parameters",
        region=region,
        account=account,
    )


def _create_change(desired: StackSet, region: str, account: str, units: str = "units") -> Change:
    return Change(
        id=_id(desired.layer, region, account, units),
        kind=ChangeKind.INSTANCE,
        region=region,
        account=account,
        action=ChangeAction.CREATE,
        reason="no instance there yet",
        risk=Risk.LOW,
        fields=_new_parameters(desired.parameters_for(region)),
    )


@lru_cache(maxsize=64)
def _new_parameters(parameters: Parameters) -> tuple[FieldChange, ...]:
    """Shared by the instances of a region: there may be thousands."""
    return tuple(FieldChange(f"Parameters.{name}", "", str(value)) for name, value in parameters)


@dataclass(frozen=True, slots=True)
class _Judge:
    desired: StackSet
    observed: ObservedState
    region: str
    replaces: bool

    def verdict(self, account: str, instance: StackInstance | None) -> _Verdict:
        if instance is None:
            return _Verdict(Part(changes=(_create_change(self.desired, self.region, account),)), create=True)
        unchanged = _instance_change(self.desired.layer, self.region, account)
        if instance.stack is None and self.observed.is_silent(self.region, account):
            return _Verdict(_unknown(unchanged))
        fields = instance_changes(self.desired, instance)
        blocked = blocking_finding(instance, unchanged.id, self.desired.home_region)
        findings = (blocked,) if blocked else ()
        if not fields:
            return _Verdict(Part((unchanged,), (), findings))
        overrides = {f"Parameters.{name}" for name, _ in self.desired.overrides_for(self.region)}
        paths = {field.path for field in fields}
        change = replace(
            unchanged,
            action=ChangeAction.REPLACE if self.replaces else ChangeAction.UPDATE,
            reason=_why(paths),
            risk=Risk.HIGH if self.replaces else Risk.MEDIUM,
            fields=fields,
        )
        part = Part((change,), (), findings)
        return _Verdict(part, update=bool(paths - overrides), override=bool(paths & overrides))


def _unknown(change: Change) -> Part:
    reason = f"{change.region} did not answer for account {change.account}: what runs there is unknown"
    finding = Finding("region-unreachable", Severity.WARNING, change.id, reason, "plan again once it answers")
    return Part((replace(change, reason=reason),), (), (finding,), complete=False)


def _why(paths: Sequence[str] | set[str]) -> str:
    if "stack" in paths:
        return "its stack is gone"
    if "template" in paths:
        return "runs another template"
    parameters = sorted(path.removeprefix("Parameters.") for path in paths if path.startswith("Parameters."))
    if parameters:
        return f"runs with other parameters: {', '.join(parameters)}"
    return "StackSets does not call it CURRENT"
