"""The plan of a rollback: what a run changed goes back to what it was, from a fresh look at what stands now.

Compute first, the region that serves users first; a region that does not come back holds up no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestrator.core.actions import (
    Action,
    AwaitOperation,
    CreateInstances,
    OverrideInstances,
    ProbeRegion,
    UpdateInstances,
)
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.former import Before, Former, former_stack_set, is_touched
from orchestrator.core.instances import blocking_finding
from orchestrator.core.names import LAYERS
from orchestrator.core.plan import Change, Plan, Plane, Severity, Step
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.returns import Judge, merged, return_order
from orchestrator.core.planning.stack_sets import await_in_flight, plan_stack_set
from orchestrator.core.planning.targets import ApiDomains
from orchestrator.core.returns import GATE, ROLLBACK, Return, by_release
from orchestrator.core.run import Run
from orchestrator.core.state import ObservedState, StackInstance, StackSet
from orchestrator.core.waves import Wave

_DIFFERED = "the accounts of its organizational units ran different releases, and the units go back only as a whole"
_WAITS = "an operation in flight had to be waited for first"


def calls_for_rollback(plan: Plan, run: Run) -> bool:
    """Whether a gate or an instance failed: nothing else makes what was deployed worse than what was there before."""
    actions = {step.id: step.action for step in plan.steps}
    return any(_is_deployed(one.id, actions.get(one.id)) for one in run.failed)


def _is_deployed(step_id: str, action: Action | None) -> bool:
    match action:
        case CreateInstances() | UpdateInstances() | OverrideInstances():
            return action.stack_set.layer in LAYERS
        case _:
            return step_id.partition(":")[0].split("-")[0] == "gate"


def plan_rollback(desired: DesiredState, observed: ObservedState, before: Before, create_only: CreateOnly) -> Plan:
    """`desired` is what the run deployed, `before` what stood when it began.

    What cannot go back stands in `returns` with its cause and has no step.
    """
    made = _Rollback(desired, observed, before, create_only)
    affected = made.affected()
    part = made.part(affected)
    returns = made.returns(affected)
    if any(isinstance(step.action, AwaitOperation) for step in part.steps):
        returns = tuple(replace(one, cause=one.cause or _WAITS) for one in returns)
    releases = tuple(release for release, _ in by_release(one for one in returns if not one.cause))
    plan = finish(desired, part, ROLLBACK)
    return replace(plan, release=releases[0] if len(releases) == 1 else "", returns=returns)


@dataclass(frozen=True, slots=True)
class _Affected:
    """An instance that the run touched. `cause`: why it does not go back, "" when it does."""

    stack_set: StackSet
    instance: StackInstance
    former: Former | None
    cause: str

    @property
    def alike(self) -> object:
        """What one operation can return together."""
        assert self.former is not None
        return self.former.digest, self.former.parameters


@dataclass(frozen=True, slots=True)
class _Rollback:
    desired: DesiredState
    observed: ObservedState
    before: Before
    create_only: CreateOnly

    # -- what goes back --------------------------------------------------------------------------------------------

    def affected(self) -> tuple[_Affected, ...]:
        """In the order in which it goes back."""
        return tuple(
            one
            for stack_set in (self.desired.compute, self.desired.infra)
            for region in return_order(self.desired)
            for one in _as_one(stack_set, tuple(self._affected(stack_set, region.name)))
        )

    def _affected(self, stack_set: StackSet, region: str) -> Iterator[_Affected]:
        for instance in self.observed.instances_of(stack_set.name):
            if instance.region != region:
                continue
            former = self.before.of(stack_set.layer, instance)
            if former is not None and instance.stack is not None and not is_touched(former, instance):
                continue
            yield _Affected(stack_set, instance, former, self._cause(former, instance))

    def _cause(self, former: Former | None, instance: StackInstance) -> str:
        stack = instance.stack
        if former is not None and stack is None:
            return "what it runs now is not known: its region or its account did not answer"
        judge = Judge(self.before, self._infra_now(former, instance), self.create_only)
        stuck = blocking_finding(instance, "")
        cause = judge.cause(former, stack.parameters if stack else ())
        return cause or (f"{stuck.message} ({stuck.fix})" if stuck else "")

    def _infra_now(self, former: Former | None, instance: StackInstance) -> str:
        """The infra template that the instance runs, "" when it is neither the one of before nor the deployed one."""
        runs = instance.stack.digest if instance.stack else ""
        if former is not None and runs == former.digest:
            definition = self.before.definition(former)
            return definition.body if definition else ""
        return self.desired.infra.body if runs == self.desired.infra.digest else ""

    def returns(self, affected: tuple[_Affected, ...]) -> tuple[Return, ...]:
        """What goes back and what does not, by layer and region."""
        found: dict[tuple[str, str, str, str], list[str]] = {}
        for one in affected:
            release = one.former.release if one.former else ""
            found.setdefault((one.stack_set.layer, one.instance.region, release, one.cause), []).append(
                one.instance.account
            )
        return merged(found)

    # -- how -------------------------------------------------------------------------------------------------------

    def part(self, affected: tuple[_Affected, ...]) -> Part:
        """Compute, region after region, each with its gates; then infra of the regions whose compute is back."""
        going = tuple(one for one in affected if not one.cause)
        waiting = tuple(self._waits(stack_set) for stack_set in (self.desired.compute, self.desired.infra))
        if going and any(part.steps for part in waiting):
            return joined(waiting)
        compute = self._layer(self.desired.compute, going, Part())
        return _each_change_once(joined([compute, self._layer(self.desired.infra, going, compute)]))

    def _waits(self, stack_set: StackSet) -> Part:
        present = self.observed.stack_set(stack_set.name)
        in_flight = present is not None and present.in_flight
        return await_in_flight(stack_set, present, self._around(())) if present and in_flight else Part()

    def _layer(self, stack_set: StackSet, going: tuple[_Affected, ...], below: Part) -> Part:
        parts: list[Part] = []
        after: tuple[str, ...] = ()
        for number, group in enumerate(_groups(stack_set, going)):
            region = group[0].instance.region
            needs = tuple(step.id for step in below.steps if step.region == region and not _is_gate(step))
            part = self._group(stack_set, group, needs, after, "" if _is_alone(group, going) else f":{number + 1}")
            gates = Part(steps=tuple(self._gates(group, part))) if stack_set.layer == "compute" else Part()
            parts += [part, gates]
            after = part.step_ids[-1:] or after
        return joined(parts)

    def _around(self, accounts: tuple[str, ...]) -> Surroundings:
        rollout, units = self.desired.topology.rollout, self.desired.environment.organizational_units
        return Surroundings(
            accounts=accounts,
            create_only=self.create_only,
            waves=(Wave("", accounts, units),),
            fan_out=rollout.fan_out,
            deadline_s=rollout.operation_deadline_s,
        )

    def _group(
        self,
        stack_set: StackSet,
        group: tuple[_Affected, ...],
        needs: tuple[str, ...],
        after: tuple[str, ...],
        suffix: str,
    ) -> Part:
        """The planner of deployments, given what ran before; its steps under names of their own."""
        former = group[0].former
        definition = self.before.definition(former) if former else None
        assert former is not None
        assert definition is not None
        accounts = tuple(sorted(one.instance.account for one in group))
        wanted = former_stack_set(stack_set, former, definition)
        planned = plan_stack_set(wanted, self.observed, self._around(accounts))
        names = {step.id: _name(step.id) + suffix for step in planned.steps}
        reason = f"back to release {former.release}" if former.release else "back to the template before this run"
        steps = tuple(
            replace(
                step,
                id=names[step.id],
                needs=tuple(names[one] for one in step.needs) or needs,
                after=after,
                reason=reason,
            )
            for step in planned.steps
        )
        findings = tuple(one for one in planned.findings if one.severity is not Severity.ERROR)
        return Part(planned.changes, steps, findings, planned.complete)

    def _gates(self, group: tuple[_Affected, ...], part: Part) -> Iterator[Step]:
        """Each account must answer with the release before: an operation that ended proves nothing to users."""
        topology, environment = self.desired.topology, self.desired.environment
        domains = ApiDomains(self.desired, self.observed, Part())
        for one in group:
            account, region = one.instance.account, one.instance.region
            target = domains.of(account, region).regional.name
            if not part.steps or not target or one.former is None:
                continue
            host, release = environment.regional_host_for(account, region), one.former.release
            yield Step(
                id=f"{GATE}:{account}:{region}",
                action=ProbeRegion(account, region, host, target, topology.health.path, release),
                needs=part.step_ids[-1:],
                reason=f"{region} must answer with release {release} again",
                region=region,
                account=account,
                plane=Plane.DATA,
                home_region=region,
                deadline_s=topology.rollout.gate_deadline_s,
            )


def _as_one(stack_set: StackSet, region: tuple[_Affected, ...]) -> tuple[_Affected, ...]:
    """Organizational units are updated as a whole: where accounts ran different releases, none can go back alone."""
    going = {one.alike for one in region if not one.cause}
    if not stack_set.targets.service_managed or len(going) < 2:
        return region
    return tuple(replace(one, cause=one.cause or _DIFFERED) for one in region)


def _groups(stack_set: StackSet, going: tuple[_Affected, ...]) -> list[tuple[_Affected, ...]]:
    """By region, and within one by what ran there: accounts of one region may have run different releases."""
    found: dict[tuple[str, object], list[_Affected]] = {}
    for one in going:
        if one.stack_set.layer == stack_set.layer:
            found.setdefault((one.instance.region, one.alike), []).append(one)
    return [tuple(group) for group in found.values()]


def _is_alone(group: tuple[_Affected, ...], going: tuple[_Affected, ...]) -> bool:
    mine = group[0]
    same = [
        one
        for one in going
        if (one.stack_set.layer, one.instance.region) == (mine.stack_set.layer, mine.instance.region)
    ]
    return len(same) == len(group)


def _name(step_id: str) -> str:
    kind, _, rest = step_id.partition(":")
    return f"{ROLLBACK}:{rest}" if kind == "update" else f"{ROLLBACK}-{kind}:{rest}"


def _is_gate(step: Step) -> bool:
    return step.id.startswith(f"{GATE}:")


def _each_change_once(part: Part) -> Part:
    """Each region's part tells of the stack set too."""
    changes: dict[str, Change] = {}
    for change in part.changes:
        changes.setdefault(change.id, change)
    return replace(part, changes=tuple(changes.values()))
