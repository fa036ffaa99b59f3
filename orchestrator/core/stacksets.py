"""What a stack set is and what each request and each result does to it, as AWS's callers can see it.

A stack set is a value; every command returns the next one or raises AwsError and changes nothing. Whoever carries it
out asks `work`, reports `started` and `finished`, and never decides. Source: CloudFormation API reference and guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, OperationInProgress
from orchestrator.core.stackset_operation import (
    Operation,
    OperationAction,
    Preferences,
    Result,
    ResultStatus,
    Target,
    in_work_order,
    next_targets,
    record,
    settle,
    stop,
)
from orchestrator.core.stackset_parameters import Given, effective_parameters, merge_overrides
from orchestrator.core.state import InstanceStatus, OperationStatus


class DetailedStatus(Enum):
    """How the last operation went for an instance."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    INOPERABLE = "INOPERABLE"


class PermissionModel(Enum):
    """Whether roles made by the user (SELF) or by AWS Organizations (SERVICE) are taken in the target accounts."""

    SELF_MANAGED = "SELF_MANAGED"
    SERVICE_MANAGED = "SERVICE_MANAGED"


@dataclass(frozen=True, slots=True)
class AutoDeployment:
    """Whether accounts that join or leave a unit get or lose their instances by themselves."""

    enabled: bool = False
    retain_on_removal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a stack set says: the template's exact text, its parameters, and how it may act."""

    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    permission_model: PermissionModel = PermissionModel.SELF_MANAGED
    administration_role: str = ""
    execution_role: str = ""
    managed_execution: bool = False
    auto_deployment: AutoDeployment = AutoDeployment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance. `unit` is the organizational unit it came from (service-managed), else empty."""

    status: InstanceStatus = InstanceStatus.OUTDATED
    detailed: DetailedStatus = DetailedStatus.PENDING
    reason: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    stack_id: str = ""
    last_operation_id: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an operation does when it begins; None leaves things as they are.

    `everywhere` is an update of the stack set without targets. `units` maps accounts to their organizational unit;
    `unit_regions` are the units that an operation as a whole is aimed at, for automatic deployment.
    """

    definition: Definition | None = None
    overrides: tuple[Given, ...] | None = None
    everywhere: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    unit_regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSet:
    """A stack set with its instances and its operations, oldest first. The mappings are never mutated."""

    name: str
    set_id: str
    definition: Definition
    instances: Mapping[Target, Instance] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    deployed_units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def parameters_of(self, target: Target) -> dict[str, str]:
        """What the stack of an instance is given."""
        return effective_parameters(self.definition.parameters, self.instances[target].overrides)

    @property
    def active(self) -> tuple[Operation, ...]:
        """The operations that have not ended, in order of request."""
        return tuple(one for one in self.operations.values() if not one.status.ended)


