"""A small application on the embedded AWS: code from another account's bucket, a global table, an API per region."""

from __future__ import annotations

import base64
import http.client
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from tests.embedded import Embedded
from tests.local.stack_sets import make_roles, results, wait

ACCOUNT, EAST, WEST = "999999999999", "us-east-1", "us-west-2"
HOST = "sample.fed.dev"
CODE = """
import json, os, boto3

def handler(event, context):
    table = boto3.client("dynamodb")
    if event["rawPath"] == "/environment":
        return {"statusCode": 200, "body": json.dumps(sorted(os.environ))}
    if event["rawPath"] != "/health":
        table.put_item(TableName="orders", Item={"id": {"S": event["rawPath"]}})
    account = boto3.client("sts").get_caller_identity()["Account"]
    orders = [item["id"]["S"] for item in table.scan(TableName="orders")["Items"]]
    body = {"region": os.environ["AWS_REGION"], "account": account, "orders": sorted(orders)}
    return {"statusCode": 200, "body": json.dumps(body)}
"""
_TRUST: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}


def _resources() -> dict[str, Any]:
    api = {"ApiId": {"Ref": "Api"}}
    arn = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    return {
        "Table": {
            "Type": "AWS::DynamoDB::GlobalTable",
            "Condition": "IsReference",
            "Properties": {
                "TableName": "orders",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "Replicas": [{"Region": EAST}, {"Region": WEST}],
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": {"Fn::Sub": "function-${AWS::Region}"}, "AssumeRolePolicyDocument": _TRUST},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "Timeout": 20,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {
                    "S3Bucket": {"Fn::Sub": "application-${BucketRegion}"},
                    "S3Key": {"Ref": "Key"},
                    "S3ObjectVersion": {"Ref": "Version"},
                },
            },
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "sample", "ProtocolType": "HTTP"}},
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                **api,
                "IntegrationType": "AWS_PROXY",
                "PayloadFormatVersion": "2.0",
                "IntegrationUri": {"Fn::Sub": arn},
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {**api, "RouteKey": "$default", "Target": {"Fn::Sub": "integrations/${Integration}"}},
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {**api, "StageName": "$default", "AutoDeploy": True},
        },
        "Domain": {
            "Type": "AWS::ApiGatewayV2::DomainName",
            "Properties": {
                "DomainName": HOST,
                "DomainNameConfigurations": [
                    {"CertificateArn": "arn:aws:acm:::certificate/x", "EndpointType": "REGIONAL"}
                ],
            },
        },
        "Mapping": {
            "Type": "AWS::ApiGatewayV2::ApiMapping",
            "Properties": {**api, "DomainName": {"Ref": "Domain"}, "Stage": {"Ref": "Stage"}},
        },
    }


def _template() -> str:
    names = ("IsReference", "BucketRegion", "Key", "Version")
    return json.dumps(
        {
            "Parameters": {name: {"Type": "String"} for name in names},
            "Conditions": {"IsReference": {"Fn::Equals": [{"Ref": "IsReference"}, "true"]}},
            "Resources": _resources(),
            "Outputs": {
                "Api": {"Value": {"Ref": "Api"}},
                "Target": {"Value": {"Fn::GetAtt": ["Domain", "RegionalDomainName"]}},
            },
        }
    )


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("index.py", CODE)
    return held.getvalue()


def _publish(embedded: Embedded, region: str) -> str:
    """The code in the home account's bucket of a region, readable by the target account over TLS only."""
    s3, bucket = embedded.client("s3", region), f"application-{region}"
    place = {} if region == EAST else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    everything = f"arn:aws:s3:::{bucket}/*"
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": everything,
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": everything,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return str(s3.put_object(Bucket=bucket, Key="app.zip", Body=_zip())["VersionId"])


@dataclass(frozen=True)
class Application:
    embedded: Embedded
    outputs: dict[str, dict[str, str]]

    def get(self, region: str, host: str = HOST, path: str = "/health", *, timeout_s: float = 20) -> tuple[int, Any]:
        """Calls a region's address."""
        aws = self.embedded.aws
        connection = http.client.HTTPConnection(aws.data_plane[region], aws.data_port, timeout=timeout_s)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def _parameters(versions: dict[str, str], region: str, **changed: str) -> list[dict[str, str]]:
    values = {"IsReference": str(region == WEST).lower(), "BucketRegion": region, "Key": "app.zip"}
    values |= {"Version": versions[region], **changed}
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]


@pytest.fixture(scope="module")
def versions(embedded: Embedded) -> dict[str, str]:
    return {region: _publish(embedded, region) for region in (EAST, WEST)}


