"""ports.StackSets: the stack sets of the home account in the home region, by the CloudFormation API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.aws.shapes import moment, parameter_list, parameters_of, tag_list, tags_of
from orchestrator.aws.texts import cleaned
from orchestrator.core.canonical import template_digest
from orchestrator.core.errors import NotFound
from orchestrator.core.fan_out import FanOut
from orchestrator.core.state import (
    InstanceResult,
    InstanceStatus,
    ObservedStackSet,
    Operation,
    OperationStatus,
    StackInstance,
)
from orchestrator.core.template_size import as_sent, by_url
from orchestrator.ports import OperationInput, StackSetInput

# As many as one answer holds: an instance whose last operation is not among them must be asked for its template.
_RECENT = 100


class AwsStackSets:
    """Each method is one API call, or one paged listing. `uploader(body)` answers the URL of a large template."""

    def __init__(self, sessions: Sessions, *, home_region: str, uploader: Callable[[str], str] | None = None) -> None:
        self._sessions, self._region, self._uploader = sessions, home_region, uploader

    def describe(self, name: str) -> ObservedStackSet | None:
        """The stack set with its last operations, newest first. None when there is none."""
        try:
            with self._calling("DescribeStackSet") as client:
                found = client.describe_stack_set(StackSetName=name)["StackSet"]
        except NotFound:
            return None
        return None if found.get("Status") == "DELETED" else self._observed(found)

    def instances(self, name: str, *, region: str = "") -> Sequence[StackInstance]:
        """Every instance; () when there is no such stack set."""
        where = {"StackInstanceRegion": region} if region else {}
        try:
            with self._calling("ListStackInstances") as client:
                pages = client.get_paginator("list_stack_instances").paginate(
                    StackSetName=name, PaginationConfig={"PageSize": 100}, **where
                )
                return tuple(_instance(name, one) for page in pages for one in page["Summaries"])
        except NotFound:
            return ()

    def create(self, stack_set: StackSetInput, *, token: str) -> None:
        """CreateStackSet, without instances."""
        with self._calling("CreateStackSet") as client:
            client.create_stack_set(
                ClientRequestToken=token,
                # Only here: CloudFormation refuses to change it together with a template or parameters.
                ManagedExecution={"Active": True},
                **self._definition(stack_set),
                **_joining(stack_set),
            )

    def create_instances(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start CreateStackInstances."""
        own = {"ParameterOverrides": parameter_list(overrides)} if overrides else {}
        with self._calling("CreateStackInstances") as client:
            client.create_stack_instances(**_operation(operation), **own)

    def update(self, stack_set: StackSetInput, operation: OperationInput) -> None:
        """Start UpdateStackSet.

        AutoDeployment and ManagedExecution stay as created: CloudFormation refuses the one beside regions, the other
        beside a template or parameters.
        """
        with self._calling("UpdateStackSet") as client:
            client.update_stack_set(**self._definition(stack_set) | _operation(operation))

    def override(self, operation: OperationInput, *, overrides: Mapping[str, str]) -> None:
        """Start UpdateStackInstances; an override that is left out returns to the stack set's value."""
        with self._calling("UpdateStackInstances") as client:
            client.update_stack_instances(**_operation(operation), ParameterOverrides=parameter_list(overrides))

    def delete_instances(self, operation: OperationInput) -> None:
        """Start DeleteStackInstances; the stacks go too."""
        with self._calling("DeleteStackInstances") as client:
            client.delete_stack_instances(**_operation(operation), RetainStacks=False)

    def delete(self, name: str) -> None:
        """DeleteStackSet; silent when it is gone."""
        try:
            with self._calling("DeleteStackSet") as client:
                client.delete_stack_set(StackSetName=name)
        except NotFound:
            return

    def operation(self, stack_set: str, operation_id: str) -> Operation:
        """One operation. NotFound when the id never ran."""
        with self._calling("DescribeStackSetOperation") as client:
            answer = client.describe_stack_set_operation(StackSetName=stack_set, OperationId=operation_id)
        return _as_operation(answer["StackSetOperation"])

    def results(self, stack_set: str, operation_id: str) -> Sequence[InstanceResult]:
        """What the operation did to each instance."""
        with self._calling("ListStackSetOperationResults") as client:
            pages = client.get_paginator("list_stack_set_operation_results").paginate(
                StackSetName=stack_set, OperationId=operation_id, PaginationConfig={"PageSize": 100}
            )
            return tuple(_result(one) for page in pages for one in page["Summaries"])

    def _calling(self, operation: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("cloudformation", operation, region=self._region)

    def _observed(self, found: Any) -> ObservedStackSet:
        name = found["StackSetName"]
        with self._calling("ListStackSetOperations") as client:
            recent = client.list_stack_set_operations(StackSetName=name, MaxResults=_RECENT)["Summaries"]
        operations = sorted(
            map(_as_operation, recent),
            key=lambda one: one.created_at.timestamp() if one.created_at else 0,
            reverse=True,
        )
        body = found.get("TemplateBody", "")
        return ObservedStackSet(
            name=name,
            home_region=self._region,
            body=body,
            digest=template_digest(body),
            parameters=parameters_of(found),
            tags=tags_of(found),
            operations=tuple(operations),
            administration_role_arn=found.get("AdministrationRoleARN", ""),
            execution_role=found.get("ExecutionRoleName", ""),
            organizational_units=tuple(found.get("OrganizationalUnitIds", ())),
        )

    def _definition(self, stack_set: StackSetInput) -> dict[str, Any]:
        fields = {
            "StackSetName": stack_set.name,
            "Parameters": parameter_list(stack_set.parameters),
            "Capabilities": list(stack_set.capabilities),
            "Tags": tag_list(stack_set.tags),
        }
        return fields | self._template(stack_set.body) | _permissions(stack_set)

    def _template(self, body: str) -> dict[str, str]:
        if self._uploader is None or not by_url(body):
            return {"TemplateBody": as_sent(body)}
        return {"TemplateURL": self._uploader(as_sent(body))}


def _permissions(stack_set: StackSetInput) -> dict[str, Any]:
    if stack_set.service_managed:
        return {"PermissionModel": "SERVICE_MANAGED", "CallAs": "SELF"}
    return {
        "PermissionModel": "SELF_MANAGED",
        "AdministrationRoleARN": stack_set.administration_role_arn,
        "ExecutionRoleName": stack_set.execution_role,
    }


def _joining(stack_set: StackSetInput) -> dict[str, Any]:
    """Accounts that join a unit get the application; what runs in one that leaves is not torn down by the move."""
    if not stack_set.service_managed:
        return {}
    return {"AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": True}}


