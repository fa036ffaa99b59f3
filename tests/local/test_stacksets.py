from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Embedded
from tests.local.stack_sets import HOME, instances, make_role, make_roles, results, template, wait

ONE, TWO = "111111111111", "222222222222"
EAST, WEST = "us-east-1", "us-west-2"


@pytest.fixture
def cloudformation(embedded: Embedded) -> Any:
    make_roles(embedded, ONE, TWO)
    return embedded.client("cloudformation")


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def create(cloudformation: Any, name: str, accounts: list[str], regions: list[str], **fields: Any) -> str:
    cloudformation.create_stack_set(StackSetName=name, TemplateBody=template(), **fields)
    made = cloudformation.create_stack_instances(StackSetName=name, Accounts=accounts, Regions=regions)
    wait(cloudformation, name, made["OperationId"])
    return str(made["OperationId"])


def stack_of(embedded: Embedded, cloudformation: Any, name: str, account: str, region: str) -> tuple[Any, Any]:
    """The instance as its stack set shows it, and the stack as its own account shows it."""
    found = cloudformation.describe_stack_instance(
        StackSetName=name, StackInstanceAccount=account, StackInstanceRegion=region
    )["StackInstance"]
    own = embedded.client("cloudformation", region, account)
    return found, own.describe_stacks(StackName=found["StackId"])["Stacks"][0]


def test_instances_are_real_stacks_in_each_account_and_region(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "real", [ONE, TWO], [EAST, WEST])

    shown = instances(cloudformation, "real")
    assert shown == dict.fromkeys([(ONE, EAST), (ONE, WEST), (TWO, EAST), (TWO, WEST)], "CURRENT/SUCCEEDED")
    found, stack = stack_of(embedded, cloudformation, "real", TWO, EAST)
    assert stack["StackName"].startswith("StackSet-real-")
    assert stack["Outputs"][0]["OutputValue"].startswith(f"arn:aws:sns:{EAST}:{TWO}:")
    assert found["DriftStatus"] == "NOT_CHECKED"


def test_a_stack_set_is_seen_only_in_its_home_region_and_account(embedded: Embedded, cloudformation: Any) -> None:
    cloudformation.create_stack_set(StackSetName="home", TemplateBody=template())

    for region, account in ((EAST, HOME), (WEST, ONE)):
        with pytest.raises(ClientError) as refused:
            embedded.client("cloudformation", region, account).describe_stack_set(StackSetName="home")
        assert code_of(refused) == "StackSetNotFoundException"


def test_a_subset_update_leaves_the_others_outdated_and_running_the_old_template(
    embedded: Embedded, cloudformation: Any
) -> None:
    create(cloudformation, "subset", [ONE], [EAST, WEST])

    newer = template("2")
    made = cloudformation.update_stack_set(
        StackSetName="subset", TemplateBody=newer, Accounts=[ONE], Regions=[WEST], OperationId="update-west"
    )

    assert made["OperationId"] == "update-west"
    assert wait(cloudformation, "subset", "update-west") == "SUCCEEDED"
    assert instances(cloudformation, "subset") == {(ONE, EAST): "OUTDATED/SUCCEEDED", (ONE, WEST): "CURRENT/SUCCEEDED"}
    bodies = {}
    for region in (EAST, WEST):
        _, stack = stack_of(embedded, cloudformation, "subset", ONE, region)
        own = embedded.client("cloudformation", region, ONE)
        bodies[region] = own.get_template(StackName=stack["StackName"])["TemplateBody"]
    assert bodies == {EAST: json.loads(template()), WEST: json.loads(newer)}


