from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from botocore.stub import Stubber

from orchestrator.aws.sessions import Sessions
from orchestrator.aws.stack_sets import AwsStackSets
from orchestrator.core.canonical import template_digest
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, OperationInProgress
from orchestrator.core.fan_out import ConcurrencyMode, FanOut, Share
from orchestrator.core.state import InstanceStatus, OperationStatus, Targets
from orchestrator.ports import OperationInput, StackSetInput

Stubbed = Callable[..., Stubber]
BODY = '{"Resources": {}}'
PREFERENCES = {
    "FailureToleranceCount": 0,
    "MaxConcurrentCount": 100,
    "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
    "RegionConcurrencyType": "PARALLEL",
}
SELF_MANAGED = StackSetInput(
    name="app-prod-infra",
    body=BODY,
    parameters={"B": "2", "A": "1"},
    capabilities=("CAPABILITY_NAMED_IAM",),
    tags={"k": "v"},
    administration_role_arn="arn:aws:iam::999999999999:role/admin",
    execution_role="exec",
)
BY_UNIT = StackSetInput(
    name="app-prod-infra",
    body=BODY,
    parameters={},
    capabilities=(),
    tags={},
    administration_role_arn="",
    execution_role="",
    service_managed=True,
)
IN_ACCOUNTS = OperationInput(
    stack_set="app-prod-infra",
    operation_id="op-1",
    targets=Targets(accounts=("111111111111", "222222222222")),
    regions=("us-west-2",),
)
IN_UNITS = OperationInput(
    stack_set="app-prod-infra",
    operation_id="op-1",
    targets=Targets(organizational_units=("ou-ab12-34567890",)),
    regions=("us-west-2",),
)
DEFINITION = {
    "StackSetName": "app-prod-infra",
    "TemplateBody": BODY,
    "Parameters": [
        {"ParameterKey": "A", "ParameterValue": "1"},
        {"ParameterKey": "B", "ParameterValue": "2"},
    ],
    "Capabilities": ["CAPABILITY_NAMED_IAM"],
    "Tags": [{"Key": "k", "Value": "v"}],
    "PermissionModel": "SELF_MANAGED",
    "AdministrationRoleARN": "arn:aws:iam::999999999999:role/admin",
    "ExecutionRoleName": "exec",
}
PLACES = {
    "StackSetName": "app-prod-infra",
    "OperationId": "op-1",
    "Accounts": ["111111111111", "222222222222"],
    "Regions": ["us-west-2"],
    "OperationPreferences": PREFERENCES,
}
UNITS = {
    "StackSetName": "app-prod-infra",
    "OperationId": "op-1",
    "DeploymentTargets": {"OrganizationalUnitIds": ["ou-ab12-34567890"]},
    "CallAs": "SELF",
    "Regions": ["us-west-2"],
    "OperationPreferences": PREFERENCES,
}


@pytest.fixture
def gateway(sessions: Sessions) -> AwsStackSets:
    return AwsStackSets(sessions, home_region="us-west-2")


@pytest.fixture
def cloudformation(stubbed: Stubbed) -> Stubber:
    return stubbed("cloudformation", "us-west-2")


def _operation(name: str, status: str, minute: int) -> dict[str, object]:
    at = datetime(2026, 1, 1, 12, minute, tzinfo=timezone(timedelta(hours=2)))
    return {"OperationId": name, "Action": "UPDATE", "Status": status, "CreationTimestamp": at}


