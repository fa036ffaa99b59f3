"""The fields of a StackSets request as the model's values. Raises AwsError (ValidationError) for what AWS refuses."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from orchestrator.core.errors import AwsError
from orchestrator.core.fan_out import ConcurrencyMode
from orchestrator.core.stackset_operation import Preferences, RegionConcurrency
from orchestrator.core.stackset_parameters import Given, merge_parameters
from orchestrator.core.stacksets import AutoDeployment, Definition, PermissionModel

Fields = Mapping[str, Any]
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_OPERATION_ID = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}")
_ACCOUNT = re.compile(r"\d{12}")


def check_name(name: str) -> None:
    """A stack set's name: letters, digits and dashes, a letter first, at most 128."""
    if not _NAME.fullmatch(name):
        raise _invalid(f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy constraint")


def operation_id(fields: Fields) -> str:
    """The caller's idempotency token, or a new one."""
    given_id = str(fields.get("OperationId") or uuid.uuid4())
    if not _OPERATION_ID.fullmatch(given_id):
        raise _invalid(f"1 validation error detected: Value '{given_id}' at 'operationId' failed to satisfy constraint")
    return given_id


def accounts(fields: Fields) -> tuple[str, ...]:
    """The accounts of a self-managed request."""
    if fields.get("DeploymentTargets", {}).get("OrganizationalUnitIds"):
        raise _invalid("StackSets with SELF_MANAGED permission model can't be deployed to OrganizationalUnitIds")
    named = tuple(fields.get("Accounts") or fields.get("DeploymentTargets", {}).get("Accounts") or ())
    wrong = [one for one in named if not _ACCOUNT.fullmatch(one)]
    if wrong or not named:
        raise _invalid(f"Accounts must be account ids of 12 digits: {', '.join(wrong) or 'none given'}")
    return named


def regions(fields: Fields) -> tuple[str, ...]:
    """The regions of a request, in the caller's order."""
    if not fields.get("Regions"):
        raise _invalid("Regions are required")
    return tuple(dict.fromkeys(fields["Regions"]))


def deployment_targets(fields: Fields) -> Fields:
    """The organizational units of a service-managed request, with the account filter."""
    chosen: Fields = fields.get("DeploymentTargets", {})
    if fields.get("Accounts") or not chosen.get("OrganizationalUnitIds"):
        raise _invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
    return chosen


def unit_regions(fields: Fields) -> dict[str, tuple[str, ...]]:
    """The units aimed at as a whole: those of a request without an account filter."""
    chosen = fields.get("DeploymentTargets", {})
    if chosen.get("AccountFilterType", "NONE") != "NONE":
        return {}
    return {unit: tuple(fields["Regions"]) for unit in chosen.get("OrganizationalUnitIds", ())}


def given(fields: Fields, name: str) -> tuple[Given, ...] | None:
    """A list of parameters; None when the request has no such list."""
    if name not in fields:
        return None
    return tuple(
        Given(one["ParameterKey"], None if one.get("UsePreviousValue") else one.get("ParameterValue", ""))
        for one in fields[name]
    )


def preferences(fields: Fields, targeted: tuple[str, ...]) -> Preferences:
    """Operation preferences, checked as AWS checks them."""
    chosen: Fields = fields.get("OperationPreferences", {})
    for one, other in (
        ("FailureToleranceCount", "FailureTolerancePercentage"),
        ("MaxConcurrentCount", "MaxConcurrentPercentage"),
    ):
        if one in chosen and other in chosen:
            raise _invalid(f"Only one of {one} and {other} can be specified")
    strange = [region for region in chosen.get("RegionOrder", ()) if targeted and region not in targeted]
    if strange:
        raise _invalid(f"Region order contains regions that are not targeted: {', '.join(strange)}")
    if chosen.get("MaxConcurrentCount", 1) < 1 or chosen.get("FailureToleranceCount", 0) < 0:
        raise _invalid("MaxConcurrentCount must be at least 1 and FailureToleranceCount at least 0")
    return Preferences(
        failure_tolerance_count=chosen.get("FailureToleranceCount", 0),
        failure_tolerance_percentage=chosen.get("FailureTolerancePercentage"),
        max_concurrent_count=chosen.get("MaxConcurrentCount", 1),
        max_concurrent_percentage=chosen.get("MaxConcurrentPercentage"),
        region_order=tuple(chosen.get("RegionOrder", ())),
        region_concurrency=RegionConcurrency(chosen.get("RegionConcurrencyType", "SEQUENTIAL")),
        concurrency_mode=ConcurrencyMode(chosen.get("ConcurrencyMode", ConcurrencyMode.STRICT.value)),
    )


def definition(
    fields: Fields, template: str, declared: Mapping[str, str | None], previous: Definition | None
) -> Definition:
    """The stack set that a request describes; what it leaves out stays as it was, except parameters."""
    before = previous or Definition(template=template)
    automatic = fields.get("AutoDeployment", {})
    permission_model = PermissionModel(fields.get("PermissionModel", before.permission_model.value))
    if automatic.get("Enabled") and permission_model is PermissionModel.SELF_MANAGED:
        raise _invalid("AutoDeployment is only available for SERVICE_MANAGED stack sets")
    tags = {one["Key"]: one["Value"] for one in fields["Tags"]} if "Tags" in fields else before.tags
    return Definition(
        template=template,
        parameters=merge_parameters(declared, given(fields, "Parameters") or (), before.parameters),
        capabilities=tuple(fields.get("Capabilities", ())) if "Capabilities" in fields else before.capabilities,
        tags=tags,
        description=fields.get("Description", before.description),
        permission_model=permission_model,
        administration_role=fields.get("AdministrationRoleARN", before.administration_role),
        execution_role=fields.get("ExecutionRoleName", before.execution_role),
        managed_execution=fields.get("ManagedExecution", {}).get("Active", before.managed_execution),
        auto_deployment=_auto_deployment(automatic) if automatic else before.auto_deployment,
    )


def _auto_deployment(fields: Fields) -> AutoDeployment:
    enabled, retain = bool(fields.get("Enabled")), bool(fields.get("RetainStacksOnAccountRemoval"))
    return AutoDeployment(enabled, retain)


def _invalid(message: str) -> AwsError:
    return AwsError(message, code="ValidationError")
