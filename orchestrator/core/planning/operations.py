"""Stack-set operations: one per region, in rollout order, each with a token that a repetition cannot double."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.actions import Action, CreateInstances, DeleteInstances, OverrideInstances, UpdateInstances
from orchestrator.core.diff import CreateOnly
from orchestrator.core.plan import Step
from orchestrator.core.planning.region_work import RegionWork
from orchestrator.core.state import ObservedStackSet, ObservedState, StackInstance, StackSet, Targets
from orchestrator.core.tokens import operation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a stack set's steps wait for. `needs` by region; `gates` by region: what the next region waits for.

    `first` are needs of the very first step; `together`: all regions in one operation (the control layer).
    """

    accounts: tuple[str, ...]
    create_only: CreateOnly
    first: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    together: bool = False
    deadline_s: int = 3600


def step_id(kind: str, layer: str, region: str) -> str:
    """`update:compute:us-east-1`."""
    return f"{kind}:{layer}:{region}"


@dataclass(frozen=True, slots=True)
class Operations:
    """Makes the steps of one stack set."""

    desired: StackSet
    observed: ObservedState
    present: ObservedStackSet | None
    around: Surroundings

    def one_by_one(self, works: Sequence[RegionWork], *, template_is_old: bool) -> tuple[Step, ...]:
        """Region after region; the next waits for the gates of the one before.

        Until some region has been updated, new instances are made from the template that the stack set holds:
        `template_is_old` says that this is not the desired one, so they are updated right after.
        """
        steps: list[Step] = []
        before = self._after_creation()
        for work in works:
            update = (*work.create, *work.update) if work.create and template_is_old else work.update
            needs = (*before, *self.around.needs.get(work.region, ()))
            made = self._region(work, update, needs)
            if made:
                steps += made
                before = (made[-1].id, *self.around.gates.get(work.region, ()))
                template_is_old = False
        return tuple(steps)

    def together(self, works: Sequence[RegionWork]) -> tuple[Step, ...]:
        """All regions in one operation: for the control layer, where no region waits for another."""
        create = tuple(work.region for work in works if work.create)
        update = tuple(work.region for work in works if work.update)
        steps: list[Step] = []
        for kind, regions in (("instances", create), ("update", update)):
            if regions:
                needs = (steps[-1].id,) if steps else self._after_creation()
                steps.append(self._step(kind, "all", regions, self.around.accounts, needs))
        return tuple(steps)

    def removals(self, unwanted: Sequence[StackInstance], needs: tuple[str, ...], reason: str) -> tuple[Step, ...]:
        """Delete instances, region after region."""
        steps: list[Step] = []
        for region in sorted({one.region for one in unwanted}):
            accounts = tuple(sorted(one.account for one in unwanted if one.region == region))
            targets = self._targets(accounts)
            token = operation_id("delete", self._token_parts((region,), accounts), self.present)
            action = DeleteInstances(self.desired.name, self.desired.home_region, targets, (region,), token)
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

    def _region(self, work: RegionWork, update: tuple[str, ...], needs: tuple[str, ...]) -> list[Step]:
        steps: list[Step] = []
        for kind, accounts in (("instances", work.create), ("update", update), ("override", work.override)):
            if accounts:
                follow = kind == "update" and bool(work.override)
                wait = (steps[-1].id,) if steps else needs
                made = self._step(kind, work.region, (work.region,), accounts, wait, overrides_follow=follow)
                steps.append(made)
        return steps

    def _after_creation(self) -> tuple[str, ...]:
        return (f"create:{self.desired.layer}",) if self.present is None else self.around.first

    def _targets(self, accounts: tuple[str, ...]) -> Targets:
        return self.desired.targets if self.desired.targets.service_managed else Targets(accounts)

    def _step(
        self,
        kind: str,
        name: str,
        regions: tuple[str, ...],
        accounts: tuple[str, ...],
        needs: tuple[str, ...],
        *,
        overrides_follow: bool = False,
    ) -> Step:
        token = operation_id(kind, self._token_parts(regions, accounts), self.present)
        targets = self._targets(accounts)
        action: Action
        match kind:
            case "instances":
                action, reason = CreateInstances(self.desired, targets, regions, token), "no instance there yet"
            case "update":
                action = UpdateInstances(self.desired, targets, regions, token, overrides_follow)
                reason = "bring it to this template and these parameters"
            case _:
                action, reason = OverrideInstances(self.desired, targets, regions, token), "set what differs by region"
        return Step(
            id=step_id(kind, self.desired.layer, name),
            action=action,
            needs=tuple(dict.fromkeys(needs)),
            reason=reason,
            region="" if len(regions) > 1 else regions[0],
            account=accounts[0] if len(accounts) == 1 else "",
            home_region=self.desired.home_region,
            deadline_s=self.around.deadline_s,
        )

    def _token_parts(self, regions: tuple[str, ...], accounts: tuple[str, ...]) -> list[object]:
        before = [
            f"{one.account}/{one.region}/{one.last_operation}"
            for one in self.observed.instances_of(self.desired.name)
            if one.region in regions
        ]
        values = [f"{name}={value}" for region in regions for name, value in self.desired.parameters_for(region)]
        return [self.desired.name, self.desired.digest, *regions, *accounts, *values, *sorted(before)]
