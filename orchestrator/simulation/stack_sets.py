"""StackSets: the pure model decides, virtual time carries its work out, stacks are what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.core import stackset_operation as model_operation
from orchestrator.core import stacksets as model
from orchestrator.core.canonical import digest, template_digest
from orchestrator.core.errors import AlreadyExists, NotFound
from orchestrator.core.fan_out import ALL_AT_ONCE, FanOut
from orchestrator.core.stackset_operation import OperationAction, Target, preferences_of
from orchestrator.core.stackset_parameters import Given, merge_parameters
from orchestrator.core.state import InstanceResult, ObservedStackSet, Operation, Stack, StackInstance, Targets
from orchestrator.ports import OperationInput, StackSetInput
from orchestrator.simulation.clock import VirtualClock
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Faults, Gate
from orchestrator.simulation.stacks import SimulatedStacks, StackInput
from orchestrator.simulation.templates import Place, declared_parameters


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """One instance being worked on since `began` (monotonic seconds)."""

    work: model.Work
    began: float


class SimulatedStackSets:
    """The stack sets of the home account.

    `units` maps organizational units to their accounts. `certified(account, region, body, parameters)` is the moment
    when the certificates of a stack are there (0.0: it needs none), None while nobody knows.
    """

    def __init__(
        self,
        clock: VirtualClock,
        gate: Gate,
        faults: Faults,
        stacks: SimulatedStacks,
        durations: Durations,
        *,
        home_region: str,
        units: Mapping[str, tuple[str, ...]],
        certified: Callable[[Place, StackInput, float], float | None],
    ) -> None:
        self._clock, self._gate, self._faults, self._stacks = clock, gate, faults, stacks
        self._durations, self._home, self._units, self._certified = durations, home_region, units, certified
        self._sets: dict[str, model.StackSet] = {}
        self._under_way: dict[str, list[_UnderWay]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every stack set there is."""
        return tuple(sorted(self._sets))

    def parameters_of(self, name: str) -> Mapping[str, str]:
        """What a stack set says now."""
        return dict(self._sets[name].definition.parameters)

    def start_foreign_operation(self, name: str, operation_id: str, account: str, region: str) -> None:
        """Somebody else begins to update one instance with what the stack set says already."""
        self._settle()
        self._request(name, operation_id, OperationAction.UPDATE, (Target(account, region),), model.Change())

    def stop_operations(self, name: str) -> None:
        """Somebody stops what runs on a stack set: what has begun ends, the rest is cancelled."""
        self._settle()
        for operation in self._sets[name].active:
            self._sets[name] = model.stop_operation(
                self._sets[name], operation.operation_id, now=self._clock.monotonic()
            )

    # -- the port: what is there -------------------------------------------------------------------------------------

    def describe(self, name: str) -> ObservedStackSet | None:
        """The stack set with its operations, newest first."""
        with self._gate.call("StackSets.describe", region=self._home):
            self._settle()
            held = self._sets.get(name)
            return self._observed(held) if held else None

    def instances(self, name: str, *, region: str = "") -> Sequence[StackInstance]:
        """Every instance; () when there is no such stack set."""
        with self._gate.call("StackSets.instances", region=self._home):
            self._settle()
            held = self._sets.get(name)
            found = sorted(held.instances.items()) if held else []
            return [_instance(name, target, one) for target, one in found if region in ("", target.region)]

    def operation(self, stack_set: str, operation_id: str) -> Operation:
        """One operation."""
        with self._gate.call("StackSets.operation", region=self._home):
            self._settle()
            found = self._require(stack_set).operations.get(operation_id)
            if found is None:
                code = "OperationNotFoundException"
                raise NotFound(f"operation {operation_id} never ran", where=f"stack set {stack_set}", code=code)
            return self._operation(found)

    def results(self, stack_set: str, operation_id: str) -> Sequence[InstanceResult]:
        """What the operation did to each instance."""
        with self._gate.call("StackSets.results", region=self._home):
            self._settle()
            found = self._require(stack_set).operations[operation_id].results
            return [InstanceResult(one.account, one.region, it.status.value, it.reason) for one, it in found.items()]

    # -- the port: what changes --------------------------------------------------------------------------------------

    def create(self, stack_set: StackSetInput, *, token: str) -> None:
        """AlreadyExists when the name is taken."""
        with self._gate.call("StackSets.create", region=self._home, mutating=True):
            if stack_set.name in self._sets:
                raise AlreadyExists(f"stack set {stack_set.name} exists", code="NameAlreadyExistsException")
            made = model.StackSet(
                name=stack_set.name, set_id=digest(token)[:12], definition=_definition(stack_set, None)
            )
            self._gate.changed("StackSets.create", stack_set.name)
            self._sets[stack_set.name] = made

    def create_instances(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """CreateStackInstances."""
        with self._gate.call("StackSets.create_instances", region=self._home, mutating=True):
            change = model.Change(overrides=_given(overrides) or None, units=self._unit_of(operation.targets))
            self._start("StackSets.create_instances", operation, OperationAction.CREATE, change)

    def update(self, stack_set: StackSetInput, operation: OperationInput) -> None:
        """UpdateStackSet, for these places or for the definition alone."""
        with self._gate.call("StackSets.update", region=self._home, mutating=True):
            everywhere = not operation.regions
            definition = _definition(stack_set, self._require(stack_set.name).definition)
            change = model.Change(definition=definition, everywhere=everywhere)
            self._start("StackSets.update", operation, OperationAction.UPDATE, change)

    def override(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """UpdateStackInstances."""
        with self._gate.call("StackSets.override", region=self._home, mutating=True):
            change = model.Change(overrides=_given(overrides))
            self._start("StackSets.override", operation, OperationAction.UPDATE, change)

    def delete_instances(self, operation: OperationInput) -> None:
        """DeleteStackInstances, stacks included."""
        with self._gate.call("StackSets.delete_instances", region=self._home, mutating=True):
            self._start("StackSets.delete_instances", operation, OperationAction.DELETE, model.Change())

    def delete(self, name: str) -> None:
        """DeleteStackSet; silent when it is gone."""
        with self._gate.call("StackSets.delete", region=self._home, mutating=True):
            self._settle()
            if name in self._sets:
                model.check_deletable(self._sets[name])
                del self._sets[name]
                self._gate.changed("StackSets.delete", name)

    # -- time --------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let what is due have happened, for whoever looks at stacks and asks StackSets nothing."""
        self._settle()

    def _settle(self) -> None:
        """Everything that should have happened by now, in order of time."""
        for name in self._sets:
            while self._finish_next(name):
                pass

    def _finish_next(self, name: str) -> bool:
        ends = [
            (end, index) for index, one in enumerate(self._under_way.get(name, ())) if (end := self._ends(name, one))
        ]
        if not ends or min(ends)[0] > self._clock.monotonic():
            return False
        ended_at, index = min(ends)
        one = self._under_way[name].pop(index)
        held = self._sets[name]
        outcome = self._carried_out(held, one.work)
        self._sets[name] = model.finished(held, one.work, outcome, now=ended_at)
        self._begin(name, ended_at)
        return True

    def _ends(self, name: str, one: _UnderWay) -> float | None:
        held, target = self._sets[name], one.work.target
        if target.region in self._faults.silent:
            # Nobody there works on: the slower of the possible readings.
            return None
        if one.work.action is OperationAction.DELETE:
            return one.began + self._durations.delete_stack_s
        creating = one.work.action is OperationAction.CREATE
        seconds = self._durations.create_stack_s if creating else self._durations.update_stack_s
        lasts_s = self._durations.of_stack(seconds, name, target.account, target.region, one.work.action.value)
        certified = self._certified(_place(target), _wanted(held, target), one.began)
        return None if certified is None else max(one.began + lasts_s, certified)

    def _begin(self, name: str, at: float) -> None:
        for work in model.work(self._sets[name]):
            self._sets[name] = model.started(self._sets[name], work, now=at)
            self._under_way.setdefault(name, []).append(_UnderWay(work, at))
            if work.action is not OperationAction.DELETE:
                self._stacks.begin(_place(work.target), _stack_name(self._sets[name]), at)

    def _carried_out(self, held: model.StackSet, work: model.Work) -> model.Outcome:
        place, name = _place(work.target), _stack_name(held)
        failure = self._faults.failure(held.name, place.account, place.region)
        if work.action is OperationAction.DELETE:
            reason = failure or self._stacks.remove(place, name)
            return model.Outcome(not reason, reason)
        wanted = _wanted(held, work.target)
        failure = failure or self._faults.failure_of_release(place.region, wanted.parameters.get("Release", ""))
        reason = self._stacks.apply(place, name, wanted, failure)
        stack_id = next(stack.id for stack, _ in self._stacks.all() if _is_at(stack, place, name))
        return model.Outcome(not reason, reason, stack_id)

    # -- requests ----------------------------------------------------------------------------------------------------

    def _start(self, name: str, operation: OperationInput, action: OperationAction, change: model.Change) -> None:
        self._settle()
        aim = operation.targets
        accounts = tuple(self._unit_of(aim)) if aim.service_managed else aim.accounts
        targets = tuple(Target(account, region) for region in operation.regions for account in accounts)
        if action is OperationAction.UPDATE and operation.targets.service_managed:
            present = self._require(operation.stack_set).instances
            targets = tuple(one for one in targets if one in present)
        self._request(operation.stack_set, operation.operation_id, action, targets, change, operation.fan_out)
        subject = f"{operation.stack_set}/{','.join(operation.regions)}"
        self._gate.changed(name, subject, operation.operation_id)

    def _request(
        self,
        name: str,
        operation_id: str,
        action: OperationAction,
        targets: tuple[Target, ...],
        change: model.Change,
        fan_out: FanOut = ALL_AT_ONCE,
    ) -> None:
        now, preferences = self._clock.monotonic(), preferences_of(fan_out)
        self._sets[name] = model.request(
            self._require(name), operation_id, action, targets, change=change, preferences=preferences, now=now
        )
        self._begin(name, now)

    def _unit_of(self, targets: Targets) -> dict[str, str]:
        return {
            account: unit
            for unit in targets.organizational_units
            for account in self._units.get(unit, ())
            if targets.reaches(account, unit)
        }

    def _require(self, name: str) -> model.StackSet:
        if name not in self._sets:
            raise NotFound(f"stack set {name} does not exist", where="StackSets", code="StackSetNotFoundException")
        return self._sets[name]

    # -- views -------------------------------------------------------------------------------------------------------

    def _observed(self, held: model.StackSet) -> ObservedStackSet:
        said = held.definition
        return ObservedStackSet(
            name=held.name,
            home_region=self._home,
            body=said.template,
            digest=template_digest(said.template),
            parameters=tuple(sorted(said.parameters.items())),
            tags=tuple(sorted(said.tags.items())),
            operations=tuple(self._operation(one) for one in reversed(list(held.operations.values()))),
            administration_role_arn=said.administration_role,
            execution_role=said.execution_role,
        )

    def _operation(self, found: model_operation.Operation) -> Operation:
        ended = found.ended_at
        return Operation(
            id=found.operation_id,
            action=found.action.value,
            status=found.status,
            created_at=self._clock.at(found.created_at),
            ended_at=None if ended is None else self._clock.at(ended),
            reason=found.reason,
        )


def _definition(given: StackSetInput, before: model.Definition | None) -> model.Definition:
    """What a request says; ManagedExecution is said when a stack set is made, and stays."""
    managed = given.service_managed
    parameters = merge_parameters(declared_parameters(given.body), _given(given.parameters), {})
    return model.Definition(
        template=given.body,
        parameters=parameters,
        capabilities=given.capabilities,
        tags=dict(given.tags),
        permission_model=model.PermissionModel.SERVICE_MANAGED if managed else model.PermissionModel.SELF_MANAGED,
        administration_role=given.administration_role_arn,
        execution_role=given.execution_role,
        managed_execution=before.managed_execution if before else True,
    )


def _given(parameters: Mapping[str, str]) -> tuple[Given, ...]:
    return tuple(Given(name, value) for name, value in sorted(parameters.items()))


def _wanted(held: model.StackSet, target: Target) -> StackInput:
    said = held.definition
    return StackInput(body=said.template, parameters=held.parameters_of(target), tags=said.tags)


def _stack_name(held: model.StackSet) -> str:
    return f"StackSet-{held.name}-{held.set_id}"


def _place(target: Target) -> Place:
    return Place(target.account, target.region)


def _is_at(stack: Stack, place: Place, name: str) -> bool:
    return (stack.account, stack.region, stack.name) == (place.account, place.region, name)


def _instance(name: str, target: Target, one: model.Instance) -> StackInstance:
    return StackInstance(
        stack_set=name,
        account=target.account,
        region=target.region,
        status=one.status,
        detailed=one.detailed.value,
        reason=one.reason,
        stack_id=one.stack_id,
        last_operation=one.last_operation_id,
        organizational_unit=one.unit,
    )