def test_the_same_operation_id_is_refused_a_second_time(cloudformation: Any) -> None:
    create(cloudformation, "token", [ONE], [EAST])
    again = {"StackSetName": "token", "Accounts": [ONE], "Regions": [EAST], "OperationId": "once"}
    wait(cloudformation, "token", cloudformation.update_stack_instances(**again)["OperationId"])

    with pytest.raises(ClientError) as refused:
        cloudformation.update_stack_instances(**again)

    assert code_of(refused) == "OperationIdAlreadyExistsException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_one_operation_at_a_time(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "busy", [ONE], [EAST])

    with embedded.fault(kind="latency", service="stacksets"):
        slow = cloudformation.update_stack_instances(StackSetName="busy", Accounts=[ONE], Regions=[EAST])
        with pytest.raises(ClientError) as refused:
            cloudformation.update_stack_instances(StackSetName="busy", Accounts=[ONE], Regions=[EAST])

    assert code_of(refused) == "OperationInProgressException"
    assert wait(cloudformation, "busy", slow["OperationId"]) == "SUCCEEDED"


def test_managed_execution_queues_what_conflicts(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "queue", [ONE], [EAST], ManagedExecution={"Active": True})

    with embedded.fault(kind="latency", service="stacksets"):
        wanted = {"StackSetName": "queue", "Accounts": [ONE], "Regions": [EAST]}
        first = cloudformation.update_stack_instances(**wanted)["OperationId"]
        second = cloudformation.update_stack_instances(**wanted)["OperationId"]
        queued = wait(cloudformation, "queue", second, until=("QUEUED", "RUNNING"))

    assert queued == "QUEUED"
    assert wait(cloudformation, "queue", first) == "SUCCEEDED"
    assert wait(cloudformation, "queue", second) == "SUCCEEDED"


def test_managed_execution_is_not_changed_together_with_the_template(cloudformation: Any) -> None:
    cloudformation.create_stack_set(StackSetName="execution", TemplateBody=template())
    active = {"StackSetName": "execution", "ManagedExecution": {"Active": True}}

    with pytest.raises(ClientError) as refused:
        cloudformation.update_stack_set(**active, TemplateBody=template("2"))
    assert code_of(refused) == "InvalidOperationException"
    cloudformation.update_stack_set(**active, UsePreviousTemplate=True)
    assert cloudformation.describe_stack_set(StackSetName="execution")["StackSet"]["ManagedExecution"]["Active"]


def test_a_failed_instance_tells_its_resource_and_later_regions_are_cancelled(
    embedded: Embedded, cloudformation: Any
) -> None:
    bad = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "none", "S3Key": "x"}, "Role": "r"}}
    cloudformation.create_stack_set(StackSetName="failing", TemplateBody=template(Bad=bad))

    made = cloudformation.create_stack_instances(StackSetName="failing", Accounts=[ONE], Regions=[EAST, WEST])

    assert wait(cloudformation, "failing", made["OperationId"]) == "FAILED"
    told = results(cloudformation, "failing", made["OperationId"])
    assert told[ONE, EAST][0] == "FAILED"
    assert told[ONE, EAST][1].startswith("ResourceLogicalId:Bad, ResourceType:AWS::Lambda::Function")
    assert told[ONE, WEST] == ("CANCELLED", "Cancelled since failure tolerance has exceeded")
    _, stack = stack_of(embedded, cloudformation, "failing", ONE, EAST)
    assert stack["StackStatus"] == "DELETE_COMPLETE"


def test_an_instance_that_never_came_up_is_made_anew_by_the_next_update(cloudformation: Any) -> None:
    bad = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "none", "S3Key": "x"}, "Role": "r"}}
    cloudformation.create_stack_set(StackSetName="revived", TemplateBody=template(Bad=bad))
    made = cloudformation.create_stack_instances(StackSetName="revived", Accounts=[ONE], Regions=[EAST])
    wait(cloudformation, "revived", made["OperationId"])

    mended = cloudformation.update_stack_set(StackSetName="revived", TemplateBody=template())

    assert wait(cloudformation, "revived", mended["OperationId"]) == "SUCCEEDED"
    assert instances(cloudformation, "revived") == {(ONE, EAST): "CURRENT/SUCCEEDED"}


def test_a_missing_execution_role_fails_the_instance_in_awss_words(embedded: Embedded, cloudformation: Any) -> None:
    cloudformation.create_stack_set(StackSetName="roleless", TemplateBody=template())

    made = cloudformation.create_stack_instances(StackSetName="roleless", Accounts=["333333333333"], Regions=[EAST])

    assert wait(cloudformation, "roleless", made["OperationId"]) == "FAILED"
    assert results(cloudformation, "roleless", made["OperationId"])["333333333333", EAST][1] == (
        "Account 333333333333 should have 'AWSCloudFormationStackSetExecutionRole' role with trust relationship to "
        "Role 'AWSCloudFormationStackSetAdministrationRole'."
    )