@dataclass(frozen=True, slots=True)
class Work:
    """One target that may be acted on now."""

    operation_id: str
    action: OperationAction
    target: Target


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one target went; `stack_id` is what was left behind, also after a failure."""

    succeeded: bool
    reason: str = ""
    stack_id: str = ""


def request(
    stack_set: StackSet,
    operation_id: str,
    action: OperationAction,
    targets: tuple[Target, ...],
    *,
    change: Change | None = None,
    preferences: Preferences | None = None,
    retain_stacks: bool = False,
    now: float,
) -> StackSet:
    """The stack set with one more operation: begun, or QUEUED behind those it conflicts with.

    Raises AlreadyExists (OperationIdAlreadyExistsException), OperationInProgress, NotFound
    (StackInstanceNotFoundException, for an update) or AwsError (ValidationError).
    """
    change, preferences = change or Change(), preferences or Preferences()
    _refuse(stack_set, operation_id, action, targets, change)
    if change.everywhere:
        targets = tuple(stack_set.instances)
    operation = Operation(
        operation_id=operation_id,
        action=action,
        preferences=preferences,
        results=in_work_order(targets, preferences),
        retain_stacks=retain_stacks,
        created_at=now,
    )
    added = replace(
        stack_set,
        operations={**stack_set.operations, operation_id: operation},
        changes={**stack_set.changes, operation_id: change},
    )
    return _promote(added, now=now)


def stop_operation(stack_set: StackSet, operation_id: str, *, now: float) -> StackSet:
    """The stack set after a request to stop. Raises NotFound, or AwsError when the operation has ended."""
    operation = stack_set.operations.get(operation_id)
    if operation is None:
        raise NotFound(f"Operation {operation_id} not found", code="OperationNotFoundException")
    if operation.status.ended:
        ended = operation.status.value
        raise AwsError(f"Operation {operation_id} is in state {ended}", code="InvalidOperationException")
    return _promote(_with_operation(stack_set, stop(operation, now=now)), now=now)


def work(stack_set: StackSet) -> tuple[Work, ...]:
    """Everything that may start now."""
    return tuple(
        Work(operation.operation_id, operation.action, target)
        for operation in stack_set.active
        for target in next_targets(operation)
    )


def started(stack_set: StackSet, one: Work, *, now: float) -> StackSet:
    """The stack set once `one` has been taken up."""
    operation = record(stack_set.operations[one.operation_id], {one.target: Result(ResultStatus.RUNNING)}, now=now)
    instance = replace(stack_set.instances[one.target], detailed=DetailedStatus.RUNNING, reason="")
    return _with_operation(replace(stack_set, instances={**stack_set.instances, one.target: instance}), operation)


def finished(stack_set: StackSet, one: Work, outcome: Outcome, *, now: float) -> StackSet:
    """The stack set once `one` has come to its end, with whatever that sets free."""
    instances = dict(stack_set.instances)
    instance = replace(instances[one.target], stack_id=outcome.stack_id or instances[one.target].stack_id)
    match one.action, outcome.succeeded:
        case OperationAction.DELETE, True:
            del instances[one.target]
        case OperationAction.DELETE, _:
            instances[one.target] = replace(
                instance,
                status=InstanceStatus.INOPERABLE,
                detailed=DetailedStatus.INOPERABLE,
                reason=outcome.reason,
            )
        case _, True:
            instances[one.target] = replace(
                instance, status=InstanceStatus.CURRENT, detailed=DetailedStatus.SUCCEEDED, reason=""
            )
        case _:
            instances[one.target] = replace(
                instance, status=InstanceStatus.OUTDATED, detailed=DetailedStatus.FAILED, reason=outcome.reason
            )
    status = ResultStatus.SUCCEEDED if outcome.succeeded else ResultStatus.FAILED
    operation = record(stack_set.operations[one.operation_id], {one.target: Result(status, outcome.reason)}, now=now)
    return _promote(_with_operation(replace(stack_set, instances=instances), operation), now=now)


def check_deletable(stack_set: StackSet) -> None:
    """Raises AwsError (StackSetNotEmptyException) or OperationInProgress; otherwise the stack set may go."""
    if stack_set.active:
        raise _in_progress(stack_set)
    if stack_set.instances:
        raise AwsError("StackSet is not empty", code="StackSetNotEmptyException")


def automatic_targets(
    stack_set: StackSet, members: Mapping[str, tuple[str, ...]]
) -> tuple[dict[Target, str], tuple[Target, ...]]:
    """What automatic deployment would do now: targets to create (with their unit), and targets to remove.

    `members` maps each organizational unit to its accounts. Empty while an operation is active.
    """
    if not stack_set.definition.auto_deployment.enabled or stack_set.active:
        return {}, ()
    wanted = {
        Target(account, region): unit
        for unit, regions in stack_set.deployed_units.items()
        for account in members.get(unit, ())
        for region in regions
    }
    joined = {target: unit for target, unit in wanted.items() if target not in stack_set.instances}
    left = tuple(
        target
        for target, one in stack_set.instances.items()
        if one.unit in stack_set.deployed_units and target not in wanted
    )
    return joined, left


def _refuse(
    stack_set: StackSet, operation_id: str, action: OperationAction, targets: tuple[Target, ...], change: Change
) -> None:
    if operation_id in stack_set.operations:
        raise AlreadyExists(f"Operation {operation_id} already exists", code="OperationIdAlreadyExistsException")
    if stack_set.active and not stack_set.definition.managed_execution:
        raise _in_progress(stack_set)
    _refuse_execution(stack_set, change.definition)
    merge_overrides(stack_set.definition.parameters, change.overrides, {})
    if action is OperationAction.UPDATE:
        missing = [target for target in targets if target not in stack_set.instances]
        if missing:
            raise NotFound(
                f"Stack instance not found for account {missing[0].account} in region {missing[0].region}",
                code="StackInstanceNotFoundException",
            )


def _refuse_execution(stack_set: StackSet, new: Definition | None) -> None:
    """Source: API reference of ManagedExecution; the second refusal: hashicorp/terraform-provider-aws#35031."""
    old = stack_set.definition
    if new is None or new.managed_execution is old.managed_execution:
        return
    refused = ""
    if stack_set.active:
        refused = "You cannot modify the execution configuration while operations are running or queued"
    elif (new.template, new.parameters) != (old.template, old.parameters):
        refused = "Cannot update ManagedExecution while updating StackSet Template or Parameters"
    if refused:
        raise AwsError(refused, code="InvalidOperationException")


