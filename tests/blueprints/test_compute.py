"""The compute layer's template."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from blueprints import Context
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, types

FUNCTION = "Resources/FunctionApp/Properties"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{FUNCTION}/Code/S3Bucket", {"Fn::Sub": "${ArtifactBucketPrefix}-${AWS::Region}"}),
        (f"{FUNCTION}/Code/S3Key", {"Ref": "CodeAppKey"}),
        (f"{FUNCTION}/Code/S3ObjectVersion", {"Ref": "CodeAppVersion"}),
        (f"{FUNCTION}/FunctionName", "sample-production-app"),
        (f"{FUNCTION}/MemorySize", 256),
        (f"{FUNCTION}/TracingConfig/Mode", "Active"),
        (f"{FUNCTION}/Environment/Variables/RELEASE", {"Ref": "Release"}),
        (f"{FUNCTION}/Environment/Variables/TABLE_NAME", "sample-production-data"),
        (f"{FUNCTION}/LoggingConfig/LogGroup", {"Ref": "FunctionAppLogGroup"}),
        ("Resources/FunctionAppLive/Properties/Name", "live"),
        ("Resources/ApiIntegration/Properties/IntegrationUri", {"Ref": "FunctionAppLive"}),
        ("Resources/ApiIntegration/Properties/CredentialsArn", {"Fn::GetAtt": ["ApiRole", "Arn"]}),
        ("Resources/ApiIntegration/Properties/PayloadFormatVersion", "2.0"),
        ("Resources/ApiStage/Properties/AutoDeploy", True),
        ("Resources/SharedMapping/Properties/DomainName", "sample.fed.dev"),
        ("Resources/RegionalMapping/Properties/DomainName", {"Fn::Sub": "${AWS::Region}.sample.fed.dev"}),
        ("Resources/FunctionAppLogGroup/Properties/RetentionInDays", 30),
        ("Resources/FunctionAppRole/Properties/RoleName", {"Fn::Sub": "sample-production-app-${AWS::Region}"}),
        ("Resources/ApiRole/Properties/RoleName", {"Fn::Sub": "sample-production-api-${AWS::Region}"}),
        ("Resources/ApiRole/Properties/Path", "/sample-production/"),
    ],
)
def test_compute_says(path: str, expected: Any) -> None:
    assert at(body("compute"), path) == expected


def test_outputs_are_what_the_orchestrator_reads() -> None:
    assert set(body("compute")["Outputs"]) == {"FunctionVersion", "ApiId", "Release"}


def test_the_api_may_invoke_the_alias_and_nothing_else() -> None:
    statements = at(body("compute"), "Resources/ApiRole/Properties/Policies/0/PolicyDocument/Statement")

    assert statements == [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": [
                {
                    "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:"
                    "function:sample-production-app:live"
                }
            ],
        }
    ]


def test_there_is_no_permission_that_a_release_could_recreate() -> None:
    assert "AWS::Lambda::Permission" not in types(body("compute"))


def version_id(context: Context = CONTEXT, **options: object) -> str:
    resources = body("compute", context, **options)["Resources"]
    return next(name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Version")


@pytest.mark.parametrize(
    ("context", "options"),
    [
        (replace(CONTEXT, artifacts={"app": "c" * 64}), {}),
        (replace(CONTEXT, release="ffffffffffff"), {}),
        (CONTEXT, {"memory": 512}),
        (CONTEXT, {"environment": {"LEVEL": "debug"}}),
        (CONTEXT, {"layers": ["deps"]}),
    ],
)
def test_a_version_is_published_when_the_function_changes(context: Context, options: dict[str, object]) -> None:
    assert version_id(context, **options) != version_id()


@pytest.mark.parametrize(
    ("context", "options"),
    [
        (replace(CONTEXT, regions=("us-east-1", "us-west-2", "eu-west-1")), {}),
        (replace(CONTEXT, artifacts={"app": "a" * 64, "other": "d" * 64}), {}),
        (CONTEXT, {"log_retention_days": 7}),
        (CONTEXT, {"encrypt_logs": True}),
    ],
)
def test_no_version_is_published_when_the_function_stays(context: Context, options: dict[str, object]) -> None:
    assert version_id(context, **options) == version_id()


def test_a_layer_that_changes_publishes_a_version() -> None:
    changed = replace(CONTEXT, artifacts={"app": "a" * 64, "deps": "c" * 64})

    assert version_id(changed, layers=["deps"]) != version_id(layers=["deps"])


def test_a_version_is_published_of_the_very_code_and_of_no_other() -> None:
    version = body("compute", layers=["deps"])["Resources"][version_id(layers=["deps"])]["Properties"]

    assert version["CodeSha256"] == b64encode(bytes.fromhex(CONTEXT.artifacts["app"])).decode()


def test_published_versions_outlive_the_release_that_replaces_them() -> None:
    resources = body("compute", layers=["deps"])["Resources"]

    assert {resources[name]["DeletionPolicy"] for name in (version_id(layers=["deps"]), "LayerDeps")} == {
        "RetainExceptOnCreate"
    }


def test_a_layer_comes_from_the_bucket_of_its_region_too() -> None:
    template = body("compute", layers=["deps"])

    assert at(template, "Resources/LayerDeps/Properties/Content/S3Key") == {"Ref": "CodeDepsKey"}
    assert at(template, f"{FUNCTION}/Layers") == [{"Ref": "LayerDeps"}]


def test_variables_pass_through_exactly() -> None:
    value = "${NotASub} {{resolve:ssm:/x}} \N{SNOWMAN}"

    assert at(body("compute", environment={"RAW": value}), f"{FUNCTION}/Environment/Variables/RAW") == value


def test_encrypted_logs_take_the_key_that_infra_left() -> None:
    infra, compute = body("infra"), body("compute", encrypt_logs=True)
    name = at(infra, "Resources/KeyArnParameter/Properties/Name")

    assert at(compute, "Resources/FunctionAppLogGroup/Properties/KmsKeyId") == f"{{{{resolve:ssm:{name}}}}}"


def test_infra_and_compute_name_the_same_table() -> None:
    infra = at(body("infra", table="orders"), "Resources/Table/Properties/TableName")

    assert at(body("compute", table="orders"), f"{FUNCTION}/Environment/Variables/TABLE_NAME") == infra


def test_without_a_table_a_function_is_told_of_none_and_may_touch_none() -> None:
    template = body("compute", table="")

    assert "TABLE_NAME" not in at(template, f"{FUNCTION}/Environment/Variables")
    assert "dynamodb" not in str(template)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"code": "ap"}, r"stack_sets\.compute\.options\.code: there is no artifact 'ap'.*did you mean 'app'"),
        ({"layers": ["dep"]}, r"options\.layers\[0\]: there is no artifact 'dep'.*'deps'"),
        ({"environment": {"RELEASE": "x"}}, r"options\.environment\.RELEASE: is set by the blueprint"),
        ({"environment": {"A-B": "x"}}, r"options\.environment\.A-B: is no name"),
        ({"environment": {"BIG": "x" * 5000}}, r"options\.environment: takes 5003 bytes"),
        ({"timeout": 31}, r"options\.timeout: 31 is too large"),
        ({"log_retention_days": 31}, r"options\.log_retention_days: 31 is not allowed"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
