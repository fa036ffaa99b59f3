"""A second opinion on the StackSets calls: moto, which makes and deletes instances in the
right places (it ignores operation ids, the region filter and taken names; its update changes nothing)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from orchestrator.aws.credentials import AssumedRoles
from orchestrator.aws.sessions import Sessions
from orchestrator.aws.stack_sets import AwsStackSets
from orchestrator.aws.stacks import AwsStacks
from orchestrator.core.canonical import template_digest
from orchestrator.core.errors import AwsError
from orchestrator.core.state import OperationStatus, Targets
from orchestrator.ports import OperationInput, StackSetInput

HOME, TARGET = "123456789012", "111111111111"
BODY = json.dumps(
    {
        "Parameters": {"Role": {"Type": "String"}},
        # moto makes up queue names that it then refuses as too long.
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}}},
        "Outputs": {"Role": {"Value": {"Ref": "Role"}}},
    }
)
INFRA = StackSetInput(
    name="app-prod-infra",
    body=BODY,
    parameters={"Role": "none"},
    capabilities=("CAPABILITY_NAMED_IAM",),
    tags={"orchestrator:application": "app"},
    administration_role_arn=f"arn:aws:iam::{HOME}:role/app-prod-stackset-admin",
    execution_role="app-prod-stackset-exec",
)


def _operation(name: str, *regions: str) -> OperationInput:
    return OperationInput(stack_set=INFRA.name, operation_id=name, targets=Targets(accounts=(TARGET,)), regions=regions)


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    from moto import mock_aws

    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    roles = AssumedRoles(lambda account: f"arn:aws:iam::{account}:role/app-prod-orchestrator", ("us-west-2",), "test")
    with mock_aws():
        sessions = Sessions("aws", credentials=roles)
        yield sessions
        sessions.close()


@pytest.fixture
def stack_sets(emulated: Sessions) -> AwsStackSets:
    return AwsStackSets(emulated, home_region="us-west-2")


def test_a_stack_set_is_seen_as_it_was_made(stack_sets: AwsStackSets) -> None:
    assert stack_sets.describe(INFRA.name) is None

    stack_sets.create(INFRA, token="token-1")
    found = stack_sets.describe(INFRA.name)

    assert found is not None
    assert found.digest == template_digest(BODY)
    assert found.parameters == (("Role", "none"),)
    assert found.tags == (("orchestrator:application", "app"),)
    assert (found.administration_role_arn, found.execution_role) == (
        INFRA.administration_role_arn,
        INFRA.execution_role,
    )
    assert found.operations == ()


def test_instances_stand_in_the_named_account_and_regions(emulated: Sessions, stack_sets: AwsStackSets) -> None:
    stack_sets.create(INFRA, token="token-1")

    stack_sets.create_instances(_operation("op-1", "us-east-1"), overrides={"Role": "primary"})
    stack_sets.create_instances(_operation("op-2", "us-west-2"), overrides={"Role": "secondary"})

    assert {one.place for one in stack_sets.instances(INFRA.name)} == {(TARGET, "us-east-1"), (TARGET, "us-west-2")}
    stacks = AwsStacks(emulated)
    for region, role in (("us-east-1", "primary"), ("us-west-2", "secondary")):
        (stack,) = stacks.list(TARGET, region, name_contains=INFRA.name)
        assert dict(stack.parameters)["Role"] == role
        assert dict(stack.outputs)["Role"] == role
        assert stacks.template_digest(TARGET, region, stack.name) == template_digest(BODY)
    assert stacks.list(HOME, "us-east-1", name_contains=INFRA.name) == ()


def test_an_operation_and_its_results_are_found_by_id(stack_sets: AwsStackSets) -> None:
    stack_sets.create(INFRA, token="token-1")
    stack_sets.create_instances(_operation("op-1", "us-east-1"), overrides={})

    found = stack_sets.describe(INFRA.name)
    assert found is not None
    (listed,) = found.operations
    # moto takes no operation id of ours: the one that it made up is asked for.
    operation = stack_sets.operation(INFRA.name, listed.id)
    results = stack_sets.results(INFRA.name, listed.id)

    assert (operation.action, operation.status) == ("CREATE", OperationStatus.SUCCEEDED)
    assert [(one.account, one.region, one.status) for one in results] == [(TARGET, "us-east-1", "SUCCEEDED")]


def test_a_stack_set_goes_only_after_its_instances(emulated: Sessions, stack_sets: AwsStackSets) -> None:
    stack_sets.create(INFRA, token="token-1")
    stack_sets.create_instances(_operation("op-1", "us-east-1", "us-west-2"), overrides={})

    with pytest.raises(AwsError):
        stack_sets.delete(INFRA.name)
    stack_sets.delete_instances(_operation("op-2", "us-east-1"))
    left = stack_sets.instances(INFRA.name)
    stack_sets.delete_instances(_operation("op-3", "us-west-2"))
    stack_sets.delete(INFRA.name)

    assert [one.region for one in left] == ["us-west-2"]
    assert AwsStacks(emulated).list(TARGET, "us-east-1", name_contains=INFRA.name) == ()
    assert stack_sets.describe(INFRA.name) is None
