"""What the tests of stack sets share: roles, a small template, and waiting for an operation."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.embedded import Embedded

HOME, HOME_REGION = "000000000000", "us-west-2"
_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ENDED = ("SUCCEEDED", "FAILED", "STOPPED")


def template(version: str = "1", **extra: Any) -> str:
    """A stack of one parameter, one topic that shows it, and whatever `extra` resources."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "${Color} " + version}}}
    parameters = {"Color": {"Type": "String", "Default": "red"}}
    outputs = {"Topic": {"Value": {"Ref": "Topic"}}}
    return json.dumps({"Parameters": parameters, "Resources": {"Topic": topic, **extra}, "Outputs": outputs}, indent=1)


def make_role(embedded: Embedded, account: str, name: str) -> None:
    iam = embedded.client("iam", account=account)
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_TRUST)
    except iam.exceptions.EntityAlreadyExistsException:
        return


def make_roles(embedded: Embedded, *accounts: str) -> None:
    make_role(embedded, HOME, "AWSCloudFormationStackSetAdministrationRole")
    for account in accounts:
        make_role(embedded, account, "AWSCloudFormationStackSetExecutionRole")


def wait(cloudformation: Any, name: str, operation_id: str, *, until: tuple[str, ...] = ENDED) -> str:
    """The status once the operation is where it is waited for."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        operation = cloudformation.describe_stack_set_operation(StackSetName=name, OperationId=operation_id)
        status: str = operation["StackSetOperation"]["Status"]
        if status in until:
            return status
        time.sleep(0.02)
    raise AssertionError(f"operation {operation_id} did not reach {until}")


def instances(cloudformation: Any, name: str) -> dict[tuple[str, str], str]:
    """Status and detailed status by account and region."""
    listed = cloudformation.list_stack_instances(StackSetName=name)["Summaries"]
    return {
        (one["Account"], one["Region"]): f"{one['Status']}/{one['StackInstanceStatus']['DetailedStatus']}"
        for one in listed
    }


def results(cloudformation: Any, name: str, operation_id: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Status and reason by account and region."""
    listed = cloudformation.list_stack_set_operation_results(StackSetName=name, OperationId=operation_id)["Summaries"]
    return {(one["Account"], one["Region"]): (one["Status"], one.get("StatusReason", "")) for one in listed}