def _in_progress(stack_set: StackSet) -> OperationInProgress:
    return OperationInProgress(
        f"Another Operation on StackSet {stack_set.set_id} is in progress: {stack_set.active[0].operation_id}",
        code="OperationInProgressException",
    )


def _promote(stack_set: StackSet, *, now: float) -> StackSet:
    """Begin what waits for nothing; an operation without targets ends at once and may set others free."""
    for operation in stack_set.active:
        if operation.status is OperationStatus.QUEUED and not _blocked(stack_set, operation):
            return _promote(_begin(stack_set, operation, now=now), now=now)
    return stack_set


def _blocked(stack_set: StackSet, operation: Operation) -> bool:
    earlier = stack_set.active[: stack_set.active.index(operation)]
    return any(_conflict(stack_set, operation, other) for other in earlier)


def _conflict(stack_set: StackSet, one: Operation, other: Operation) -> bool:
    redefines = any(stack_set.changes[each.operation_id].definition for each in (one, other))
    return redefines or not one.results.keys().isdisjoint(other.results.keys())


def _begin(stack_set: StackSet, operation: Operation, *, now: float) -> StackSet:
    change = stack_set.changes[operation.operation_id]
    stack_set = _with_units(_redefined(stack_set, change), operation.action, change)
    targets = tuple(stack_set.instances) if change.everywhere else tuple(operation.results)
    if operation.action is not OperationAction.CREATE:
        targets = tuple(target for target in targets if _can_act(stack_set, operation.action, target))
    running = replace(operation, status=OperationStatus.RUNNING, results=in_work_order(targets, operation.preferences))
    instances = dict(stack_set.instances)
    for target in running.results:
        instances[target] = _taken_up(stack_set, target, running, change)
    return _with_operation(replace(stack_set, instances=instances), settle(running, now=now))


def _redefined(stack_set: StackSet, change: Change) -> StackSet:
    """The new definition in force. A new template or new parameters make every operable instance OUTDATED."""
    new, old = change.definition, stack_set.definition
    if new is None:
        return stack_set
    stack_set = replace(stack_set, definition=new)
    if (new.template, new.parameters) == (old.template, old.parameters):
        return stack_set
    return replace(
        stack_set,
        instances={
            target: one if one.status is InstanceStatus.INOPERABLE else replace(one, status=InstanceStatus.OUTDATED)
            for target, one in stack_set.instances.items()
        },
    )


def _with_units(stack_set: StackSet, action: OperationAction, change: Change) -> StackSet:
    """Which units automatic deployment looks after: what was deployed to them as a whole, less what was deleted."""
    units = dict(stack_set.deployed_units)
    for unit, regions in change.unit_regions.items():
        known = units.get(unit, ())
        if action is OperationAction.CREATE:
            units[unit] = (*known, *(region for region in regions if region not in known))
        elif action is OperationAction.DELETE:
            units[unit] = tuple(region for region in known if region not in regions)
    return replace(stack_set, deployed_units=units)


def _can_act(stack_set: StackSet, action: OperationAction, target: Target) -> bool:
    """Absent instances are passed over; INOPERABLE ones can only be deleted."""
    one = stack_set.instances.get(target)
    return one is not None and (action is OperationAction.DELETE or one.status is not InstanceStatus.INOPERABLE)


def _taken_up(stack_set: StackSet, target: Target, operation: Operation, change: Change) -> Instance:
    old = stack_set.instances.get(target, Instance())
    waiting = replace(old, detailed=DetailedStatus.PENDING, reason="", last_operation_id=operation.operation_id)
    if operation.action is OperationAction.DELETE:
        return waiting
    return replace(
        waiting,
        status=InstanceStatus.OUTDATED,
        overrides=merge_overrides(stack_set.definition.parameters, change.overrides, old.overrides),
        unit=change.units.get(target.account, old.unit),
    )


def _with_operation(stack_set: StackSet, operation: Operation) -> StackSet:
    """The stack set with `operation` in its new state, and its cancelled targets shown on their instances."""
    before = stack_set.operations[operation.operation_id].results
    instances = dict(stack_set.instances)
    for target, result in operation.results.items():
        newly = result.status is ResultStatus.CANCELLED and before.get(target) != result
        if newly and target in instances:
            instances[target] = replace(instances[target], detailed=DetailedStatus.CANCELLED, reason=result.reason)
    return replace(
        stack_set, instances=instances, operations={**stack_set.operations, operation.operation_id: operation}
    )
