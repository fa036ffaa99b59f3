"""Stacks that an earlier attempt left in a state that no update gets out of: named with the command, never deleted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.sessions import Sessions
from orchestrator.aws.stacks import AwsStacks
from orchestrator.core.errors import AwsError
from tests.embedded import Embedded
from tests.servers import eventually
from tests.told_commands import carry_out

HOME, REGION = "000000000000", "us-east-1"
TEMPLATE = json.dumps({"Resources": {"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {}}}})
IMPOSSIBLE = json.dumps(
    {
        "Resources": {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Role": "r", "Code": {"S3Bucket": "nowhere-at-all", "S3Key": "app.zip"}},
            }
        }
    }
)


@pytest.fixture
def sessions(embedded: Embedded) -> Iterator[Sessions]:
    made = Sessions("aws", credentials=LocalAccounts(HOME), endpoint_url=embedded.aws.endpoint_url)
    yield made
    made.close()


def reviewed(embedded: Embedded, name: str) -> None:
    client = embedded.client("cloudformation", REGION)
    client.create_change_set(StackName=name, ChangeSetName="never", ChangeSetType="CREATE", TemplateBody=TEMPLATE)


def rolled_back(embedded: Embedded, name: str) -> None:
    embedded.client("cloudformation", REGION).create_stack(StackName=name, TemplateBody=IMPOSSIBLE)


LOGS = "AWS::Logs::LogGroup"


def fails(embedded: Embedded, operation: str, kind: str = LOGS) -> Any:
    return embedded.fault(kind="resource_fail", operation=operation, service=kind, region=REGION, reason="it is in use")


def of_two(retention: int) -> str:
    """A log group, and a queue that comes after it."""
    log = {"Type": LOGS, "Properties": {"RetentionInDays": retention}}
    queue = {"Type": "AWS::SQS::Queue", "DependsOn": "Log", "Properties": {"DelaySeconds": retention}}
    return json.dumps({"Resources": {"Log": log, "Queue": queue}})


def never_rolled_back(embedded: Embedded, name: str) -> None:
    client = embedded.client("cloudformation", REGION)
    with fails(embedded, "create", "AWS::SQS::Queue"), fails(embedded, "delete"):
        client.create_stack(StackName=name, TemplateBody=of_two(1))
        assert eventually(lambda: status(embedded, name) == "ROLLBACK_FAILED")


def never_sent_back(embedded: Embedded, name: str) -> None:
    client = embedded.client("cloudformation", REGION)
    client.create_stack(StackName=name, TemplateBody=of_two(1))
    assert eventually(lambda: status(embedded, name) == "CREATE_COMPLETE")
    with fails(embedded, "update", "AWS::SQS::Queue"), fails(embedded, "revert"):
        client.update_stack(StackName=name, TemplateBody=of_two(3))
        assert eventually(lambda: status(embedded, name) == "UPDATE_ROLLBACK_FAILED")


def never_deleted(embedded: Embedded, name: str) -> None:
    client = embedded.client("cloudformation", REGION)
    client.create_stack(StackName=name, TemplateBody=of_two(1))
    assert eventually(lambda: status(embedded, name) == "CREATE_COMPLETE")
    with fails(embedded, "delete"):
        client.delete_stack(StackName=name)
        assert eventually(lambda: status(embedded, name) == "DELETE_FAILED")


def status(embedded: Embedded, name: str) -> str:
    stacks = embedded.client("cloudformation", REGION).describe_stacks(StackName=name)["Stacks"]
    return str(stacks[0]["StackStatus"])


LEFT: dict[str, tuple[Callable[[Embedded, str], None], str, str]] = {
    "never reviewed": (reviewed, "REVIEW_IN_PROGRESS", "delete-stack"),
    "rolled back": (rolled_back, "ROLLBACK_COMPLETE", "delete-stack"),
    "not even rolled back": (never_rolled_back, "ROLLBACK_FAILED", "delete-stack"),
    "an update not rolled back": (never_sent_back, "UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
    "not deleted": (never_deleted, "DELETE_FAILED", "delete-stack"),
}


@pytest.mark.parametrize(("leave", "state", "command"), LEFT.values(), ids=LEFT)
def test_a_stack_that_was_left_over_is_named_and_stays_and_its_command_lets_the_same_call_go_on(
    embedded: Embedded, sessions: Sessions, leave: Callable[[Embedded, str], None], state: str, command: str
) -> None:
    name, stacks = f"left-{uuid.uuid4().hex[:8]}", AwsStacks(sessions)
    leave(embedded, name)
    assert eventually(lambda: status(embedded, name) == state), status(embedded, name)
    put = partial(stacks.put, HOME, REGION, name=name, body=TEMPLATE, parameters={}, tags={}, token="t-1")
    with pytest.raises(AwsError) as raised:
        put()
    stayed = status(embedded, name)

    carry_out(embedded, raised.value.fix)
    put()

    assert (raised.value.code, stayed) == (state, state)
    assert f"aws cloudformation {command} --stack-name {name} --region {REGION}" in raised.value.fix
    assert eventually(lambda: status(embedded, name) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")), status(embedded, name)
