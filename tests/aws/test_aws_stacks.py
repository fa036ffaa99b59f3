from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from orchestrator.aws.sessions import ONCE, Sessions
from orchestrator.aws.stacks import AwsStacks
from orchestrator.core.canonical import template_digest
from orchestrator.core.errors import AccessDenied, AwsError, NotFound, OperationInProgress

ACCOUNT, REGION = "111111111111", "us-east-1"
BODY = '{"Resources": {"B": 1, "A": 1.5}}'
MISSING = "Stack with id app does not exist"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = {
    "StackName": "app",
    "TemplateBody": BODY,
    "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}],
    "Tags": [{"Key": "k", "Value": "v"}],
    "Capabilities": ["CAPABILITY_NAMED_IAM"],
    "ClientRequestToken": "token-1",
}


@pytest.fixture
def gateway(sessions: Sessions) -> AwsStacks:
    return AwsStacks(sessions)


@pytest.fixture
def cloudformation(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("cloudformation", REGION, ACCOUNT)


@pytest.fixture
def writes(stubbed: Callable[..., Stubber]) -> Stubber:
    """Those that the SDK never repeats."""
    return stubbed("cloudformation", REGION, ACCOUNT, time_outs=ONCE)


def _stack(name: str, status: str = "CREATE_COMPLETE", **more: object) -> dict[str, object]:
    return {"StackName": name, "StackStatus": status, "CreationTime": CREATED, **more}


def _put(gateway: AwsStacks) -> bool:
    return gateway.put(ACCOUNT, REGION, name="app", body=BODY, parameters={"A": "1"}, tags={"k": "v"}, token="token-1")


def test_list_pages_filters_by_name_and_leaves_out_deleted_stacks(gateway: AwsStacks, cloudformation: Stubber) -> None:
    updated = datetime(2026, 2, 1, tzinfo=UTC)
    full = _stack(
        "StackSet-app-prod-infra-1",
        "UPDATE_ROLLBACK_COMPLETE",
        StackId="arn:1",
        StackStatusReason="because\x07",
        LastUpdatedTime=updated,
        Parameters=[{"ParameterKey": "B", "ParameterValue": "2"}, {"ParameterKey": "A", "ParameterValue": "1"}],
        Outputs=[{"OutputKey": "O", "OutputValue": "x"}],
        Tags=[{"Key": "t", "Value": "v"}],
    )
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("other"), full], "NextToken": "2"}, {})
    gone = _stack("StackSet-app-prod-infra-2", "DELETE_COMPLETE")
    late = _stack("StackSet-app-prod-infra-3")
    cloudformation.add_response("describe_stacks", {"Stacks": [gone, late]}, {"NextToken": "2"})

    first, second = gateway.list(ACCOUNT, REGION, name_contains="app-prod-infra")

    assert (first.account, first.region, first.name, first.id) == (
        ACCOUNT,
        REGION,
        "StackSet-app-prod-infra-1",
        "arn:1",
    )
    assert (first.status, first.status_reason) == ("UPDATE_ROLLBACK_COMPLETE", "because")
    assert first.parameters == (("A", "1"), ("B", "2"))
    assert (first.outputs, first.tags, first.digest) == ((("O", "x"),), (("t", "v"),), "")
    assert first.updated_at == updated
    assert (second.name, second.updated_at) == ("StackSet-app-prod-infra-3", CREATED)


