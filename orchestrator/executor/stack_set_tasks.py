"""Stack-set operations. An operation that ended proves nothing: every instance is asked what it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from orchestrator.core.actions import (
    AwaitOperation,
    CreateInstances,
    CreateStackSet,
    DeleteInstances,
    DeleteStackSet,
    OverrideInstances,
    UpdateInstances,
)
from orchestrator.core.errors import AlreadyExists, NotFound, OperationStopped, StepFailed
from orchestrator.core.instances import instance_changes, proven_digest
from orchestrator.core.state import Operation, OperationStatus, StackInstance, StackSet
from orchestrator.core.tokens import request_token
from orchestrator.executor.code_versions import known, missing_code, sent
from orchestrator.executor.context import Context, Done, Progress, Waiting
from orchestrator.ports import OperationInput, StackSetInput


@dataclass(frozen=True, slots=True)
class CreateStackSetTask:
    """The stack set itself."""

    action: CreateStackSet
    step: str
    context: Context

    def start(self) -> Progress:
        """A stack set of that name that exists already is the effect of an earlier try."""
        stack_set = _input(self.action.stack_set, self.context)
        try:
            self.context.ports.stack_sets.create(stack_set, token=request_token(self.context.run, self.step))
        except AlreadyExists:
            return Done("was there already")
        return Done("created")

    def poll(self) -> Progress:
        """Creation is synchronous."""
        return Done()


@dataclass(slots=True)
class InstancesTask:
    """Create, update or override instances; then verify each one by asking it."""

    action: CreateInstances | UpdateInstances | OverrideInstances
    context: Context
    _given: StackSet | None = field(default=None)

    def start(self) -> Progress:
        """AlreadyExists means that this very operation runs or ran: attach to it."""
        action, ports = self.action, self.context.ports
        missing = missing_code(action, self._sent, self.context)
        if missing:
            return Waiting(missing, started=False)
        operation = OperationInput(
            stack_set=action.stack_set.name,
            operation_id=action.operation_id,
            targets=action.targets,
            regions=action.regions,
            fan_out=action.fan_out,
        )
        try:
            match action:
                case CreateInstances():
                    ports.stack_sets.create_instances(operation, overrides=self._overrides())
                case UpdateInstances():
                    ports.stack_sets.update(_input(self._sent, self.context), operation)
                case OverrideInstances():
                    ports.stack_sets.override(operation, overrides=self._overrides())
        except AlreadyExists:
            return Waiting(f"attached to {action.operation_id}")
        return Waiting(f"StackSets started {action.operation_id}")

    def poll(self) -> Progress:
        """Wait for the end of the operation, then for the truth about the instances."""
        name = self.action.stack_set.name
        operation = self.context.ports.stack_sets.operation(name, self.action.operation_id)
        if not operation.status.ended:
            return Waiting(f"operation {operation.status.value}")
        if not self.action.regions:
            return self._defined(operation)
        instances = [one for region in self.action.regions for one in self._instances(region, operation)]
        wrong = [one for one in instances if self._differences(one)]
        if operation.status is OperationStatus.STOPPED:
            # Whoever stopped it wants no more of this release, even where all of its instances were done by then.
            raise OperationStopped(self._explain(operation, wrong), where=f"stack set {name}", fix=_AFTER_STOP)
        if wrong or not instances:
            failed = tuple(sorted({one.account for one in wrong}))
            where = f"stack set {name}"
            raise StepFailed(self._explain(operation, wrong), where=where, fix=_AFTER_FAILURE, accounts=failed)
        return Done(f"{len(instances)} proven", _outputs(instances))

    @staticmethod
    def _defined(operation: Operation) -> Progress:
        """A stack set without instances: there is nobody else to ask."""
        if operation.status is OperationStatus.SUCCEEDED:
            return Done("the stack set says so now")
        what = f"operation {operation.id} ended {operation.status.value} {operation.reason}".strip()
        raise StepFailed(what, where="stack set", fix=_AFTER_FAILURE)

    @property
    def _sent(self) -> StackSet:
        """With every value as it was when the operation began: code may get another version while that runs."""
        if self._given is None:
            self._given = sent(self.action, self.context)
        return self._given

    def _overrides(self) -> dict[str, str]:
        # Only the control layer names several regions at once, and its regions differ in nothing.
        return known(self._sent.overrides_for(self.action.regions[0]), self.context)

    def _desired(self, region: str) -> StackSet:
        given = self._sent
        overrides = given.overrides_for(region)
        if not self._overrides_follow:
            return replace(given, overrides=((region, overrides),))
        hidden = {name for name, _ in overrides}
        parameters = tuple((name, value) for name, value in given.parameters if name not in hidden)
        return replace(given, parameters=parameters, overrides=((region, ()),))

    @property
    def _overrides_follow(self) -> bool:
        return isinstance(self.action, UpdateInstances) and self.action.overrides_follow

    def _instances(self, region: str, operation: Operation) -> list[StackInstance]:
        ports, name = self.context.ports, self.action.stack_set.name
        targets = self.action.targets
        wanted = targets.accounts
        seen = [
            one
            for one in ports.stack_sets.instances(name, region=region)
            if targets.reaches(one.account, one.organizational_unit)
        ]
        missing = [account for account in wanted if account not in {one.account for one in seen}]
        if missing:
            what = f"no instance in {region} for {', '.join(missing)} after {operation.status.value}"
            raise StepFailed(self._with_results(what), where=f"stack set {name}", fix=_AFTER_FAILURE)
        return self.context.many(partial(self._with_stack, operation), seen)

    def _with_stack(self, operation: Operation, instance: StackInstance) -> StackInstance:
        stacks = self.context.ports.stacks
        listed = stacks.list(instance.account, instance.region, name_contains=self.action.stack_set.name)
        stack = next((one for one in listed if one.id == instance.stack_id), None)
        if stack is None:
            return instance
        digest = proven_digest(stack, operation)
        if digest != self.action.stack_set.digest:
            digest = stacks.template_digest(instance.account, instance.region, stack.name)
        return replace(instance, stack=replace(stack, digest=digest))

    def _differences(self, instance: StackInstance) -> bool:
        return bool(instance_changes(self._desired(instance.region), instance))

    def _explain(self, operation: Operation, wrong: Sequence[StackInstance]) -> str:
        lines = [f"operation {operation.id} ended {operation.status.value} {operation.reason}".strip()]
        if operation.status is OperationStatus.SUCCEEDED:
            lines[0] += ", but the instances say otherwise"
        return "\n".join([*lines, *(self._explain_one(one) for one in wrong)])

    def _explain_one(self, instance: StackInstance) -> str:
        # An instance that failed before its stack was made (a missing role, say) has no stack to ask.
        stacks = self.context.ports.stacks
        failure = stacks.failure(instance.account, instance.region, instance.stack_id) if instance.stack_id else None
        if instance.detailed not in ("", "SUCCEEDED") and failure:
            why = f"{failure.logical_id} ({failure.type}): {failure.reason}"
        elif instance.reason:
            why = instance.reason
        else:
            found = instance_changes(self._desired(instance.region), instance)
            why = "; ".join(f"{one.path} is {one.before or 'absent'}, not {one.after}" for one in found)
        return f"account {instance.account}, {instance.region}: {instance.detailed or instance.status.value}: {why}"

    def _with_results(self, what: str) -> str:
        results = self.context.ports.stack_sets.results(self.action.stack_set.name, self.action.operation_id)
        lines = [f"account {one.account}, {one.region}: {one.status}: {one.reason}" for one in results if one.reason]
        return "\n".join([what, *lines])


@dataclass(frozen=True, slots=True)
class DeleteInstancesTask:
    """Delete instances with their stacks, then prove that none is left."""

    action: DeleteInstances
    context: Context

    def start(self) -> Progress:
        """Attach when this very operation runs or ran."""
        action = self.action
        operation = OperationInput(
            stack_set=action.name,
            operation_id=action.operation_id,
            targets=action.targets,
            regions=action.regions,
            fan_out=action.fan_out,
        )
        try:
            self.context.ports.stack_sets.delete_instances(operation)
        except AlreadyExists:
            return Waiting(f"attached to {action.operation_id}")
        except NotFound:
            return Done("gone")
        return Waiting(f"StackSets started {action.operation_id}")

    def poll(self) -> Progress:
        """No instance of these places may be left."""
        action, ports = self.action, self.context.ports
        operation = ports.stack_sets.operation(action.name, action.operation_id)
        if not operation.status.ended:
            return Waiting(f"operation {operation.status.value}")
        left = [
            one
            for region in action.regions
            for one in ports.stack_sets.instances(action.name, region=region)
            if action.targets.reaches(one.account, one.organizational_unit)
        ]
        if left:
            lines = [f"account {one.account}, {one.region}: {one.status.value}: {one.reason}" for one in left]
            what = "\n".join([f"operation {operation.id} ended {operation.status.value}; still there:", *lines])
            raise StepFailed(what, where=f"stack set {action.name}", fix=_AFTER_LEFT)
        return Done("gone")


@dataclass(frozen=True, slots=True)
class DeleteStackSetTask:
    """The stack set itself, empty by now."""

    action: DeleteStackSet
    context: Context

    def start(self) -> Progress:
        """Silent when it is gone."""
        self.context.ports.stack_sets.delete(self.action.name)
        return Done("gone")

    def poll(self) -> Progress:
        """Deletion is synchronous."""
        return Done()


@dataclass(frozen=True, slots=True)
class AwaitOperationTask:
    """Somebody else's operation, or an earlier run's: only its end matters here, the next plan judges its effect."""

    action: AwaitOperation
    context: Context

    def start(self) -> Progress:
        """Nothing to start."""
        return self.poll()

    def poll(self) -> Progress:
        """Ended, in whatever way."""
        operation = self.context.ports.stack_sets.operation(self.action.stack_set, self.action.operation_id)
        status = operation.status.value
        return Done(f"ended {status}") if operation.status.ended else Waiting(f"operation {status}")


_AFTER_STOP = "somebody stopped it: find out who and why (CloudTrail: StopStackSetOperation), then deploy again"
_AFTER_LEFT = (
    "remove the cause, then run the same command again: it tries once more, and names the commands that give it up"
)
_AFTER_FAILURE = "mend the cause and deploy again: only what is not right yet is repeated"


def _input(stack_set: StackSet, context: Context) -> StackSetInput:
    return StackSetInput(
        name=stack_set.name,
        body=stack_set.body,
        parameters=known(stack_set.parameters, context),
        capabilities=stack_set.capabilities,
        tags=dict(stack_set.tags),
        administration_role_arn=stack_set.administration_role_arn,
        execution_role=stack_set.execution_role,
        service_managed=stack_set.targets.service_managed,
    )


def _outputs(instances: Sequence[StackInstance]) -> dict[str, str]:
    return {
        f"{one.account}/{one.region}/{name}": value
        for one in instances
        if one.stack
        for name, value in one.stack.outputs
    }
