"""Carries one instance out: a real stack is created, updated or deleted in the target account and region."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from orchestrator.core.stackset_operation import OperationAction, Target
from orchestrator.core.stacksets import Outcome, PermissionModel, StackSet, Work
from orchestrator.local import emulator

DEFAULT_ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"
DEFAULT_EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"

# A stack in one of these never comes to life again: StackSets deletes it and starts anew.
_STILLBORN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS")
_GONE = ("", "DELETE_COMPLETE")
_SUCCESS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")
_POLL_S = 0.01

Interference = Callable[[Target], Awaitable[str]]


class StackSetRunner:
    """Acts on one target. `interference` may delay it, or fail it by returning a reason."""

    def __init__(self, interference: Interference) -> None:
        self._interference = interference

    async def __call__(self, stack_set: StackSet, one: Work) -> Outcome:
        """Brings the target to where the operation wants it."""
        reason = await self._interference(one.target) or await _missing_role(stack_set, one.target)
        if reason:
            return Outcome(False, reason)
        instance = stack_set.instances[one.target]
        if one.action is OperationAction.DELETE:
            retain = stack_set.operations[one.operation_id].retain_stacks
            return await _delete(one.target, "" if retain else instance.stack_id)
        return await _deploy(stack_set, one.target)


async def role_exists(account: str, role: str) -> bool:
    """Whether the account has the role; `role` is a name or an ARN."""
    name = role.rpartition("/")[2]
    status, _ = await emulator.query("iam", "GetRole", {"RoleName": name}, account=account, region="us-east-1")
    return status == 200


async def _missing_role(stack_set: StackSet, target: Target) -> str:
    """AWS's reason when the execution role is absent; service-managed stack sets use AWS's own roles."""
    definition = stack_set.definition
    role = definition.execution_role or DEFAULT_EXECUTION_ROLE
    if definition.permission_model is PermissionModel.SERVICE_MANAGED or await role_exists(target.account, role):
        return ""
    administration = (definition.administration_role or DEFAULT_ADMINISTRATION_ROLE).rpartition("/")[2]
    return f"Account {target.account} should have '{role}' role with trust relationship to Role '{administration}'."


async def _deploy(stack_set: StackSet, target: Target) -> Outcome:
    stack_id = stack_set.instances[target].stack_id
    status = await _status(target, stack_id)
    if status in _STILLBORN:
        await _delete(target, stack_id)
        status = "DELETE_COMPLETE"
    if status in _GONE:
        name = f"StackSet-{stack_set.name}-{uuid.uuid4()}"
        return await _change(target, "CreateStack", name, stack_set)
    return await _change(target, "UpdateStack", stack_id, stack_set)


async def _change(target: Target, action: str, stack: str, stack_set: StackSet) -> Outcome:
    params = {"StackName": stack, "TemplateBody": stack_set.definition.template}
    for number, capability in enumerate(stack_set.definition.capabilities, 1):
        params[f"Capabilities.member.{number}"] = capability
    for number, (name, value) in enumerate(stack_set.parameters_of(target).items(), 1):
        params[f"Parameters.member.{number}.ParameterKey"] = name
        params[f"Parameters.member.{number}.ParameterValue"] = value
    for number, (name, value) in enumerate(stack_set.definition.tags.items(), 1):
        params[f"Tags.member.{number}.Key"] = name
        params[f"Tags.member.{number}.Value"] = value
    known = stack if action == "UpdateStack" else ""
    code, root = await _cloudformation(target, action, params)
    if code != 200:
        message = root.findtext(".//Message", "")
        return Outcome("No updates are to be performed" in message, message, known)
    outcome = await _ended(target, root.findtext(".//StackId", ""))
    if not outcome.succeeded and action == "CreateStack":
        # "... the events for the stack, which will have a status of DELETED (for failed create operations)":
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-troubleshooting.html
        await _delete(target, outcome.stack_id)
    return outcome


async def _delete(target: Target, stack_id: str) -> Outcome:
    """Success at once without a stack id: nothing to delete, or the stack is to stay."""
    if not stack_id:
        return Outcome(True)
    code, root = await _cloudformation(target, "DeleteStack", {"StackName": stack_id})
    if code != 200:
        return Outcome(False, root.findtext(".//Message", ""), stack_id)
    # The emulator answers before it has begun: until then the stack shows the state of what was done to it last.
    await asyncio.sleep(_POLL_S)
    return await _ended(target, stack_id)


async def _ended(target: Target, stack_id: str) -> Outcome:
    status = await _status(target, stack_id)
    while status.endswith("_IN_PROGRESS"):
        await asyncio.sleep(_POLL_S)
        status = await _status(target, stack_id)
    if status in _SUCCESS:
        return Outcome(True, "", stack_id)
    return Outcome(False, await _failure(target, stack_id, status), stack_id)


async def _status(target: Target, stack_id: str) -> str:
    if not stack_id:
        return ""
    code, root = await _cloudformation(target, "DescribeStacks", {"StackName": stack_id})
    return root.findtext(".//StackStatus", "") if code == 200 else "DELETE_COMPLETE"


async def _failure(target: Target, stack_id: str, status: str) -> str:
    """What StackSets shows of a failed stack: its last operation's first failed resource."""
    _, root = await _cloudformation(target, "DescribeStackEvents", {"StackName": stack_id})
    failed = None
    for event in root.iter("member"):  # newest first
        resource_status = event.findtext("ResourceStatus", "")
        own = event.findtext("PhysicalResourceId", "") == stack_id
        if own and resource_status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            break
        if resource_status.endswith("_FAILED") and (failed is None or not own):
            failed = event
    return _reason(failed) if failed is not None else f"Stack {stack_id} is in {status} state"


def _reason(event: Element) -> str:
    logical, kind = event.findtext("LogicalResourceId", ""), event.findtext("ResourceType", "")
    reason = event.findtext("ResourceStatusReason", "").removesuffix(".")
    return f"ResourceLogicalId:{logical}, ResourceType:{kind}, ResourceStatusReason:{reason}."


async def _cloudformation(target: Target, action: str, params: dict[str, str]) -> tuple[int, Element]:
    return await emulator.query("cloudformation", action, params, account=target.account, region=target.region)