def test_template_digest_is_that_of_the_canonical_form(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_response(
        "get_template", {"TemplateBody": BODY}, {"StackName": "app", "TemplateStage": "Original"}
    )

    assert gateway.template_digest(ACCOUNT, REGION, "app") == template_digest('{"Resources":{"A":1.5,"B":1}}')


def test_template_digest_of_yaml_is_that_of_its_text(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_response("get_template", {"TemplateBody": "Resources: {}\n"})

    assert gateway.template_digest(ACCOUNT, REGION, "app") == template_digest("Resources: {}\n")


def test_template_digest_of_a_missing_stack_is_not_found(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("get_template", "ValidationError", MISSING, 400)

    with pytest.raises(NotFound, match=r"cloudformation:GetTemplate in us-east-1 \(111111111111\)"):
        gateway.template_digest(ACCOUNT, REGION, "app")


def test_get_reads_the_stack_and_its_digest(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app")]}, {"StackName": "app"})
    cloudformation.add_response("get_template", {"TemplateBody": BODY})

    found = gateway.get(ACCOUNT, REGION, "app")

    assert found is not None
    assert found.digest == template_digest(BODY)


def test_get_answers_none_for_a_missing_stack(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", MISSING, 400)

    assert gateway.get(ACCOUNT, REGION, "app") is None


def test_get_answers_none_for_a_stack_deleted_between_the_two_calls(
    gateway: AwsStacks, cloudformation: Stubber
) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app")]})
    cloudformation.add_client_error("get_template", "ValidationError", MISSING, 400)

    assert gateway.get(ACCOUNT, REGION, "app") is None


def test_put_creates_a_missing_stack_with_our_token(
    gateway: AwsStacks, cloudformation: Stubber, writes: Stubber
) -> None:
    cloudformation.add_client_error("describe_stacks", "ValidationError", MISSING, 400)
    writes.add_response("create_stack", {"StackId": "arn"}, FIELDS)

    assert _put(gateway) is True


def test_put_updates_a_present_stack_with_our_token(
    gateway: AwsStacks, cloudformation: Stubber, writes: Stubber
) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app")]})
    writes.add_response("update_stack", {"StackId": "arn"}, FIELDS)

    assert _put(gateway) is True


def test_put_answers_false_when_there_is_nothing_to_do(
    gateway: AwsStacks, cloudformation: Stubber, writes: Stubber
) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app")]})
    writes.add_client_error("update_stack", "ValidationError", "No updates are to be performed.", 400)

    assert _put(gateway) is False


def test_put_passes_on_any_other_refusal(gateway: AwsStacks, cloudformation: Stubber, writes: Stubber) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app")]})
    writes.add_client_error("update_stack", "ValidationError", "Parameters: [X] must have values", 400)

    with pytest.raises(AwsError, match="must have values"):
        _put(gateway)


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("ROLLBACK_COMPLETE", "aws cloudformation delete-stack --stack-name app --region us-east-1"),
        ("ROLLBACK_FAILED", "aws cloudformation delete-stack --stack-name app --region us-east-1"),
        ("CREATE_FAILED", "aws cloudformation delete-stack --stack-name app --region us-east-1"),
        ("REVIEW_IN_PROGRESS", "aws cloudformation delete-stack --stack-name app --region us-east-1"),
        ("DELETE_FAILED", "--deletion-mode FORCE_DELETE_STACK"),
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name app --region us-east-1"),
        ("UPDATE_FAILED", "aws cloudformation rollback-stack --stack-name app --region us-east-1"),
    ],
)
def test_put_names_a_state_left_over_and_the_command_that_helps(
    gateway: AwsStacks, cloudformation: Stubber, status: str, command: str
) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app", status)]})

    with pytest.raises(AwsError) as raised:
        _put(gateway)

    assert raised.value.code == status
    assert status in raised.value.what
    assert "111111111111" in raised.value.fix
    assert command in raised.value.fix


def test_put_does_not_touch_a_stack_that_is_changing(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_response("describe_stacks", {"Stacks": [_stack("app", "UPDATE_IN_PROGRESS")]})

    with pytest.raises(OperationInProgress, match="wait until it has ended"):
        _put(gateway)


def test_delete_sends_our_token_and_is_silent_when_the_stack_is_gone(
    gateway: AwsStacks, cloudformation: Stubber
) -> None:
    cloudformation.add_response("delete_stack", {}, {"StackName": "app", "ClientRequestToken": "t"})
    cloudformation.add_client_error("delete_stack", "ValidationError", MISSING, 400)

    gateway.delete(ACCOUNT, REGION, "app", token="t")
    gateway.delete(ACCOUNT, REGION, "app", token="t")

    cloudformation.assert_no_pending_responses()


def test_delete_does_not_swallow_a_denial(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("delete_stack", "AccessDenied", "no", 403)

    with pytest.raises(AccessDenied):
        gateway.delete(ACCOUNT, REGION, "app", token="t")


def _event(logical: str, status: str, reason: str = "", physical: str = "") -> dict[str, object]:
    return {
        "StackId": "arn:stack",
        "EventId": f"{logical}-{status}",
        "StackName": "app",
        "LogicalResourceId": logical,
        "PhysicalResourceId": physical or logical,
        "ResourceType": "AWS::S3::Bucket" if logical != "app" else "AWS::CloudFormation::Stack",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": CREATED,
    }


def _own(status: str, reason: str = "") -> dict[str, object]:
    return _event("app", status, reason, "arn:stack")


def test_failure_is_the_first_cause_of_the_last_change(gateway: AwsStacks, cloudformation: Stubber) -> None:
    newest = [
        _own("ROLLBACK_COMPLETE"),
        _own("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Bucket, Queue]"),
        _event("Queue", "CREATE_FAILED", "Resource creation cancelled"),
        _event("Topic", "CREATE_FAILED", "came later"),
    ]
    oldest = [
        _event("Bucket", "CREATE_FAILED", "name\x1b[2J taken"),
        _event("Bucket", "CREATE_IN_PROGRESS"),
        _own("CREATE_IN_PROGRESS"),
        _event("Old", "UPDATE_FAILED", "an earlier change"),
    ]
    cloudformation.add_response(
        "describe_stack_events", {"StackEvents": newest, "NextToken": "2"}, {"StackName": "app"}
    )
    cloudformation.add_response(
        "describe_stack_events", {"StackEvents": oldest}, {"StackName": "app", "NextToken": "2"}
    )

    found = gateway.failure(ACCOUNT, REGION, "app")

    assert found is not None
    assert (found.logical_id, found.type, found.reason) == ("Bucket", "AWS::S3::Bucket", "name taken")


def test_failure_reads_no_further_than_the_last_change(gateway: AwsStacks, cloudformation: Stubber) -> None:
    events = [_own("UPDATE_COMPLETE"), _own("UPDATE_IN_PROGRESS"), _event("Old", "CREATE_FAILED", "earlier")]
    cloudformation.add_response("describe_stack_events", {"StackEvents": events, "NextToken": "2"})

    assert gateway.failure(ACCOUNT, REGION, "app") is None


@pytest.mark.parametrize(
    ("events", "logical_id"),
    [
        ([_own("CREATE_FAILED", "hook"), _event("Q", "CREATE_FAILED", "Resource creation cancelled")], "Q"),
        ([_own("CREATE_FAILED", "hook refused")], "app"),
    ],
)
def test_failure_falls_back_to_what_is_there(
    gateway: AwsStacks, cloudformation: Stubber, events: list[dict[str, object]], logical_id: str
) -> None:
    cloudformation.add_response("describe_stack_events", {"StackEvents": events})

    found = gateway.failure(ACCOUNT, REGION, "app")

    assert found is not None
    assert found.logical_id == logical_id


def test_failure_of_a_missing_stack_is_none(gateway: AwsStacks, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stack_events", "ValidationError", "Stack [app] does not exist", 400)

    assert gateway.failure(ACCOUNT, REGION, "app") is None


def test_failure_of_a_creation_is_found_behind_the_deletion_of_its_stack(
    gateway: AwsStacks, cloudformation: Stubber
) -> None:
    events = [
        _own("DELETE_COMPLETE"),
        _event("Bucket", "DELETE_COMPLETE", ""),
        _own("DELETE_IN_PROGRESS"),
        _own("ROLLBACK_COMPLETE"),
        _event("Bucket", "CREATE_FAILED", "name taken"),
        _own("CREATE_IN_PROGRESS"),
    ]
    cloudformation.add_response("describe_stack_events", {"StackEvents": events})

    found = gateway.failure(ACCOUNT, REGION, "arn:stack")

    assert found is not None
    assert (found.logical_id, found.reason) == ("Bucket", "name taken")


def test_failure_of_a_deletion_is_its_own(gateway: AwsStacks, cloudformation: Stubber) -> None:
    events = [
        _own("DELETE_FAILED"),
        _event("Bucket", "DELETE_FAILED", "not empty"),
        _own("DELETE_IN_PROGRESS"),
        _event("Old", "UPDATE_FAILED", "earlier"),
    ]
    cloudformation.add_response("describe_stack_events", {"StackEvents": events})

    found = gateway.failure(ACCOUNT, REGION, "arn:stack")

    assert found is not None
    assert found.reason == "not empty"