def test_the_roles_named_by_the_stack_set_are_the_ones_required(embedded: Embedded, cloudformation: Any) -> None:
    make_role(embedded, HOME, "own-admin")
    make_role(embedded, "444444444444", "own-exec")

    create(
        cloudformation,
        "own-roles",
        ["444444444444"],
        [EAST],
        AdministrationRoleARN=f"arn:aws:iam::{HOME}:role/own-admin",
        ExecutionRoleName="own-exec",
    )

    assert instances(cloudformation, "own-roles") == {("444444444444", EAST): "CURRENT/SUCCEEDED"}


def test_overrides_show_in_one_instance_only_and_return_when_left_out(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "over", [ONE], [EAST, WEST])
    blue = [{"ParameterKey": "Color", "ParameterValue": "blue"}]

    def override(overrides: list[dict[str, str]]) -> Any:
        made = cloudformation.update_stack_instances(
            StackSetName="over", Accounts=[ONE], Regions=[EAST], ParameterOverrides=overrides
        )
        wait(cloudformation, "over", made["OperationId"])
        return stack_of(embedded, cloudformation, "over", ONE, EAST)

    found, stack = override(blue)
    assert (found["ParameterOverrides"], stack["Parameters"]) == (blue, blue)
    found, stack = override([])
    assert (found["ParameterOverrides"], stack["Parameters"][0]["ParameterValue"]) == ([], "red")
    _, other = stack_of(embedded, cloudformation, "over", ONE, WEST)
    assert other["Parameters"][0]["ParameterValue"] == "red"


def test_deleting_instances_deletes_or_retains_their_stacks(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "gone", [ONE], [EAST, WEST])
    _, kept = stack_of(embedded, cloudformation, "gone", ONE, EAST)
    _, deleted = stack_of(embedded, cloudformation, "gone", ONE, WEST)

    for region, retain in ((EAST, True), (WEST, False)):
        made = cloudformation.delete_stack_instances(
            StackSetName="gone", Accounts=[ONE], Regions=[region], RetainStacks=retain
        )
        assert wait(cloudformation, "gone", made["OperationId"]) == "SUCCEEDED"

    east, west = (embedded.client("cloudformation", region, ONE) for region in (EAST, WEST))
    assert east.describe_stacks(StackName=kept["StackId"])["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert west.describe_stacks(StackName=deleted["StackId"])["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    cloudformation.delete_stack_set(StackSetName="gone")
    assert "gone" in [one["StackSetName"] for one in cloudformation.list_stack_sets(Status="DELETED")["Summaries"]]


def test_a_stack_set_with_instances_cannot_be_deleted(cloudformation: Any) -> None:
    create(cloudformation, "full", [ONE], [EAST])

    with pytest.raises(ClientError) as refused:
        cloudformation.delete_stack_set(StackSetName="full")

    assert code_of(refused) == "StackSetNotEmptyException"


def test_a_stopped_operation_cancels_what_waits(embedded: Embedded, cloudformation: Any) -> None:
    create(cloudformation, "stopped", [ONE], [EAST, WEST])

    with embedded.fault(kind="latency", service="stacksets", seconds=0.4):
        made = cloudformation.update_stack_instances(StackSetName="stopped", Accounts=[ONE], Regions=[EAST, WEST])
        cloudformation.stop_stack_set_operation(StackSetName="stopped", OperationId=made["OperationId"])
        assert wait(cloudformation, "stopped", made["OperationId"]) == "STOPPED"

    told = results(cloudformation, "stopped", made["OperationId"])
    assert (told[ONE, EAST][0], told[ONE, WEST][0]) == ("SUCCEEDED", "CANCELLED")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Parameters": [{"ParameterKey": "Nope", "ParameterValue": "x"}]}, "ValidationError"),
        ({"TemplateBody": "{"}, "ValidationError"),
        ({"TemplateBody": '{"Resources": {"X": {"Type": "AWS::Not::AType"}}}'}, "ValidationError"),
        ({"StackSetName": "-bad"}, "ValidationError"),
        ({"AutoDeployment": {"Enabled": True}}, "ValidationError"),
    ],
)
def test_a_refused_stack_set_is_not_made(cloudformation: Any, fields: dict[str, Any], code: str) -> None:
    before = cloudformation.list_stack_sets()["Summaries"]

    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack_set(**{"StackSetName": "refused", "TemplateBody": template(), **fields})

    assert code_of(refused) == code
    assert cloudformation.list_stack_sets()["Summaries"] == before


