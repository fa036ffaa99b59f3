"""Stack-set operations: one per region and wave, in rollout order, each with a token that no repetition doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from orchestrator.core.actions import Action, CreateInstances, DeleteInstances, OverrideInstances, UpdateInstances
from orchestrator.core.diff import CreateOnly
from orchestrator.core.fan_out import ALL_AT_ONCE, FanOut
from orchestrator.core.plan import Step
from orchestrator.core.planning.region_work import RegionWork
from orchestrator.core.state import ObservedStackSet, ObservedState, StackInstance, StackSet, Targets
from orchestrator.core.tokens import operation_id
from orchestrator.core.waves import EVERYBODY, Wave

Place = tuple[str, str]
"""(wave, region)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a stack set's steps wait for. `needs` and `gates` by place: the next place waits for the gates of this one.

    `first` are needs of the very first step; `between` by wave: what the next wave waits for beside the gates.
    `new_at_once`: new instances of a wave wait for no other region; `together`: all regions in one operation.
    `units` are the organizational units of accounts.
    """

    accounts: tuple[str, ...]
    create_only: CreateOnly
    waves: tuple[Wave, ...] = ()
    first: tuple[str, ...] = ()
    needs: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    gates: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    between: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    new_at_once: bool = False
    together: bool = False
    fan_out: FanOut = ALL_AT_ONCE
    deadline_s: int = 3600
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_waves(self) -> tuple[Wave, ...]:
        """At least one."""
        return self.waves or (Wave("", self.accounts),)


def step_id(kind: str, layer: str, region: str, wave: Wave = EVERYBODY) -> str:
    """`update:compute:us-east-1`, in one of several waves `update:compute:us-east-1:canary`."""
    return wave.label(f"{kind}:{layer}:{region}")


@dataclass(frozen=True, slots=True)
class Operations:
    """Makes the steps of one stack set."""

    desired: StackSet
    observed: ObservedState
    present: ObservedStackSet | None
    around: Surroundings

    def one_by_one(self, works: Sequence[RegionWork], *, template_is_old: bool) -> tuple[Step, ...]:
        """Wave after wave, in each region after region; the next waits for the gates of the one before.

        New instances are made from what the stack set says at that moment. `template_is_old`: it does not say what is
        desired, so a region that has instances to update goes first; without any, the stack set alone is updated.
        """
        steps = self._definition(works) if template_is_old else []
        before = (steps[-1].id,) if steps else self._after_creation()
        first = template_is_old and not steps
        for name, group in groupby(works, key=lambda work: work.wave.name):
            of_wave = list(group)
            made, before = self._wave(_an_update_first(of_wave) if first else of_wave, before, first=first)
            first = first and not made
            steps += made
            before = (*before, *self.around.between.get(name, ()))
        return tuple(steps)

    def _wave(
        self, works: Sequence[RegionWork], before: tuple[str, ...], *, first: bool
    ) -> tuple[list[Step], tuple[str, ...]]:
        """The steps of one wave, and what comes after all of them. `first`: the first step brings the template."""
        steps: list[Step] = []
        start, ends = before, []
        for work in works:
            apart = self.around.new_at_once and work.is_new
            made = self._region(work, (*(start if apart else before), *self.around.needs.get(work.place, ())))
            steps += made
            if apart:
                ends.append(made[-1].id)
                continue
            gates = self.around.gates.get(work.place, ())
            # A region that an earlier run updated must still answer before the next one is touched.
            before = (made[-1].id, *gates) if made else (*before, *gates)
            if first and made:
                start, first = before, False
        return steps, (*before, *ends)

    def together(self, works: Sequence[RegionWork], *, template_is_old: bool) -> tuple[Step, ...]:
        """All regions in one operation: for the control layer, where no region waits for another."""
        create = tuple(work.region for work in works if work.create)
        update = tuple(work.region for work in works if work.update)
        steps = self._definition(works) if template_is_old else []
        for kind, regions in (("update", update), ("instances", create)):
            if regions:
                needs = (steps[-1].id,) if steps else self._after_creation()
                steps.append(self._step(kind, regions, self.around.accounts, needs, name="all"))
        return tuple(steps)

    def removals(self, unwanted: Sequence[StackInstance], needs: tuple[str, ...], reason: str) -> tuple[Step, ...]:
        """Delete instances, region after region."""
        steps: list[Step] = []
        for region in sorted({one.region for one in unwanted}):
            gone = [one for one in unwanted if one.region == region]
            accounts = tuple(sorted(one.account for one in gone))
            targets = self._targets_of(gone)
            token = operation_id(
                "delete", self._token_parts((region,), (*accounts, *targets.organizational_units)), self.present
            )
            action = DeleteInstances(
                self.desired.name, self.desired.home_region, targets, (region,), token, self.around.fan_out
            )
            steps.append(
                Step(
                    id=step_id("delete", self.desired.layer, region),
                    action=action,
                    needs=(steps[-1].id,) if steps else needs,
                    reason=reason,
                    region=region,
                    home_region=self.desired.home_region,
                    deadline_s=self.around.deadline_s,
                )
            )
        return tuple(steps)

    def _definition(self, works: Sequence[RegionWork]) -> list[Step]:
        """An update of the stack set alone: the only way to new instances of a new template when there are no old."""
        if any(work.update for work in works) or not any(work.create or work.units for work in works):
            return []
        token = operation_id("define", self._token_parts((), ()), self.present)
        step = Step(
            id=f"define:{self.desired.layer}",
            action=UpdateInstances(self.desired, self._targets((), EVERYBODY), (), token, fan_out=self.around.fan_out),
            needs=self._after_creation(),
            reason="new instances are made from what the stack set says",
            home_region=self.desired.home_region,
            deadline_s=self.around.deadline_s,
        )
        return [step]

    def _region(self, work: RegionWork, needs: tuple[str, ...]) -> list[Step]:
        # The update first: it is what gives the stack set the template from which instances are created.
        steps: list[Step] = []
        kinds = (
            ("update", work.update),
            ("units", work.units),
            ("instances", work.create),
            ("override", work.override),
        )
        for kind, accounts in kinds:
            if accounts:
                follow = kind == "update" and bool(work.override)
                wait = (steps[-1].id,) if steps else needs
                made = self._step(kind, (work.region,), accounts, wait, work.wave, overrides_follow=follow)
                steps.append(made)
        return steps

    def _after_creation(self) -> tuple[str, ...]:
        return (f"create:{self.desired.layer}",) if self.present is None else self.around.first

    def _targets(self, accounts: tuple[str, ...], wave: Wave) -> Targets:
        if not self.desired.targets.service_managed:
            return Targets(accounts)
        return Targets((), wave.units) if wave.units else self.desired.targets

    def _reached(self, kind: str, region: str, accounts: tuple[str, ...], wave: Wave) -> Targets:
        """Of an operation on one region. `accounts` are units for "units", and ("",) for all units of the wave."""
        targets = self._targets(accounts, wave)
        if not targets.service_managed or accounts == ("",):
            return targets
        match kind:
            case "units":
                return Targets((), accounts)
            case "instances":
                # StackSets goes on deploying to accounts that join a unit, whatever filter an operation has.
                return Targets(accounts, tuple(sorted({self.around.units[one] for one in accounts})))
            case _:
                # A unit that the stack set does not know is refused.
                seen = {one.organizational_unit for one in self.observed.instances_in(self.desired.name, region)}
                known = tuple(unit for unit in targets.organizational_units if unit in seen)
                return Targets((), known or targets.organizational_units)

    def _targets_of(self, instances: Sequence[StackInstance]) -> Targets:
        """Of instances of organizational units: these units, which regions.yaml may name no more."""
        units = tuple(sorted({one.organizational_unit for one in instances if one.organizational_unit}))
        return self._targets(tuple(sorted(one.account for one in instances)), Wave("", (), units))

    def _step(
        self,
        kind: str,
        regions: tuple[str, ...],
        accounts: tuple[str, ...],
        needs: tuple[str, ...],
        wave: Wave = EVERYBODY,
        *,
        name: str = "",
        overrides_follow: bool = False,
    ) -> Step:
        targets, fan_out = self._reached(kind, regions[0], accounts, wave), self.around.fan_out
        # Units that hold no instance yet name no accounts: only the units tell two waves apart.
        whom = (*accounts, *targets.organizational_units)
        token = operation_id(kind, self._token_parts(regions, whom), self.present)
        action: Action
        match kind:
            case "instances" | "units":
                action, reason = (
                    CreateInstances(self.desired, targets, regions, token, fan_out),
                    "no instance there yet",
                )
            case "update":
                action = UpdateInstances(self.desired, targets, regions, token, overrides_follow, fan_out)
                reason = "bring it to this template and these parameters"
            case _:
                action = OverrideInstances(self.desired, targets, regions, token, fan_out)
                reason = "set what differs by region"
        return Step(
            id=step_id(kind, self.desired.layer, name or regions[0], wave),
            action=action,
            needs=tuple(dict.fromkeys(needs)),
            reason=reason,
            region="" if len(regions) > 1 else regions[0],
            account=accounts[0] if len(accounts) == 1 and kind != "units" else "",
            home_region=self.desired.home_region,
            deadline_s=self.around.deadline_s,
        )

    def _token_parts(self, regions: tuple[str, ...], whom: tuple[str, ...]) -> list[object]:
        before = [
            f"{one.account}/{one.region}/{one.last_operation}"
            for region in dict.fromkeys(regions)
            for one in self.observed.instances_in(self.desired.name, region)
        ]
        given = [self.desired.parameters_for(region) for region in regions] or [self.desired.parameters]
        values = [f"{name}={value}" for parameters in given for name, value in parameters]
        return [self.desired.name, self.desired.digest, *regions, *whom, *values, *sorted(before)]


def _an_update_first(works: Sequence[RegionWork]) -> Sequence[RegionWork]:
    first = next((work for work in works if work.update), None)
    return works if first is None else (first, *(work for work in works if work is not first))
