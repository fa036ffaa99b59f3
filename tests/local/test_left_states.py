"""Stacks that an earlier attempt left in a state that no update gets out of: named with the command, never deleted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import pytest

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.sessions import Sessions
from orchestrator.aws.stacks import AwsStacks
from orchestrator.core.errors import AwsError
from tests.embedded import Embedded
from tests.servers import eventually

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


@pytest.mark.parametrize(
    ("leave", "state"),
    [(reviewed, "REVIEW_IN_PROGRESS"), (rolled_back, "ROLLBACK_COMPLETE")],
    ids=["never reviewed", "rolled back"],
)
def test_a_stack_that_was_left_over_is_named_with_the_command_and_stays(
    embedded: Embedded, sessions: Sessions, leave: Callable[[Embedded, str], None], state: str
) -> None:
    name, client = f"left-{uuid.uuid4().hex[:8]}", embedded.client("cloudformation", REGION)
    leave(embedded, name)

    def status() -> str:
        return str(client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    assert eventually(lambda: status() == state), status()
    with pytest.raises(AwsError) as raised:
        AwsStacks(sessions).put(HOME, REGION, name=name, body=TEMPLATE, parameters={}, tags={}, token="t-1")

    assert raised.value.code == state
    assert f"aws cloudformation delete-stack --stack-name {name} --region {REGION}" in raised.value.fix
    assert status() == state