def test_a_template_url_without_a_template_is_refused(cloudformation: Any) -> None:
    with pytest.raises(ClientError, match="no template at"):
        cloudformation.create_stack_set(StackSetName="refused", TemplateURL="https://nobody.s3.amazonaws.com/none")


def test_capabilities_must_be_acknowledged(cloudformation: Any) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {}}}

    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack_set(StackSetName="capable", TemplateBody=template(Role=role))

    assert code_of(refused) == "InsufficientCapabilitiesException"


def test_the_template_may_come_from_a_bucket(embedded: Embedded, cloudformation: Any) -> None:
    s3 = embedded.client("s3", EAST)
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="one/template.json", Body=template("from a bucket").encode())

    for number, url in enumerate(
        ("https://templates.s3.us-east-1.amazonaws.com", f"{embedded.aws.endpoint_url}/templates")
    ):
        name = f"by-url-{number}"
        cloudformation.create_stack_set(StackSetName=name, TemplateURL=f"{url}/one/template.json")
        body = cloudformation.describe_stack_set(StackSetName=name)["StackSet"]["TemplateBody"]
        assert body == template("from a bucket")


def test_lists_come_in_pages(cloudformation: Any) -> None:
    create(cloudformation, "pages", [ONE, TWO], [EAST, WEST])

    first = cloudformation.list_stack_instances(StackSetName="pages", MaxResults=3)
    rest = cloudformation.list_stack_instances(StackSetName="pages", MaxResults=3, NextToken=first["NextToken"])
    paged = cloudformation.get_paginator("list_stack_instances").paginate(StackSetName="pages")

    assert (len(first["Summaries"]), len(rest["Summaries"])) == (3, 1)
    assert "NextToken" not in rest
    assert len([one for page in paged for one in page["Summaries"]]) == 4


def test_the_same_creation_request_may_be_repeated_with_its_token(cloudformation: Any) -> None:
    wanted = {"StackSetName": "repeated", "TemplateBody": template(), "ClientRequestToken": "token"}

    first = cloudformation.create_stack_set(**wanted)["StackSetId"]
    again = cloudformation.create_stack_set(**wanted)["StackSetId"]
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack_set(**{**wanted, "ClientRequestToken": "another"})

    assert first == again
    assert code_of(refused) == "NameAlreadyExistsException"


