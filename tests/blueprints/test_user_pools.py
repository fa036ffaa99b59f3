"""User pools, how compute finds them, and the role with which API Gateway writes logs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from orchestrator.synth import lint
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, synthesized

REPLICA = {"region": "us-east-1", "key_parameter": "/orchestrator/sample-production/keys/users"}
POOLS: dict[str, object] = {
    "user_pools": {"staff": {}, "big-customers": {"sign_in": "username", "mfa": "OFF", "replica": REPLICA}},
    "api_log_role": True,
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("UserPoolStaff/Properties/UserPoolName", "sample-production-staff"),
        ("UserPoolStaff/Properties/DeletionProtection", "ACTIVE"),
        ("UserPoolStaff/Properties/UsernameAttributes", ["email"]),
        ("UserPoolStaff/Properties/EnabledMfas", ["SOFTWARE_TOKEN_MFA"]),
        ("UserPoolStaff/Properties/AdminCreateUserConfig/AllowAdminCreateUserOnly", True),
        ("UserPoolStaff/DeletionPolicy", "Retain"),
        ("UserPoolStaff/DependsOn", ["SharedDomain", "RegionalDomain"]),
        ("UserPoolStaffClient/Properties/GenerateSecret", False),
        ("UserPoolStaffClient/Properties/PreventUserExistenceErrors", "ENABLED"),
        ("UserPoolStaffIdParameter/Properties/Value", {"Ref": "UserPoolStaff"}),
        ("UserPoolBigCustomers/Condition", "IsReferenceRegion"),
        ("UserPoolBigCustomersClient/Condition", "IsReferenceRegion"),
        ("UserPoolBigCustomersReplica/Condition", "IsReferenceRegion"),
        ("UserPoolBigCustomersReplica/Properties/RegionName", "us-east-1"),
        ("UserPoolBigCustomers/Properties/IssuerConfiguration/Type", "UPDATED"),
        (
            "UserPoolBigCustomers/Properties/KeyConfiguration/KmsKeyArn",
            "{{resolve:ssm:/orchestrator/sample-production/keys/users}}",
        ),
        ("ApiLogAccount/Properties/CloudWatchRoleArn", {"Fn::GetAtt": ["ApiLogRole", "Arn"]}),
        ("ApiLogRole/Properties/RoleName", {"Fn::Sub": "sample-production-api-logs-${AWS::Region}"}),
        ("ApiLogRole/DeletionPolicy", "RetainExceptOnCreate"),
    ],
)
def test_infra_says(path: str, expected: object) -> None:
    assert at(body("infra", **POOLS), f"Resources/{path}") == expected


def test_a_pool_without_a_second_factor_names_none() -> None:
    assert "EnabledMfas" not in at(body("infra", **POOLS), "Resources/UserPoolBigCustomers/Properties")


def test_a_pool_of_one_region_is_told_there_only() -> None:
    outputs = body("infra", **POOLS)["Outputs"]

    assert "Condition" not in outputs["UserPoolStaffId"]
    assert outputs["UserPoolBigCustomersClientId"]["Condition"] == "IsReferenceRegion"


def names(template: dict[str, Any]) -> set[str]:
    return {one["Properties"]["Name"] for one in template["Resources"].values() if one["Type"] == "AWS::SSM::Parameter"}


@pytest.mark.parametrize("kind", ["http", "rest"])
def test_compute_looks_where_infra_leaves_the_pool(kind: str) -> None:
    api = {"kind": kind, "authorizers": {"staff": {"pool": "staff"}}, "authorizer": "staff"}
    authorizer = str(body("compute", api=api)["Resources"])
    name = "/orchestrator/sample-production/user-pools/staff/id"

    assert name in names(body("infra", **POOLS))
    assert f"{{{{resolve:ssm:{name}}}}}" in authorizer


def test_a_rest_api_takes_the_id_of_a_pool_as_it_is() -> None:
    api = {"kind": "rest", "authorizers": {"users": {"pool": "us-west-2_AbC"}}, "authorizer": "users"}

    assert at(body("compute", api=api), "Resources/RestAuthorizerUsers/Properties/ProviderARNs/0")["Fn::Sub"].endswith(
        ":userpool/us-west-2_AbC"
    )


def test_an_http_api_asks_for_the_issuer_instead_of_an_id() -> None:
    api = {"authorizers": {"users": {"pool": "us-west-2_AbC"}}}

    with pytest.raises(
        ConfigurationError, match=r"api\.authorizers\.users\.pool: an HTTP API knows a pool by its issuer"
    ):
        body("compute", api=api)


@pytest.mark.parametrize(
    ("pools", "message"),
    [
        ({"Staff": {}}, r"options\.user_pools\.Staff: 'Staff' is no name"),
        ({"a-1": {}, "a1": {}}, r"options\.user_pools\.a1: becomes the same logical id as 'a-1'"),
        ({"a": {"replica": {**REPLICA, "region": "us-west-2"}}}, r"user_pools\.a\.replica\.region: 'us-west-2' is no"),
        ({"a": {"replica": {**REPLICA, "key_parameter": "x"}}}, r"user_pools\.a\.replica\.key_parameter: 'x' is no"),
        ({"a": {"mfa": "SMS"}}, r"user_pools\.a\.mfa: 'SMS' is not allowed"),
    ],
)
def test_pools_that_cannot_work_are_refused_where_they_stand(pools: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", user_pools=pools)


def test_cfn_lint_finds_nothing_where_pools_are_replicated() -> None:
    assert lint([synthesized("infra", **POOLS)], ("us-east-1", "us-west-2")) == ()


def test_a_replica_in_govcloud_is_refused() -> None:
    regions = ("us-gov-west-1", "us-gov-east-1")
    gov = replace(CONTEXT, partition="aws-us-gov", regions=regions, home_region=regions[0], reference_region=regions[0])

    with pytest.raises(ConfigurationError, match=r"a\.replica: Cognito replicates no user pools in aws-us-gov"):
        body("infra", gov, user_pools={"a": {"replica": {**REPLICA, "region": "us-gov-east-1"}}})
