"""Tables, buckets, keys, secrets and settings of infra."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blueprints import Context
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.shop import INFRA
from tests.blueprints.templates import at, body

ORDERS = "TableOrders/Properties"
UPLOADS = "BucketUploads/Properties"
RULES = "BucketReplicationRules/Properties"


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    return body("infra", **INFRA)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("TableOrders/Condition", "IsReferenceRegion"),
        ("TableOrders/DependsOn", ["SharedDomain", "RegionalDomain"]),
        ("TableOrders/DeletionPolicy", "Retain"),
        (f"{ORDERS}/TableName", "sample-production-orders"),
        (f"{ORDERS}/TimeToLiveSpecification", {"AttributeName": "ends", "Enabled": True}),
        (f"{ORDERS}/StreamSpecification", {"StreamViewType": "NEW_AND_OLD_IMAGES"}),
        (
            f"{ORDERS}/AttributeDefinitions",
            [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
                {"AttributeName": "day", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
        ),
        (f"{ORDERS}/GlobalSecondaryIndexes/0/Projection", {"ProjectionType": "ALL"}),
        (f"{ORDERS}/GlobalSecondaryIndexes/0/KeySchema/1", {"AttributeName": "at", "KeyType": "RANGE"}),
        (f"{ORDERS}/GlobalSecondaryIndexes/1/Projection", {"ProjectionType": "KEYS_ONLY"}),
        (
            f"{ORDERS}/GlobalSecondaryIndexes/2/Projection",
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        ),
        (
            f"{UPLOADS}/BucketName",
            {"Fn::Sub": "sample-production-uploads-${AWS::AccountId}-${AWS::Region}"},
        ),
        (f"{UPLOADS}/VersioningConfiguration/Status", "Enabled"),
        (f"{UPLOADS}/PublicAccessBlockConfiguration/RestrictPublicBuckets", True),
        (f"{UPLOADS}/LifecycleConfiguration/Rules/2/ExpirationInDays", 30),
        (f"{UPLOADS}/CorsConfiguration/CorsRules/0/AllowedOrigins", ["https://shop.example"]),
        ("BucketUploads/DependsOn", ["BucketReplicationSenderRole"]),
        ("BucketUploads/DeletionPolicy", "RetainExceptOnCreate"),
        ("BucketUploadsPolicy/Properties/PolicyDocument/Statement/0/Effect", "Deny"),
        (f"{RULES}/Regions", ["us-east-1", "us-west-2"]),
        (
            f"{RULES}/Buckets",
            [
                {"Fn::Sub": "sample-production-uploads-${AWS::AccountId}"},
                {"Fn::Sub": "sample-production-reports-${AWS::AccountId}"},
            ],
        ),
        (f"{RULES}/Timed", ["false", "true"]),
        ("BucketReplicationRules/DependsOn", ["BucketUploads", "BucketReports"]),
        ("KeyRecords/Condition", "IsReferenceRegion"),
        ("KeyRecords/Properties/MultiRegion", True),
        ("KeyRecords/Properties/EnableKeyRotation", True),
        ("KeyRecordsPrimary/Condition", "IsNotReferenceRegion"),
        ("KeyRecordsPrimary/Properties/Region", "us-west-2"),
        ("KeyRecordsReplica/Condition", "IsNotReferenceRegion"),
        ("KeyRecordsReplica/Properties/PrimaryKeyArn", {"Fn::GetAtt": ["KeyRecordsPrimary", "Arn"]}),
        ("KeyRecordsAlias/Properties/AliasName", "alias/sample-production-records"),
        (
            "KeyRecordsAlias/Properties/TargetKeyId",
            {"Fn::If": ["IsReferenceRegion", {"Ref": "KeyRecords"}, {"Ref": "KeyRecordsReplica"}]},
        ),
        ("SecretPartner/Condition", "IsReferenceRegion"),
        ("SecretPartner/Properties/ReplicaRegions", [{"Region": "us-east-1"}]),
        ("SecretPartner/Properties/GenerateSecretString/SecretStringTemplate", '{"username": "shop"}'),
        ("SecretPartner/DeletionPolicy", "RetainExceptOnCreate"),
        ("SettingLimitsMost/Properties/Name", "/sample-production/limits/most"),
    ],
)
def test_a_store_says(shop: dict[str, Any], path: str, expected: object) -> None:
    assert at(shop, f"Resources/{path}") == expected


def test_a_bucket_that_is_not_replicated_waits_for_nothing(shop: dict[str, Any]) -> None:
    assert "DependsOn" not in shop["Resources"]["BucketScratch"]


def test_no_template_holds_replication_rules(shop: dict[str, Any]) -> None:
    assert not [one for one in shop["Resources"].values() if "ReplicationConfiguration" in one["Properties"]]


def test_one_region_has_nobody_to_copy_to() -> None:
    alone = replace(CONTEXT, regions=("us-west-2",))

    template = body("infra", alone, **INFRA)

    assert "BucketReplicationRules" not in template["Resources"]
    assert "ReplicaRegions" not in at(template, "Resources/SecretPartner/Properties")


def test_a_replica_sends_only_from_its_own_region(shop: dict[str, Any]) -> None:
    role = at(shop, "Resources/BucketReplicationSenderRole/Properties")

    reads = role["Policies"][0]["PolicyDocument"]["Statement"][1]["Resource"]

    assert role["RoleName"] == {"Fn::Sub": "sample-production-bucket-replication-${AWS::Region}"}
    assert all(one["Fn::Sub"].endswith("-${AWS::Region}/*") for one in reads)


def test_the_writer_of_rules_may_hand_over_the_senders_and_no_other_role(shop: dict[str, Any]) -> None:
    statements = at(shop, "Resources/BucketReplicationRole/Properties/Policies/0/PolicyDocument/Statement")

    handed = next(one for one in statements if one["Action"] == ["iam:PassRole"])

    assert [one["Fn::Sub"].rpartition("/")[2] for one in handed["Resource"]] == [
        "sample-production-bucket-replication-us-east-1",
        "sample-production-bucket-replication-us-west-2",
    ]
    assert handed["Condition"] == {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}


def test_no_secret_value_stands_in_the_template(shop: dict[str, Any]) -> None:
    secrets = [one for one in shop["Resources"].values() if one["Type"] == "AWS::SecretsManager::Secret"]

    assert len(secrets) == 2
    assert not any("SecretString" in one["Properties"] for one in secrets)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tables": {"data": None}}, r"options\.tables\.data: there is a table 'data' already"),
        ({"tables": {"a": {"key_types": {"x": "N"}}}}, r"options\.tables\.a\.key_types\.x: is no key"),
        ({"tables": {"a": {"key_types": {"pk": "Q"}}}}, r"options\.tables\.a\.key_types\.pk: 'Q' is not allowed"),
        ({"tables": {"a": {"indexes": {"x": {}}}}}, r"options\.tables\.a\.indexes\.x\.partition_key: is required"),
        ({"tables": {"a": {"indexes": {"x": {"partition_key": "p"}}}}}, r"tables\.a\.indexes\.x: 1 characters"),
        (
            {"tables": {"a": {"indexes": {f"by-{n}": {"partition_key": "p"} for n in range(21)}}}},
            r"tables\.a\.indexes: 21 indexes",
        ),
        ({"tables": {"A": None}}, r"options\.tables\.A: 'A' is no name"),
        ({"buckets": {"a": {"cors_origins": ["*"]}}}, r"options\.buckets\.a\.cors_origins\[0\]: '\*' is no origin"),
        (
            {"buckets": {"a": {"replicate": False, "within_15_minutes": True}}},
            r"options\.buckets\.a\.within_15_minutes: needs copies",
        ),
        ({"buckets": {"a-b": None, "ab": None, "x_y": None}}, r"options\.buckets\.x_y: 'x_y' is no name"),
        ({"keys": {"K": None}}, r"options\.keys\.K: 'K' is no name"),
        ({"secrets": {"s s": None}}, r"options\.secrets\.s s: 's s' is no name"),
        ({"secrets": {"s": {"length": 4}}}, r"options\.secrets\.s\.length: 4 is too small"),
        ({"parameters": {"db-password": "x"}}, r"options\.parameters\.db-password: sounds like a secret"),
        ({"parameters": {"/a": "x"}}, r"options\.parameters\./a: '/a' is no name"),
        ({"parameters": {"a": ""}}, r"options\.parameters\.a: 0 characters"),
        ({"parameters": {"a/b": "1", "a.b": "2"}}, r"options\.parameters\.a\.b: becomes the same logical id as 'a/b'"),
    ],
)
def test_a_store_that_cannot_be_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", **options)


def test_parameters_of_an_application_that_ssm_keeps_for_itself_are_refused() -> None:
    context: Context = replace(CONTEXT, application="awsome")

    with pytest.raises(ConfigurationError, match=r"options\.parameters: an application whose name begins with aws"):
        body("infra", context, parameters={"a": "1"})