def test_units_are_targets_and_accounts_that_join_get_their_instances(embedded: Embedded, cloudformation: Any) -> None:
    embedded.admin("POST", "organization", {"unit": "ou-ab12-34567890", "accounts": ["555555555555"]})
    cloudformation.create_stack_set(
        StackSetName="unit",
        TemplateBody=template(),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    made = cloudformation.create_stack_instances(
        StackSetName="unit", DeploymentTargets={"OrganizationalUnitIds": ["ou-ab12-34567890"]}, Regions=[EAST]
    )
    assert wait(cloudformation, "unit", made["OperationId"]) == "SUCCEEDED"
    assert instances(cloudformation, "unit") == {("555555555555", EAST): "CURRENT/SUCCEEDED"}

    embedded.admin("POST", "organization", {"unit": "ou-ab12-34567890", "accounts": ["666666666666"]})
    operations = _operations(cloudformation, "unit", 2)

    assert wait(cloudformation, "unit", operations[0]["OperationId"]) == "SUCCEEDED"
    assert instances(cloudformation, "unit")["666666666666", EAST] == "CURRENT/SUCCEEDED"


def _operations(cloudformation: Any, name: str, number: int) -> list[Any]:
    """The operations of a stack set, newest first, once there are so many."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        operations: list[Any] = cloudformation.list_stack_set_operations(StackSetName=name)["Summaries"]
        if len(operations) == number:
            return operations
        time.sleep(0.05)
    raise AssertionError("automatic deployment did not begin")


def test_accounts_cannot_be_named_for_a_service_managed_stack_set(cloudformation: Any) -> None:
    cloudformation.create_stack_set(StackSetName="by-unit", TemplateBody=template(), PermissionModel="SERVICE_MANAGED")

    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack_instances(StackSetName="by-unit", Accounts=[ONE], Regions=[EAST])

    assert code_of(refused) == "ValidationError"


def test_a_type_that_cannot_be_made_is_stood_in_for_and_listed(embedded: Embedded, cloudformation: Any) -> None:
    absent = {"Type": "AWS::CodeDeploy::Application"}
    cloudformation.create_stack_set(StackSetName="skipping", TemplateBody=template(App=absent))

    made = cloudformation.create_stack_instances(StackSetName="skipping", Accounts=[ONE], Regions=[EAST])

    assert wait(cloudformation, "skipping", made["OperationId"]) == "SUCCEEDED"
    listed = [one for one in embedded.admin("GET", "skipped") if one["stack"].startswith("StackSet-skipping-")]
    assert [(one["account"], one["region"], one["logical_id"], one["type"]) for one in listed] == [
        (ONE, EAST, "App", "AWS::CodeDeploy::Application")
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Accounts": ["1"]}, "12 digits"),
        (
            {"Accounts": [], "DeploymentTargets": {"OrganizationalUnitIds": ["ou-ab12-34567890"]}},
            "OrganizationalUnitIds",
        ),
        ({"Regions": []}, "Regions are required"),
        ({"OperationPreferences": {"RegionOrder": ["eu-west-1"]}}, "not targeted"),
        ({"OperationPreferences": {"MaxConcurrentCount": 1, "MaxConcurrentPercentage": 1}}, "Only one of"),
        ({"ParameterOverrides": [{"ParameterKey": "Nope", "ParameterValue": "x"}]}, "do not exist"),
    ],
)
def test_a_refused_operation_leaves_no_trace(cloudformation: Any, fields: dict[str, Any], message: str) -> None:
    if not any(one["StackSetName"] == "untouched" for one in cloudformation.list_stack_sets()["Summaries"]):
        cloudformation.create_stack_set(StackSetName="untouched", TemplateBody=template())

    with pytest.raises(ClientError, match=message):
        cloudformation.create_stack_instances(
            **{"StackSetName": "untouched", "Accounts": [ONE], "Regions": [EAST], **fields}
        )

    assert cloudformation.list_stack_set_operations(StackSetName="untouched")["Summaries"] == []
    assert instances(cloudformation, "untouched") == {}


def test_a_template_too_large_for_a_call_goes_through_a_bucket(embedded: Embedded, cloudformation: Any) -> None:
    large = template("x" * 60_000)
    s3 = embedded.client("s3", WEST)
    s3.create_bucket(Bucket="large-templates", CreateBucketConfiguration={"LocationConstraint": WEST})
    s3.put_object(Bucket="large-templates", Key="t.json", Body=large.encode())

    with pytest.raises(ClientError, match="51200"):
        cloudformation.create_stack_set(StackSetName="large", TemplateBody=large)
    cloudformation.create_stack_set(
        StackSetName="large", TemplateURL=f"https://large-templates.s3.{WEST}.amazonaws.com/t.json"
    )
    made = cloudformation.create_stack_instances(StackSetName="large", Accounts=[ONE], Regions=[EAST])

    assert wait(cloudformation, "large", made["OperationId"]) == "SUCCEEDED"


@pytest.mark.parametrize(
    ("kind", "accounts"),
    [
        ("INTERSECTION", {"161616161616"}),
        ("DIFFERENCE", {"171717171717"}),
        ("UNION", {"161616161616", "171717171717", "181818181818"}),
    ],
)
def test_accounts_may_be_filtered_within_a_unit(
    embedded: Embedded, cloudformation: Any, kind: str, accounts: set[str]
) -> None:
    unit, name = "ou-ab12-filtered0", f"filter-{kind.lower()}"
    embedded.admin("POST", "organization", {"unit": unit, "accounts": ["161616161616", "171717171717"]})
    named = ["161616161616"] if kind != "UNION" else ["181818181818"]
    cloudformation.create_stack_set(StackSetName=name, TemplateBody=template(), PermissionModel="SERVICE_MANAGED")

    made = cloudformation.create_stack_instances(
        StackSetName=name,
        DeploymentTargets={"OrganizationalUnitIds": [unit], "AccountFilterType": kind, "Accounts": named},
        Regions=[EAST],
    )

    assert wait(cloudformation, name, made["OperationId"]) == "SUCCEEDED"
    assert {account for account, _ in instances(cloudformation, name)} == accounts


def test_a_global_table_is_deleted_in_every_region(embedded: Embedded, cloudformation: Any) -> None:
    table = {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "TableName": "everywhere",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "Replicas": [{"Region": EAST}, {"Region": WEST}],
        },
    }
    cloudformation.create_stack_set(StackSetName="table", TemplateBody=template(Table=table))
    where = {"StackSetName": "table", "Accounts": [ONE], "Regions": [EAST]}

    wait(cloudformation, "table", cloudformation.create_stack_instances(**where)["OperationId"])
    tables = [embedded.client("dynamodb", region, ONE).list_tables()["TableNames"] for region in (EAST, WEST)]
    wait(cloudformation, "table", cloudformation.delete_stack_instances(**where, RetainStacks=False)["OperationId"])

    assert tables == [["everywhere"], ["everywhere"]]
    for region in (EAST, WEST):
        assert "everywhere" not in embedded.client("dynamodb", region, ONE).list_tables()["TableNames"]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::IAM::Role", {"RoleName": "taken", "AssumeRolePolicyDocument": {}}),
        (
            "AWS::DynamoDB::Table",
            {
                "TableName": "taken",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        ),
    ],
)
def test_a_name_that_is_taken_fails_the_second_stack(cloudformation: Any, kind: str, properties: Any) -> None:
    name = f"taken-{kind.rpartition(':')[2]}"
    for number in (1, 2):
        cloudformation.create_stack_set(
            StackSetName=f"{name}-{number}",
            TemplateBody=template(Thing={"Type": kind, "Properties": properties}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    where = {"Accounts": [ONE], "Regions": [EAST]}
    first = cloudformation.create_stack_instances(StackSetName=f"{name}-1", **where)["OperationId"]
    assert wait(cloudformation, f"{name}-1", first) == "SUCCEEDED"

    second = cloudformation.create_stack_instances(StackSetName=f"{name}-2", **where)["OperationId"]

    assert wait(cloudformation, f"{name}-2", second) == "FAILED"
    reason = results(cloudformation, f"{name}-2", second)[ONE, EAST][1]
    assert f"Resource of type '{kind}' with identifier 'taken' already exists" in reason


def test_a_buckets_replication_rules_come_from_its_template(embedded: Embedded, cloudformation: Any) -> None:
    rule = {"Id": "one", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::ruled-other"}}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "ruled",
            "VersioningConfiguration": {"Status": "Enabled"},
            "ReplicationConfiguration": {"Role": "arn:aws:iam::111111111111:role/r", "Rules": [rule]},
        },
    }
    cloudformation.create_stack_set(StackSetName="ruled", TemplateBody=template(Bucket=bucket))

    made = cloudformation.create_stack_instances(StackSetName="ruled", Accounts=[ONE], Regions=[EAST])

    assert wait(cloudformation, "ruled", made["OperationId"]) == "SUCCEEDED"
    kept = embedded.client("s3", EAST, ONE).get_bucket_replication(Bucket="ruled")["ReplicationConfiguration"]
    assert [(one["ID"], one["Destination"]["Bucket"]) for one in kept["Rules"]] == [("one", "arn:aws:s3:::ruled-other")]
