"""How stack sets, instances, operations and results look in an answer of the API, one page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.core.errors import AwsError, NotFound
from orchestrator.core.stackset_operation import Operation, Preferences, Target
from orchestrator.core.stacksets import Instance, PermissionModel, StackSet
from orchestrator.local.stackset_runner import DEFAULT_ADMINISTRATION_ROLE, DEFAULT_EXECUTION_ROLE
from orchestrator.local.stackset_store import Key

Fields = Mapping[str, Any]
_PAGE = 100


def page(rows: Sequence[Mapping[str, Any]], fields: Fields) -> dict[str, Any]:
    """One page of a list. The token is the number of rows already told."""
    token = str(fields.get("NextToken") or "0")
    if not token.isdigit():
        raise AwsError("Invalid next token", code="ValidationError")
    start, size = int(token), min(int(fields.get("MaxResults") or _PAGE), _PAGE)
    more = start + size < len(rows)
    return {"Summaries": list(rows[start : start + size]), "NextToken": str(start + size) if more else None}


def stack_set(key: Key, one: StackSet) -> dict[str, Any]:
    """DescribeStackSet."""
    definition = one.definition
    roles: dict[str, Any] = {}
    if definition.permission_model is PermissionModel.SELF_MANAGED:
        default = f"arn:aws:iam::{key.account}:role/{DEFAULT_ADMINISTRATION_ROLE}"
        roles = {
            "AdministrationRoleARN": definition.administration_role or default,
            "ExecutionRoleName": definition.execution_role or DEFAULT_EXECUTION_ROLE,
        }
    return {
        **stack_set_summary(one, "ACTIVE"),
        **roles,
        "TemplateBody": definition.template,
        "Parameters": _parameters(definition.parameters),
        "Capabilities": list(definition.capabilities),
        "Tags": [{"Key": name, "Value": value} for name, value in sorted(definition.tags.items())],
        "StackSetARN": f"arn:aws:cloudformation:{key.region}:{key.account}:stackset/{one.set_id}",
        "OrganizationalUnitIds": sorted({each.unit for each in one.instances.values() if each.unit}),
        "Regions": sorted({target.region for target in one.instances}),
    }


def stack_set_summary(one: StackSet, status: str) -> dict[str, Any]:
    """One row of ListStackSets."""
    definition = one.definition
    automatic = definition.auto_deployment
    service_managed = definition.permission_model is PermissionModel.SERVICE_MANAGED
    return {
        "StackSetName": one.name,
        "StackSetId": one.set_id,
        "Description": definition.description or None,
        "Status": status,
        "PermissionModel": definition.permission_model.value,
        "ManagedExecution": {"Active": definition.managed_execution},
        "DriftStatus": "NOT_CHECKED",
        "AutoDeployment": {"Enabled": automatic.enabled, "RetainStacksOnAccountRemoval": automatic.retain_on_removal}
        if service_managed
        else None,
    }


def instance(one: StackSet, target: Target) -> dict[str, Any]:
    """DescribeStackInstance: only here are the overrides shown."""
    return {**instance_summary(one, target), "ParameterOverrides": _parameters(one.instances[target].overrides)}


def instance_summary(one: StackSet, target: Target) -> dict[str, Any]:
    """One row of ListStackInstances."""
    found = one.instances[target]
    return {
        "StackSetId": one.set_id,
        "Account": target.account,
        "Region": target.region,
        "StackId": found.stack_id or None,
        "Status": found.status.value,
        "StatusReason": found.reason or None,
        "StackInstanceStatus": {"DetailedStatus": found.detailed.value},
        "OrganizationalUnitId": found.unit or None,
        "DriftStatus": "NOT_CHECKED",
        "LastOperationId": found.last_operation_id or None,
    }


def wanted(one: Instance, target: Target, fields: Fields) -> bool:
    """Whether the filters of ListStackInstances let the instance through."""
    seen = {
        "DETAILED_STATUS": one.detailed.value,
        "LAST_OPERATION_ID": one.last_operation_id,
        "DRIFT_STATUS": "NOT_CHECKED",
    }
    asked = {each["Name"]: each["Values"] for each in fields.get("Filters", ())}
    return (
        fields.get("StackInstanceAccount") in (None, target.account)
        and fields.get("StackInstanceRegion") in (None, target.region)
        and all(seen.get(name) == value for name, value in asked.items())
    )


def find_operation(one: StackSet, fields: Fields) -> Operation:
    """Raises NotFound (OperationNotFoundException)."""
    found = one.operations.get(fields["OperationId"])
    if found is None:
        raise NotFound(f"Operation {fields['OperationId']} not found", code="OperationNotFoundException")
    return found


def operation(one: StackSet, found: Operation) -> dict[str, Any]:
    """DescribeStackSetOperation."""
    units = sorted({each.unit for each in one.instances.values() if each.unit})
    return {
        **operation_summary(found),
        "StackSetId": one.set_id,
        "RetainStacks": found.retain_stacks,
        "AdministrationRoleARN": one.definition.administration_role or None,
        "ExecutionRoleName": one.definition.execution_role or None,
        "DeploymentTargets": {"OrganizationalUnitIds": units} if units else None,
    }


def operation_summary(found: Operation) -> dict[str, Any]:
    """One row of ListStackSetOperations."""
    failed = sum(result.status.value == "FAILED" for result in found.results.values())
    return {
        "OperationId": found.operation_id,
        "Action": found.action.value,
        "Status": found.status.value,
        "StatusReason": found.reason or None,
        "CreationTimestamp": found.created_at,
        "EndTimestamp": found.ended_at,
        "StatusDetails": {"FailedStackInstancesCount": failed},
        "OperationPreferences": _preferences(found.preferences),
    }


def results(one: StackSet, found: Operation, fields: Fields) -> list[dict[str, Any]]:
    """The rows of ListStackSetOperationResults that its filter lets through."""
    asked = [each["Values"] for each in fields.get("Filters", ()) if each["Name"] == "OPERATION_RESULT_STATUS"]
    return [
        {
            "Account": target.account,
            "Region": target.region,
            "Status": result.status.value,
            "StatusReason": result.reason or None,
            "AccountGateResult": {"Status": "SKIPPED", "StatusReason": _NO_GATE}
            if result.status.value != "PENDING"
            else None,
            "OrganizationalUnitId": (one.instances[target].unit or None) if target in one.instances else None,
        }
        for target, result in found.results.items()
        if not asked or result.status.value in asked
    ]


_NO_GATE = "Function not found: AWSCloudFormationStackSetAccountGate"


def _parameters(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(values.items())]


def _preferences(one: Preferences) -> dict[str, Any]:
    """Counts are shown only where no percentage stands in their place, as AWS does."""
    tolerance = (
        {"FailureToleranceCount": one.failure_tolerance_count}
        if one.failure_tolerance_percentage is None
        else {"FailureTolerancePercentage": one.failure_tolerance_percentage}
    )
    concurrency = (
        {"MaxConcurrentCount": one.max_concurrent_count}
        if one.max_concurrent_percentage is None
        else {"MaxConcurrentPercentage": one.max_concurrent_percentage}
    )
    return {
        "RegionOrder": list(one.region_order),
        "RegionConcurrencyType": one.region_concurrency.value,
        "ConcurrencyMode": one.concurrency_mode.value,
        **tolerance,
        **concurrency,
    }