def test_describe_shows_the_stack_set_with_its_operations_newest_first(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    cloudformation.add_response(
        "describe_stack_set",
        {
            "StackSet": {
                "StackSetName": "s",
                "Status": "ACTIVE",
                "TemplateBody": BODY,
                "Parameters": [{"ParameterKey": "B", "ParameterValue": "2"}, {"ParameterKey": "A"}],
                "Tags": [{"Key": "t", "Value": "v"}],
                "AdministrationRoleARN": "arn:aws:iam::999999999999:role/admin",
                "ExecutionRoleName": "exec",
                "OrganizationalUnitIds": ["ou-ab12-34567890"],
            }
        },
        {"StackSetName": "s"},
    )
    cloudformation.add_response(
        "list_stack_set_operations",
        {"Summaries": [_operation("old", "SUCCEEDED", 1), _operation("new", "RUNNING", 2)], "NextToken": "more"},
        {"StackSetName": "s", "MaxResults": 100},
    )

    found = gateway.describe("s")

    assert found is not None
    assert found.parameters == (("A", ""), ("B", "2"))
    assert found.digest == template_digest(BODY)
    assert found.home_region == "us-west-2"
    assert found.organizational_units == ("ou-ab12-34567890",)
    assert [one.id for one in found.operations] == ["new", "old"]
    assert found.operations[0].created_at == datetime(2026, 1, 1, 10, 2, tzinfo=UTC)
    assert [one.id for one in found.in_flight] == ["new"]


def test_describe_answers_none_for_a_stack_set_that_does_not_exist(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    cloudformation.add_client_error("describe_stack_set", "StackSetNotFoundException", "StackSet s not found", 404)

    assert gateway.describe("s") is None


def test_describe_answers_none_for_a_deleted_stack_set(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_response("describe_stack_set", {"StackSet": {"StackSetName": "s", "Status": "DELETED"}})

    assert gateway.describe("s") is None


def test_instances_reads_every_page_of_one_region(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    first = {
        "Account": "111111111111",
        "Region": "us-east-1",
        "Status": "OUTDATED",
        "StatusReason": "\x1b[31mUser Initiated\x1b[0m",
        "StackInstanceStatus": {"DetailedStatus": "FAILED"},
        "StackId": "arn:stack",
        "LastOperationId": "op-1",
        "OrganizationalUnitId": "ou-1",
    }
    second = {"Account": "222222222222", "Region": "us-east-1", "Status": "CURRENT"}
    expected = {"StackSetName": "s", "StackInstanceRegion": "us-east-1", "MaxResults": 100}
    cloudformation.add_response("list_stack_instances", {"Summaries": [first], "NextToken": "2"}, expected)
    cloudformation.add_response("list_stack_instances", {"Summaries": [second]}, {**expected, "NextToken": "2"})

    one, two = gateway.instances("s", region="us-east-1")

    assert one.place == ("111111111111", "us-east-1")
    assert (one.status, one.detailed, one.reason) == (InstanceStatus.OUTDATED, "FAILED", "User Initiated")
    assert (one.stack_id, one.last_operation, one.organizational_unit) == ("arn:stack", "op-1", "ou-1")
    assert one.stack is None
    assert (two.status, two.detailed) == (InstanceStatus.CURRENT, "")


def test_instances_of_a_missing_stack_set_are_none(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("list_stack_instances", "StackSetNotFoundException", "gone", 404)

    assert gateway.instances("s") == ()


def test_create_sends_our_token_and_the_self_managed_roles(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    expected = {**DEFINITION, "ManagedExecution": {"Active": True}, "ClientRequestToken": "token-1"}
    cloudformation.add_response("create_stack_set", {}, expected)

    gateway.create(SELF_MANAGED, token="token-1")

    cloudformation.assert_no_pending_responses()


def test_create_by_unit_deploys_automatically_and_names_no_roles(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    expected = {
        "StackSetName": "app-prod-infra",
        "TemplateBody": BODY,
        "Parameters": [],
        "Capabilities": [],
        "Tags": [],
        "ManagedExecution": {"Active": True},
        "PermissionModel": "SERVICE_MANAGED",
        "CallAs": "SELF",
        "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": True},
        "ClientRequestToken": "token-1",
    }
    cloudformation.add_response("create_stack_set", {}, expected)

    gateway.create(BY_UNIT, token="token-1")

    cloudformation.assert_no_pending_responses()


def test_create_of_a_taken_name_says_so(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("create_stack_set", "NameAlreadyExistsException", "StackSet exists", 409)

    with pytest.raises(AlreadyExists, match=r"cloudformation:CreateStackSet in us-west-2 \(999999999999\)"):
        gateway.create(SELF_MANAGED, token="t")


def test_update_goes_to_the_named_places_only_and_leaves_managed_execution_alone(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    cloudformation.add_response("update_stack_set", {"OperationId": "op-1"}, DEFINITION | PLACES)

    gateway.update(SELF_MANAGED, IN_ACCOUNTS)

    cloudformation.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("fan_out", "sent"),
    [
        (FanOut(concurrency=Share(5)), {"MaxConcurrentCount": 5, "FailureToleranceCount": 0}),
        (
            FanOut(concurrency=Share(50, percent=True), tolerance=Share(10, percent=True)),
            {"MaxConcurrentPercentage": 50, "FailureTolerancePercentage": 10},
        ),
        (
            FanOut(mode=ConcurrencyMode.STRICT, tolerance=Share(2)),
            {"MaxConcurrentCount": 100, "FailureToleranceCount": 2, "ConcurrencyMode": "STRICT_FAILURE_TOLERANCE"},
        ),
    ],
)
def test_the_numbers_of_the_user_become_operation_preferences(
    gateway: AwsStackSets, cloudformation: Stubber, fan_out: FanOut, sent: dict[str, object]
) -> None:
    usual = {"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE", "RegionConcurrencyType": "PARALLEL"}
    expected = {**PLACES, "OperationPreferences": usual | sent, "RetainStacks": False}
    cloudformation.add_response("delete_stack_instances", {"OperationId": "op-1"}, expected)

    gateway.delete_instances(replace(IN_ACCOUNTS, fan_out=fan_out))

    cloudformation.assert_no_pending_responses()


def test_update_by_unit_leaves_automatic_deployment_alone(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    definition = {
        "TemplateBody": BODY,
        "Parameters": [],
        "Capabilities": [],
        "Tags": [],
        "PermissionModel": "SERVICE_MANAGED",
    }
    cloudformation.add_response("update_stack_set", {"OperationId": "op-1"}, definition | UNITS)

    gateway.update(BY_UNIT, IN_UNITS)

    cloudformation.assert_no_pending_responses()


@pytest.mark.parametrize(("stack_set", "places"), [(SELF_MANAGED, IN_ACCOUNTS), (BY_UNIT, IN_UNITS)])
def test_update_of_a_stack_set_without_instances_names_no_places(
    gateway: AwsStackSets, cloudformation: Stubber, stack_set: StackSetInput, places: OperationInput
) -> None:
    sent = list[dict[str, object]]()
    cloudformation.client.meta.events.register(
        "provide-client-params.cloudformation.UpdateStackSet", lambda params, **_: sent.append(params), unique_id="sent"
    )
    cloudformation.add_response("update_stack_set", {"OperationId": "op-1"})

    gateway.update(stack_set, replace(places, regions=()))
    cloudformation.client.meta.events.unregister(
        "provide-client-params.cloudformation.UpdateStackSet", unique_id="sent"
    )

    assert sent[0]["OperationId"] == "op-1"
    assert not {"Regions", "Accounts", "DeploymentTargets"} & sent[0].keys()


def test_a_large_template_goes_by_url(sessions: Sessions, cloudformation: Stubber) -> None:
    body = "é" * 25_601
    uploaded = list[str]()

    def upload(text: str) -> str:
        uploaded.append(text)
        return "https://bucket/template"

    gateway = AwsStackSets(sessions, home_region="us-west-2", uploader=upload)
    large = replace(SELF_MANAGED, body=body)
    expected = {key: value for key, value in (DEFINITION | PLACES).items() if key != "TemplateBody"}
    cloudformation.add_response("update_stack_set", {}, {**expected, "TemplateURL": "https://bucket/template"})

    gateway.update(large, IN_ACCOUNTS)

    assert uploaded == [body]


def test_a_template_that_fits_without_its_spacing_is_sent_so(sessions: Sessions, cloudformation: Stubber) -> None:
    body = json.dumps({"Resources": {f"R{at}": {} for at in range(4000)}}, indent=2)
    gateway = AwsStackSets(sessions, home_region="us-west-2", uploader=lambda _: pytest.fail("uploaded"))
    tight = json.dumps(json.loads(body), separators=(",", ":"))
    cloudformation.add_response("update_stack_set", {}, {**DEFINITION, **PLACES, "TemplateBody": tight})

    gateway.update(replace(SELF_MANAGED, body=body), IN_ACCOUNTS)

    assert len(body) > 51_200 > len(tight)
    cloudformation.assert_no_pending_responses()


def test_create_instances_sends_overrides_and_the_operation_id(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    overrides = [{"ParameterKey": "Role", "ParameterValue": "standby"}]
    cloudformation.add_response("create_stack_instances", {}, {**PLACES, "ParameterOverrides": overrides})

    gateway.create_instances(IN_ACCOUNTS, overrides={"Role": "standby"})

    cloudformation.assert_no_pending_responses()


def test_create_instances_without_overrides_leaves_the_field_out(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    cloudformation.add_response("create_stack_instances", {}, UNITS)

    gateway.create_instances(IN_UNITS, overrides={})

    cloudformation.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("OperationIdAlreadyExistsException", AlreadyExists),
        ("OperationInProgressException", OperationInProgress),
        ("StackSetNotFoundException", NotFound),
        ("StaleRequestException", AwsError),
    ],
)
def test_starting_an_operation_tells_apart_why_it_was_refused(
    gateway: AwsStackSets, cloudformation: Stubber, code: str, kind: type[AwsError]
) -> None:
    for operation in ("create_stack_instances", "update_stack_set", "update_stack_instances", "delete_stack_instances"):
        cloudformation.add_client_error(operation, code, "no", 409)
    starts: tuple[Callable[[], None], ...] = (
        lambda: gateway.create_instances(IN_ACCOUNTS, overrides={}),
        lambda: gateway.update(SELF_MANAGED, IN_ACCOUNTS),
        lambda: gateway.override(IN_ACCOUNTS, overrides={}),
        lambda: gateway.delete_instances(IN_ACCOUNTS),
    )

    for start in starts:
        with pytest.raises(AwsError) as raised:
            start()
        assert type(raised.value) is kind
        assert raised.value.code == code


def test_accounts_of_units_are_reached_without_the_others_of_their_unit(
    gateway: AwsStackSets, cloudformation: Stubber
) -> None:
    only = {"OrganizationalUnitIds": ["ou-1"], "Accounts": ["222222222222"], "AccountFilterType": "INTERSECTION"}
    cloudformation.add_response("create_stack_instances", {"OperationId": "op-1"}, {**UNITS, "DeploymentTargets": only})

    gateway.create_instances(replace(IN_UNITS, targets=Targets(("222222222222",), ("ou-1",))), overrides={})

    cloudformation.assert_no_pending_responses()


def test_override_replaces_the_instances_own_values(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_response("update_stack_instances", {}, {**PLACES, "ParameterOverrides": []})

    gateway.override(IN_ACCOUNTS, overrides={})

    cloudformation.assert_no_pending_responses()


def test_delete_instances_deletes_their_stacks(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_response("delete_stack_instances", {}, {**PLACES, "RetainStacks": False})

    gateway.delete_instances(IN_ACCOUNTS)

    cloudformation.assert_no_pending_responses()


def test_delete_is_silent_when_the_stack_set_is_gone(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_response("delete_stack_set", {}, {"StackSetName": "s"})
    cloudformation.add_client_error("delete_stack_set", "StackSetNotFoundException", "gone", 404)

    gateway.delete("s")
    gateway.delete("s")

    cloudformation.assert_no_pending_responses()


def test_delete_of_a_stack_set_with_instances_says_what_to_do(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("delete_stack_set", "StackSetNotEmptyException", "not empty", 409)

    with pytest.raises(AwsError, match="delete its instances first"):
        gateway.delete("s")


def test_operation_carries_status_and_reason(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_response(
        "describe_stack_set_operation",
        {"StackSetOperation": {**_operation("op-1", "STOPPED", 5), "StatusReason": "stopped by\nsomebody"}},
        {"StackSetName": "s", "OperationId": "op-1"},
    )

    found = gateway.operation("s", "op-1")

    assert (found.id, found.action, found.status) == ("op-1", "UPDATE", OperationStatus.STOPPED)
    assert found.reason == "stopped by somebody"
    assert found.ended_at is None


def test_an_operation_that_never_ran_is_not_found(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    cloudformation.add_client_error("describe_stack_set_operation", "OperationNotFoundException", "unknown", 404)

    with pytest.raises(NotFound):
        gateway.operation("s", "op-1")


def test_results_reads_every_page(gateway: AwsStackSets, cloudformation: Stubber) -> None:
    expected = {"StackSetName": "s", "OperationId": "op-1", "MaxResults": 100}
    failed = {"Account": "111111111111", "Region": "us-east-1", "Status": "FAILED", "StatusReason": "no quota"}
    cancelled = {"Account": "222222222222", "Region": "us-east-1", "Status": "CANCELLED"}
    cloudformation.add_response("list_stack_set_operation_results", {"Summaries": [failed], "NextToken": "2"}, expected)
    cloudformation.add_response(
        "list_stack_set_operation_results", {"Summaries": [cancelled]}, {**expected, "NextToken": "2"}
    )

    found = gateway.results("s", "op-1")

    assert [(one.account, one.status, one.reason) for one in found] == [
        ("111111111111", "FAILED", "no quota"),
        ("222222222222", "CANCELLED", ""),
    ]
