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

        New instances are made from what the stack set says at that moment. `template_is_old`: it does not say what is
        desired, so a region that has instances to update goes first; without any, the stack set alone is updated.
        """
        steps = self._definition(works) if template_is_old else []
        before = (steps[-1].id,) if steps else self._after_creation()
        for work in _an_update_first(works) if template_is_old else works:
            needs = (*before, *self.around.needs.get(work.region, ()))
            made = self._region(work, needs)
            steps += made
            gates = self.around.gates.get(work.region, ())
            # A region that an earlier run updated must still answer before the next one is touched.
            before = (made[-1].id, *gates) if made else (*before, *gates)
        return tuple(steps)

    def together(self, works: Sequence[RegionWork], *, template_is_old: bool) -> tuple[Step, ...]:
        """All regions in one operation: for the control layer, where no region waits for another."""
        create = tuple(work.region for work in works if work.create)
        update = tuple(work.region for work in works if work.update)
        steps = self._definition(works) if template_is_old else []
        for kind, regions in (("update", update), ("instances", create)):
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

    def _definition(self, works: Sequence[RegionWork]) -> list[Step]:
        """An update of the stack set alone: the only way to new instances of a new template when there are no old."""
        if any(work.update for work in works) or not any(work.create for work in works):
            return []
        token = operation_id("define", self._token_parts((), ()), self.present)
        step = Step(
            id=f"define:{self.desired.layer}",
            action=UpdateInstances(self.desired, self._targets(()), (), token),
            needs=self._after_creation(),
            reason="new instances are made from what the stack set says",
            home_region=self.desired.home_region,
            deadline_s=self.around.deadline_s,
        )
        return [step]

    def _region(self, work: RegionWork, needs: tuple[str, ...]) -> list[Step]:
        # The update first: it is what gives the stack set the template from which instances are created.
        steps: list[Step] = []
        for kind, accounts in (("update", work.update), ("instances", work.create), ("override", work.override)):
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
            for region in dict.fromkeys(regions)
            for one in self.observed.instances_in(self.desired.name, region)
        ]
        given = [self.desired.parameters_for(region) for region in regions] or [self.desired.parameters]
        values = [f"{name}={value}" for parameters in given for name, value in parameters]
        return [self.desired.name, self.desired.digest, *regions, *accounts, *values, *sorted(before)]


def _an_update_first(works: Sequence[RegionWork]) -> Sequence[RegionWork]:
    first = next((work for work in works if work.update), None)
    return works if first is None else (first, *(work for work in works if work is not first))
