"""The plan of a rollback: what a run changed goes back to what it was, from a fresh look at what stands now.

Compute first, the region that serves users first; a region that does not come back holds up no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestrator.core.actions import (
    Action,
    CreateInstances,
    OverrideInstances,
    ProbeRegion,
    UpdateInstances,
)
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.dns import CheckKind
from orchestrator.core.fan_out import Share
from orchestrator.core.former import Before, Former, former_stack_set, is_touched
from orchestrator.core.instances import blocking_finding
from orchestrator.core.names import LAYERS
from orchestrator.core.plan import Change, Plan, Plane, Severity, Step
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.return_groups import Affected, as_one, groups, units_of
from orchestrator.core.planning.returns import Judge, merged, return_order
from orchestrator.core.planning.stack_sets import await_in_flight, plan_beside
from orchestrator.core.planning.targets import ApiDomains
from orchestrator.core.returns import GATE, ROLLBACK, Return, by_release
from orchestrator.core.run import Run
from orchestrator.core.state import ObservedState, Operation, StackInstance, StackSet
from orchestrator.core.waves import Wave

_WAITS = "an operation in flight had to be waited for first"


def calls_for_rollback(plan: Plan, run: Run) -> bool:
    """Whether a gate or an instance failed: nothing else makes what was deployed worse than what was there before.

    Who stopped an operation of the run wants no others started by it, in whatever direction.
    """
    if any(one.stopped for one in run.failed):
        return False
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
    releases = tuple(release for release, _ in by_release(one for one in returns if not one.cause))
    plan = finish(desired, part, ROLLBACK)
    return replace(plan, release=releases[0] if len(releases) == 1 else "", returns=returns)


def as_it_stays(back: Plan, cause: str) -> Plan:
    """The same rollback with no step: what would go back and does not, for this cause."""
    returns = tuple(replace(one, cause=one.cause or cause) for one in back.returns)
    return replace(back, release="", changes=(), steps=(), findings=(), complete=True, returns=returns)


@dataclass(frozen=True, slots=True)
class _Rollback:
    desired: DesiredState
    observed: ObservedState
    before: Before
    create_only: CreateOnly

    # -- what goes back --------------------------------------------------------------------------------------------

    def affected(self) -> tuple[Affected, ...]:
        """In the order in which it goes back."""
        held = frozenset(region for name, one in self._in_flight() for region in self._regions_of(name, one))
        return tuple(
            replace(one, cause=one.cause or (_WAITS if one.instance.region in held else ""))
            for stack_set in (self.desired.compute, self.desired.infra)
            for region in return_order(self.desired)
            for one in self._region(stack_set, region.name)
        )

    def _region(self, stack_set: StackSet, region: str) -> tuple[Affected, ...]:
        seen = self.observed.instances_in(stack_set.name, region)
        affected = tuple(
            Affected(stack_set, one, former, self._cause(former, one))
            for one in seen
            for former in (self.before.of(stack_set.layer, one),)
            if former is None or is_touched(former, one)
        )
        return as_one(stack_set, affected, seen, self.before)

    def _cause(self, former: Former | None, instance: StackInstance) -> str:
        stack = instance.stack
        if former is not None and stack is None:
            return "what it runs now is not known: its region or its account did not answer"
        judge = Judge(self.before, self._infra_now(former, instance), self.create_only)
        stuck = blocking_finding(instance, "", self.desired.topology.home_region)
        cause = judge.cause(former, stack.parameters if stack else ())
        return cause or (f"{stuck.message} ({stuck.fix})" if stuck else "")

    def _infra_now(self, former: Former | None, instance: StackInstance) -> str:
        """The infra template that the instance runs, "" when it is neither the one of before nor the deployed one."""
        runs = instance.stack.digest if instance.stack else ""
        if former is not None and runs == former.digest:
            definition = self.before.definition(former)
            return definition.body if definition else ""
        return self.desired.infra.body if runs == self.desired.infra.digest else ""

    def returns(self, affected: tuple[Affected, ...]) -> tuple[Return, ...]:
        """What goes back and what does not, by layer and region."""
        found: dict[tuple[str, str, str, str], list[str]] = {}
        for one in affected:
            release = one.former.release if one.former else ""
            found.setdefault((one.stack_set.layer, one.instance.region, release, one.cause), []).append(
                one.instance.account
            )
        return merged(found, several=True)

    # -- how -------------------------------------------------------------------------------------------------------

    def part(self, affected: tuple[Affected, ...]) -> Part:
        """Compute, region after region, each with its gates; then infra of the regions whose compute is back."""
        going = tuple(one for one in affected if not one.cause)
        held = frozenset(one.instance.region for one in affected if one.cause == _WAITS)
        waiting = [self._waits(stack_set, held) for stack_set in (self.desired.compute, self.desired.infra)]
        compute = self._layer(self.desired.compute, going, Part())
        return _each_change_once(joined([*waiting, compute, self._layer(self.desired.infra, going, compute)]))

    def _in_flight(self) -> Iterator[tuple[str, Operation]]:
        for stack_set in (self.desired.compute, self.desired.infra):
            present = self.observed.stack_set(stack_set.name)
            yield from ((stack_set.name, one) for one in (present.in_flight if present else ()))

    def _regions_of(self, stack_set: str, operation: Operation) -> frozenset[str]:
        """Where the operation is at work; everywhere when no instance tells."""
        found = frozenset(
            one.region for one in self.observed.instances_of(stack_set) if one.last_operation == operation.id
        )
        return found or frozenset(region.name for region in self.desired.topology.regions)

    def _waits(self, stack_set: StackSet, held: frozenset[str]) -> Part:
        """For the operations that are at work in the regions `held`: a region that nobody reaches holds up no other."""
        present = self.observed.stack_set(stack_set.name)
        if present is None:
            return Part()
        holding = tuple(one for one in present.in_flight if held & self._regions_of(stack_set.name, one))
        around = self._around((), ())
        return await_in_flight(stack_set, replace(present, operations=holding), around) if holding else Part()

    def _layer(self, stack_set: StackSet, going: tuple[Affected, ...], below: Part) -> Part:
        parts: list[Part] = []
        after: tuple[str, ...] = ()
        for number, group in enumerate(groups(stack_set, going)):
            region = group[0].instance.region
            needs = tuple(step.id for step in below.steps if step.region == region and not _is_gate(step))
            part = self._group(stack_set, group, needs, after, "" if _is_alone(group, going) else f":{number + 1}")
            gates = Part(steps=tuple(self._gates(group, part))) if stack_set.layer == "compute" else Part()
            parts += [part, gates]
            after = part.step_ids[-1:] or after
        return joined(parts)

    def _around(self, accounts: tuple[str, ...], units: tuple[str, ...]) -> Surroundings:
        rollout = self.desired.topology.rollout
        return Surroundings(
            accounts=accounts,
            create_only=self.create_only,
            waves=(Wave("", accounts, units),),
            # An account that cannot go back must not keep the others on the release that failed.
            fan_out=replace(rollout.fan_out, tolerance=Share(100, percent=True)),
            deadline_s=rollout.operation_deadline_s,
        )

    def _group(
        self,
        stack_set: StackSet,
        group: tuple[Affected, ...],
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
        planned = plan_beside(wanted, self.observed, self._around(accounts, units_of(group)))
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

    def _gates(self, group: tuple[Affected, ...], part: Part) -> Iterator[Step]:
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
                action=ProbeRegion(account, region, host, target, self._path(account, region), release),
                # Also after an operation that failed: those of its accounts that are back are proven.
                needs=(),
                after=part.step_ids[-1:],
                reason=f"{region} must answer with release {release} again",
                region=region,
                account=account,
                plane=Plane.DATA,
                home_region=region,
                deadline_s=topology.rollout.gate_deadline_s,
            )

    def _path(self, account: str, region: str) -> str:
        """What the endpoint check asks, not what the failed run would have made it ask: checks are moved last."""
        topology, name = self.desired.topology, f"{self.desired.names.prefix}-{account}-{region}"
        seen = (one.path for one in self.observed.health_checks if one.name == name and one.kind is CheckKind.HTTPS)
        return next(seen, topology.health.path)


def _is_alone(group: tuple[Affected, ...], going: tuple[Affected, ...]) -> bool:
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