def _operation(operation: OperationInput) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "StackSetName": operation.stack_set,
        "OperationId": operation.operation_id,
        "OperationPreferences": _preferences(operation.fan_out),
    }
    own = {"CallAs": "SELF"} if operation.targets.service_managed else {}
    return fields | own | _places(operation)


def _preferences(fan_out: FanOut) -> dict[str, Any]:
    concurrency, tolerance = fan_out.concurrency, fan_out.tolerance
    return {
        "FailureTolerancePercentage" if tolerance.percent else "FailureToleranceCount": tolerance.number,
        "MaxConcurrentPercentage" if concurrency.percent else "MaxConcurrentCount": concurrency.number,
        "ConcurrencyMode": fan_out.mode.value,
        "RegionConcurrencyType": "PARALLEL",
    }


def _places(operation: OperationInput) -> dict[str, Any]:
    """Where the operation goes; {} for the update of a stack set without instances."""
    if not operation.regions:
        return {}
    regions = {"Regions": list(operation.regions)}
    accounts, units = list(operation.targets.accounts), list(operation.targets.organizational_units)
    if not units:
        return regions | {"Accounts": accounts}
    only = {"Accounts": accounts, "AccountFilterType": "INTERSECTION"} if accounts else {}
    return regions | {"DeploymentTargets": {"OrganizationalUnitIds": units, **only}}


def _as_operation(found: Any) -> Operation:
    return Operation(
        id=found["OperationId"],
        action=found.get("Action", ""),
        status=OperationStatus(found["Status"]),
        created_at=moment(found.get("CreationTimestamp")),
        ended_at=moment(found.get("EndTimestamp")),
        reason=cleaned(found.get("StatusReason", "")),
    )


def _instance(name: str, found: Any) -> StackInstance:
    return StackInstance(
        stack_set=name,
        account=found["Account"],
        region=found["Region"],
        status=InstanceStatus(found["Status"]),
        detailed=found.get("StackInstanceStatus", {}).get("DetailedStatus", ""),
        reason=cleaned(found.get("StatusReason", "")),
        stack_id=found.get("StackId", ""),
        last_operation=found.get("LastOperationId", ""),
        organizational_unit=found.get("OrganizationalUnitId", ""),
    )


def _result(found: Any) -> InstanceResult:
    return InstanceResult(
        account=found.get("Account", ""),
        region=found.get("Region", ""),
        status=found.get("Status", ""),
        reason=cleaned(found.get("StatusReason", "")),
    )