@pytest.fixture(scope="module")
def application(embedded: Embedded, versions: dict[str, str]) -> Application:
    make_roles(embedded, ACCOUNT)
    cloudformation = embedded.client("cloudformation")
    cloudformation.create_stack_set(
        StackSetName="app",
        TemplateBody=_template(),
        Parameters=_parameters(versions, WEST),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    outputs = {}
    for region in (WEST, EAST):
        made = cloudformation.create_stack_instances(
            StackSetName="app", Accounts=[ACCOUNT], Regions=[region], ParameterOverrides=_parameters(versions, region)
        )
        assert wait(cloudformation, "app", made["OperationId"]) == "SUCCEEDED", results(
            cloudformation, "app", made["OperationId"]
        )
        found = cloudformation.describe_stack_instance(
            StackSetName="app", StackInstanceAccount=ACCOUNT, StackInstanceRegion=region
        )["StackInstance"]
        own = embedded.client("cloudformation", region, ACCOUNT)
        stack = own.describe_stacks(StackName=found["StackId"])["Stacks"][0]
        outputs[region] = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    return Application(embedded, outputs)


def test_each_regions_address_reaches_that_regions_own_function(application: Application) -> None:
    for region in (EAST, WEST):
        status, told = application.get(region)
        assert (status, told["region"], told["account"]) == (200, region, ACCOUNT)


def test_an_api_answers_by_all_its_names_and_only_in_its_region(application: Application) -> None:
    own = f"{application.outputs[EAST]['Api']}.execute-api.{EAST}.amazonaws.com"

    assert application.get(EAST, own)[0] == 200
    assert application.get(EAST, application.outputs[EAST]["Target"])[0] == 200
    assert application.get(WEST, own) == (403, {"message": "Forbidden"})
    assert application.get(EAST, "unknown.fed.dev") == (403, {"message": "Forbidden"})


def test_what_is_written_in_one_region_is_read_in_the_other(application: Application) -> None:
    application.get(EAST, path="/from-east")
    application.get(WEST, path="/from-west")

    assert application.get(EAST)[1]["orders"] == ["/from-east", "/from-west"]
    assert application.get(WEST)[1]["orders"] == ["/from-east", "/from-west"]


def test_a_regions_outage_is_a_refused_connection_and_ends_with_the_fault(
    embedded: Embedded, application: Application
) -> None:
    with embedded.fault(kind="outage", plane="data", region=EAST):
        with pytest.raises(ConnectionRefusedError):
            application.get(EAST)
        assert application.get(WEST)[0] == 200

    assert application.get(EAST)[0] == 200


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"kind": "error", "status": 500, "reason": "broken"}, (500, "broken")),
        ({"kind": "throttle"}, (429, "Rate Exceeded")),
    ],
)
def test_a_regions_data_plane_may_answer_badly(
    embedded: Embedded, application: Application, fault: dict[str, Any], answer: tuple[int, str]
) -> None:
    with embedded.fault(plane="data", region=EAST, **fault):
        status, told = application.get(EAST)

    assert (status, told["message"]) == answer


def test_a_region_may_accept_and_never_answer(embedded: Embedded, application: Application) -> None:
    with embedded.fault(kind="blackhole", plane="data", region=EAST), pytest.raises(TimeoutError):
        application.get(EAST, timeout_s=0.3)

    assert application.get(EAST)[0] == 200


def test_functions_see_none_of_the_users_secrets(application: Application) -> None:
    _, names = application.get(WEST, path="/environment")

    assert "USERS_SECRET" not in names
    assert {"AWS_REGION", "AWS_ENDPOINT_URL"} <= set(names)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"BucketRegion": WEST}, "S3 Error Code: PermanentRedirect"),
        ({"Version": "none"}, "S3 Error Code: NoSuchVersion"),
        ({"BucketRegion": "nowhere"}, "S3 Error Code: NoSuchBucket"),
    ],
)
def test_code_that_cannot_be_read_fails_the_instance_in_lambdas_words(
    embedded: Embedded, application: Application, versions: dict[str, str], changed: dict[str, str], reason: str
) -> None:
    cloudformation = embedded.client("cloudformation")
    made = cloudformation.update_stack_instances(
        StackSetName="app",
        Accounts=[ACCOUNT],
        Regions=[EAST],
        ParameterOverrides=_parameters(versions, EAST, **changed),
    )

    assert wait(cloudformation, "app", made["OperationId"]) == "FAILED"
    assert reason in results(cloudformation, "app", made["OperationId"])[ACCOUNT, EAST][1]
    assert application.get(EAST)[0] == 200


def test_a_version_of_other_code_than_it_names_is_not_published(embedded: Embedded, versions: dict[str, str]) -> None:
    cloudformation = embedded.client("cloudformation")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Role": "r",
            "Handler": "app.handler",
            "Runtime": "python3.12",
            "Code": {"S3Bucket": f"application-{EAST}", "S3Key": "app.zip"},
        },
    }
    other = base64.b64encode(bytes(32)).decode()
    version = {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": "Function"}, "CodeSha256": other},
    }
    body = json.dumps({"Resources": {"Function": function, "Version": version}})
    cloudformation.create_stack_set(StackSetName="other-code", TemplateBody=body)

    made = cloudformation.create_stack_instances(StackSetName="other-code", Accounts=[ACCOUNT], Regions=[EAST])

    assert wait(cloudformation, "other-code", made["OperationId"]) == "FAILED"
    reason = results(cloudformation, "other-code", made["OperationId"])[ACCOUNT, EAST][1]
    assert f"CodeSHA256 ({other}) is different from current CodeSHA256 in $LATEST" in reason


def test_another_accounts_bucket_must_allow_it(embedded: Embedded, versions: dict[str, str]) -> None:
    stranger = "121212121212"
    make_roles(embedded, stranger)
    cloudformation = embedded.client("cloudformation")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Role": "r", "Code": {"S3Bucket": f"application-{EAST}", "S3Key": "app.zip"}},
    }
    body = json.dumps({"Resources": {"Function": function}})
    cloudformation.create_stack_set(StackSetName="stranger", TemplateBody=body)

    made = cloudformation.create_stack_instances(StackSetName="stranger", Accounts=[stranger], Regions=[EAST])

    assert wait(cloudformation, "stranger", made["OperationId"]) == "FAILED"
    assert "S3 Error Code: AccessDenied" in results(cloudformation, "stranger", made["OperationId"])[stranger, EAST][1]
