"""The StackSets part of CloudFormation's API: requests in, the pure model asked, answers out.

Our reading of the documentation, not a proof of how AWS behaves. A refused call changes nothing.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any

from orchestrator.core import stacksets as model
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound
from orchestrator.core.stackset_operation import OperationAction, Target
from orchestrator.core.stacksets import Change, Definition, PermissionModel, StackSet
from orchestrator.local import stackset_fields as fields_of
from orchestrator.local import stackset_views as views
from orchestrator.local import templates, wire
from orchestrator.local.organization import Organization
from orchestrator.local.request import Request
from orchestrator.local.stackset_runner import DEFAULT_ADMINISTRATION_ROLE, role_exists
from orchestrator.local.stackset_store import Key, StackSetStore

Fields = Mapping[str, Any]
_STATUS_OF = {
    "StackSetNotFoundException": 404,
    "StackInstanceNotFoundException": 404,
    "OperationNotFoundException": 404,
}
_CONFLICTS = (
    "OperationInProgressException",
    "OperationIdAlreadyExistsException",
    "NameAlreadyExistsException",
    "StackSetNotEmptyException",
    "CreatedButModifiedException",
)


class StackSetsApi:
    """One object serves every account and region; each call acts in the caller's own."""

    def __init__(self, store: StackSetStore, organization: Organization) -> None:
        self._store, self._organization = store, organization
        self._tokens: dict[Key, tuple[str, Definition]] = {}

    @cached_property
    def _model(self) -> Any:
        return wire.service_model("cloudformation")

    @cached_property
    def _actions(self) -> dict[str, Callable[[Key, Fields], Awaitable[dict[str, Any]]]]:
        return {
            "CreateStackSet": self._create_stack_set,
            "DescribeStackSet": self._describe_stack_set,
            "UpdateStackSet": self._update_stack_set,
            "DeleteStackSet": self._delete_stack_set,
            "ListStackSets": self._list_stack_sets,
            "CreateStackInstances": self._create_stack_instances,
            "UpdateStackInstances": self._update_stack_instances,
            "DeleteStackInstances": self._delete_stack_instances,
            "DescribeStackInstance": self._describe_stack_instance,
            "ListStackInstances": self._list_stack_instances,
            "DescribeStackSetOperation": self._describe_operation,
            "ListStackSetOperations": self._list_operations,
            "ListStackSetOperationResults": self._list_operation_results,
            "StopStackSetOperation": self._stop_operation,
        }

    def serves(self, action: str) -> bool:
        """Whether the action belongs to StackSets."""
        return action in self._actions

    async def handle(self, request: Request, account: str) -> wire.Reply:
        """Answers one call; every refusal carries AWS's own error code."""
        operation = self._model.operation_model(request.action)
        try:
            fields = wire.from_query(operation.input_shape, request.form)
            key = self._store.locate(Key(account, request.region, fields.get("StackSetName", "")))
            return wire.query_reply("cloudformation", operation, await self._actions[request.action](key, fields))
        except AwsError as error:
            code = error.code or "ValidationError"
            status = 409 if code in _CONFLICTS else _STATUS_OF.get(code, 400)
            return wire.query_error("cloudformation", code, error.what, status)
        except (ValueError, KeyError) as error:
            return wire.query_error("cloudformation", "ValidationError", str(error))

    async def _create_stack_set(self, key: Key, fields: Fields) -> dict[str, Any]:
        fields_of.check_name(key.name)
        definition = await self._definition(key, fields, None)
        try:
            existing = self._store.get(key)
        except NotFound:
            set_id = f"{key.name}:{uuid.uuid4()}"
            self._tokens[key] = (fields.get("ClientRequestToken", ""), definition)
            self._store.put(key, StackSet(name=key.name, set_id=set_id, definition=definition))
            return {"StackSetId": set_id}
        token, first = self._tokens[key]
        if not token or token != fields.get("ClientRequestToken"):
            raise AlreadyExists("StackSet already exists", code="NameAlreadyExistsException")
        if (definition, existing.definition) != (first, first):
            raise AwsError("The stack set was created and modified since", code="CreatedButModifiedException")
        return {"StackSetId": existing.set_id}

    async def _describe_stack_set(self, key: Key, _: Fields) -> dict[str, Any]:
        return {"StackSet": views.stack_set(key, self._store.get(key))}

    async def _update_stack_set(self, key: Key, fields: Fields) -> dict[str, Any]:
        definition = await self._definition(key, fields, self._store.get(key).definition)
        named = "Accounts" in fields or "Regions" in fields or "DeploymentTargets" in fields
        targets, units = await self._targets(key, fields) if named else ((), {})
        change = Change(definition=definition, everywhere=not named, units=units)
        return await self._request(key, OperationAction.UPDATE, targets, change, fields)

    async def _delete_stack_set(self, key: Key, _: Fields) -> dict[str, Any]:
        try:
            model.check_deletable(self._store.get(key))
        except NotFound:
            return {}  # AWS answers the deletion of what is not there with success
        self._store.remove(key)
        return {}

    async def _list_stack_sets(self, key: Key, fields: Fields) -> dict[str, Any]:
        if fields.get("Status") == "DELETED":
            listed = [views.stack_set_summary(one, "DELETED") for one in self._store.deleted(key.account, key.region)]
        else:
            own = [one for one in self._store.homes() if (one.account, one.region) == (key.account, key.region)]
            listed = [views.stack_set_summary(self._store.get(one), "ACTIVE") for one in own]
        return views.page(listed, fields)

    async def _create_stack_instances(self, key: Key, fields: Fields) -> dict[str, Any]:
        targets, units = await self._targets(key, fields)
        change = Change(
            overrides=fields_of.given(fields, "ParameterOverrides"),
            units=units,
            unit_regions=fields_of.unit_regions(fields),
        )
        return await self._request(key, OperationAction.CREATE, targets, change, fields)

    async def _update_stack_instances(self, key: Key, fields: Fields) -> dict[str, Any]:
        targets, units = await self._targets(key, fields)
        change = Change(overrides=fields_of.given(fields, "ParameterOverrides"), units=units)
        return await self._request(key, OperationAction.UPDATE, targets, change, fields)

    async def _delete_stack_instances(self, key: Key, fields: Fields) -> dict[str, Any]:
        if "RetainStacks" not in fields:
            raise AwsError("RetainStacks is required", code="ValidationError")
        targets, _ = await self._targets(key, fields)
        change = Change(unit_regions=fields_of.unit_regions(fields))
        return await self._request(key, OperationAction.DELETE, targets, change, fields)

    async def _describe_stack_instance(self, key: Key, fields: Fields) -> dict[str, Any]:
        target = Target(fields["StackInstanceAccount"], fields["StackInstanceRegion"])
        stack_set = self._store.get(key)
        if target not in stack_set.instances:
            raise NotFound(
                f"Stack instance not found for account {target.account} in region {target.region}",
                code="StackInstanceNotFoundException",
            )
        return {"StackInstance": views.instance(stack_set, target)}

    async def _list_stack_instances(self, key: Key, fields: Fields) -> dict[str, Any]:
        stack_set = self._store.get(key)
        chosen = [
            target
            for target in sorted(stack_set.instances)
            if views.wanted(stack_set.instances[target], target, fields)
        ]
        return views.page([views.instance_summary(stack_set, target) for target in chosen], fields)

    async def _describe_operation(self, key: Key, fields: Fields) -> dict[str, Any]:
        stack_set = self._store.get(key)
        return {"StackSetOperation": views.operation(stack_set, views.find_operation(stack_set, fields))}

    async def _list_operations(self, key: Key, fields: Fields) -> dict[str, Any]:
        newest_first = reversed(list(self._store.get(key).operations.values()))
        return views.page([views.operation_summary(one) for one in newest_first], fields)

    async def _list_operation_results(self, key: Key, fields: Fields) -> dict[str, Any]:
        stack_set = self._store.get(key)
        return views.page(views.results(stack_set, views.find_operation(stack_set, fields), fields), fields)

    async def _stop_operation(self, key: Key, fields: Fields) -> dict[str, Any]:
        self._store.put(key, model.stop_operation(self._store.get(key), fields["OperationId"], now=time.time()))
        return {}

    async def _request(
        self, key: Key, action: OperationAction, targets: tuple[Target, ...], change: Change, fields: Fields
    ) -> dict[str, Any]:
        operation_id = fields_of.operation_id(fields)
        preferences = fields_of.preferences(fields, tuple(dict.fromkeys(one.region for one in targets)))
        await self._check_administration(key, change.definition or self._store.get(key).definition)
        requested = model.request(
            self._store.get(key),
            operation_id,
            action,
            targets,
            change=change,
            preferences=preferences,
            retain_stacks=bool(fields.get("RetainStacks")),
            now=time.time(),
        )
        self._store.put(key, requested)
        return {"OperationId": operation_id}

    async def _definition(self, key: Key, fields: Fields, previous: Definition | None) -> Definition:
        """What a request makes of a stack set; nothing is kept yet."""
        if previous is not None and fields.get("UsePreviousTemplate"):
            template = previous.template
        else:
            template = templates.text_of(fields, account=key.account, region=key.region)
        summary = await templates.summary_of(template, account=key.account, region=key.region)
        definition = fields_of.definition(fields, template, summary.parameters, previous)
        templates.check_capabilities(summary.capabilities, definition.capabilities)
        return definition

    async def _check_administration(self, key: Key, definition: Definition) -> None:
        role = definition.administration_role or DEFAULT_ADMINISTRATION_ROLE
        if definition.permission_model is PermissionModel.SELF_MANAGED and not await role_exists(key.account, role):
            name = role.rpartition("/")[2]
            raise AwsError(
                f"Account {key.account} should have '{name}' role with trust relationship to CloudFormation service.",
                code="ValidationError",
            )

    async def _targets(self, key: Key, fields: Fields) -> tuple[tuple[Target, ...], dict[str, str]]:
        """The targets of a request, and for service-managed stack sets the unit of each account."""
        regions = fields_of.regions(fields)
        service_managed = self._store.get(key).definition.permission_model is PermissionModel.SERVICE_MANAGED
        if service_managed:
            units = await self._organization.resolve(fields_of.deployment_targets(fields), key.account)
        else:
            units = dict.fromkeys(fields_of.accounts(fields), "")
        return tuple(Target(account, region) for region in regions for account in sorted(units)), units


async def deploy_automatically(store: StackSetStore, organization: Organization) -> None:
    """One look at who joined or left a unit; starts the operations that automatic deployment asks for."""
    for key in store.homes():
        stack_set = store.get(key)
        if not (stack_set.definition.auto_deployment.enabled and stack_set.deployed_units):
            continue
        try:
            members = {unit: await organization.accounts_in(unit, key.account) for unit in stack_set.deployed_units}
        except AwsError:
            continue  # a unit was deleted: its instances stay as they are
        joined, left = model.automatic_targets(store.get(key), members)
        _act_automatically(store, key, joined, left)


def _act_automatically(store: StackSetStore, key: Key, joined: Mapping[Target, str], left: tuple[Target, ...]) -> None:
    if joined:
        change = Change(units={target.account: unit for target, unit in joined.items()})
        created = model.request(
            store.get(key), str(uuid.uuid4()), OperationAction.CREATE, tuple(joined), change=change, now=time.time()
        )
        store.put(key, created)
    elif left:
        retain = store.get(key).definition.auto_deployment.retain_on_removal
        removed = model.request(
            store.get(key), str(uuid.uuid4()), OperationAction.DELETE, left, retain_stacks=retain, now=time.time()
        )
        store.put(key, removed)
