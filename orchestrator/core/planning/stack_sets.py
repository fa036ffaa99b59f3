"""One stack set: what differs in its template and parameters, what its instances need, and the operations for it."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import AwaitOperation, CreateStackSet
from orchestrator.core.diff import CreateOnly, replaced_resources, template_changes
from orchestrator.core.instances import parameter_changes
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Risk, Step
from orchestrator.core.planning.operations import Operations, Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.region_work import deletion, look_at_region, unwanted_instances
from orchestrator.core.state import ObservedStackSet, ObservedState, StackSet

_PREFIX = "ParameterValues."


def plan_stack_set(desired: StackSet, observed: ObservedState, around: Surroundings) -> Part:
    """The changes and steps that make every instance of the stack set run the desired template and parameters."""
    present = observed.stack_set(desired.name)
    if present and present.in_flight:
        return await_in_flight(desired, present, around)
    return plan_beside(desired, observed, around)


def plan_beside(desired: StackSet, observed: ObservedState, around: Surroundings) -> Part:
    """The same while operations of other places may be in flight: StackSets runs them side by side, or in order."""
    present = observed.stack_set(desired.name)
    fields = stack_set_changes(desired, present, around.create_only)
    looked = [
        look_at_region(desired, observed, region=region, wave=wave, stack_set_changes=fields, units=around.units)
        for wave in around.in_waves
        for region in desired.regions
    ]
    works = [work for work, _ in looked]
    operations = Operations(desired, observed, present, around)
    template_is_old = present is not None and bool(fields)
    plan_steps = operations.together if around.together else operations.one_by_one
    steps = plan_steps(works, template_is_old=template_is_old)
    creation = (_create_step(desired, around.first),) if present is None else ()
    return joined(
        [
            Part(changes=(_stack_set_change(desired, present, fields),)),
            *(part for _, part in looked),
            Part(steps=(*creation, *steps)),
        ]
    )


def plan_removals(desired: StackSet, observed: ObservedState, around: Surroundings, needs: tuple[str, ...]) -> Part:
    """Deletion of the instances that the configuration no longer names: planned as such, never silently."""
    unwanted = unwanted_instances(desired, observed, around.accounts)
    operations = Operations(desired, observed, observed.stack_set(desired.name), around)
    steps = operations.removals(unwanted, needs, "regions.yaml no longer names it")
    return Part(tuple(deletion(desired.layer, one) for one in unwanted), steps)


def stack_set_changes(
    desired: StackSet, present: ObservedStackSet | None, create_only: CreateOnly
) -> tuple[FieldChange, ...]:
    """What differs between the stack set as it stands and as it should be; () when it does not exist yet."""
    if present is None:
        return ()
    # CloudFormation lists the template's defaults too: only what we set is ours to compare.
    parameters = parameter_changes(desired.parameters, present.parameters)
    return (
        *(template_changes(present.body, desired.body, create_only) if present.digest != desired.digest else ()),
        *(replace(one, path=one.path.replace("Parameters.", _PREFIX, 1)) for one in parameters),
    )


def _stack_set_change(desired: StackSet, present: ObservedStackSet | None, fields: tuple[FieldChange, ...]) -> Change:
    unchanged = Change(
        id=f"stack-set:{desired.layer}",
        kind=ChangeKind.CONTROL if desired.layer == "control" else ChangeKind.STACK_SET,
        action=ChangeAction.NO_OP,
        reason="template and parameters are those of the stack set",
        region=desired.home_region,
    )
    if present is None:
        reason = f"stack set {desired.name} does not exist"
        return replace(unchanged, action=ChangeAction.CREATE, reason=reason, risk=Risk.LOW)
    if not fields:
        return unchanged
    replaced = replaced_resources(fields)
    if replaced:
        reason = f"the template changed and replaces {', '.join(replaced)}"
        return replace(unchanged, action=ChangeAction.UPDATE, reason=reason, risk=Risk.HIGH, fields=fields)
    template = any(not one.path.startswith(_PREFIX) for one in fields)
    reason = "the template changed" if template else "parameters changed"
    return replace(unchanged, action=ChangeAction.UPDATE, reason=reason, risk=Risk.LOW, fields=fields)


def _create_step(desired: StackSet, needs: tuple[str, ...]) -> Step:
    return Step(
        id=f"create:{desired.layer}",
        action=CreateStackSet(desired),
        needs=needs,
        reason=f"stack set {desired.name} does not exist",
        home_region=desired.home_region,
    )


def await_in_flight(desired: StackSet, present: ObservedStackSet, around: Surroundings) -> Part:
    """Operations of somebody hold the stack set: wait for each, plan nothing on top of them."""
    told = [f"{one.action} {one.id} is {one.status.value}" for one in present.in_flight]
    reason = f"{', '.join(told)}: wait for it, then look again"
    change = Change(
        id=f"stack-set:{desired.layer}",
        kind=ChangeKind.STACK_SET,
        action=ChangeAction.UPDATE,
        reason=reason,
        region=desired.home_region,
    )
    steps = tuple(
        Step(
            id=f"await:{desired.layer}:{one.id}",
            action=AwaitOperation(desired.name, desired.home_region, one.id),
            needs=around.first,
            reason=reason,
            home_region=desired.home_region,
            deadline_s=around.deadline_s,
        )
        for one in present.in_flight
    )
    return Part((change,), steps, (), complete=False)
