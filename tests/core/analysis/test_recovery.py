"""Protection, backups, retention: what is told, and the nearest that is not."""

from __future__ import annotations

import pytest

from tests.core.analysis.templates import ONCE, one, resource, rules, template

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
PITR = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
SAFE = {"DeletionProtectionEnabled": True, **PITR}


def table(**properties: object) -> str:
    return one("DynamoDB::Table", dict(properties))


def replicas(*parts: object) -> str:
    return one("DynamoDB::GlobalTable", {"Replicas": list(parts)}, Condition="Once")


def function(group: str, properties: dict[str, object]) -> str:
    logs = resource("Logs::LogGroup", {"LogGroupName": group, "RetentionInDays": 30})
    return template({"App": resource("Lambda::Function", properties), "Logs": logs})


CASES = [
    ("store-unprotected", table(**PITR), table(**SAFE)),
    ("store-unprotected", replicas(SAFE, PITR), replicas(SAFE, SAFE)),
    ("store-unprotected", one("RDS::DBCluster"), one("RDS::DBCluster", {"DeletionProtection": True})),
    (
        "store-unprotected",
        one("Cognito::UserPool", {"DeletionProtection": "INACTIVE"}),
        one("Cognito::UserPool", {"DeletionProtection": "ACTIVE"}),
    ),
    ("table-without-pitr", table(DeletionProtectionEnabled=True), table(**SAFE)),
    ("table-without-pitr", replicas({"DeletionProtectionEnabled": True}), replicas(SAFE)),
    ("data-not-retained", one("S3::Bucket"), one("S3::Bucket", **RETAINED)),
    ("data-not-retained", one("S3::Bucket", DeletionPolicy="Retain"), one("SQS::Queue")),
    (
        "data-not-retained",
        one("KMS::Key", DeletionPolicy="Delete", UpdateReplacePolicy="Retain"),
        one("KMS::Key", DeletionPolicy="RetainExceptOnCreate", UpdateReplacePolicy="Retain"),
    ),
    ("data-not-retained", one("RDS::DBCluster"), one("RDS::DBCluster", UpdateReplacePolicy="Snapshot")),
    ("data-not-retained", one("RDS::DBInstance"), one("RDS::DBInstance", {"DBClusterIdentifier": "c"})),
    ("logs-without-retention", one("Logs::LogGroup"), one("Logs::LogGroup", {"RetentionInDays": {"Ref": "Days"}})),
    ("logs-without-retention", one("Lambda::Function"), one("Lambda::Function", {"LoggingConfig": {"LogGroup": "g"}})),
    (
        "logs-without-retention",
        function("/aws/lambda/other", {"FunctionName": "app"}),
        function("/aws/lambda/app", {"FunctionName": "app"}),
    ),
]


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_what_makes_a_mistake_final_is_told_and_what_does_not_is_not(rule: str, bad: str, good: str) -> None:
    assert rules(bad, rule) != []
    assert rules(good, rule) == []


def test_each_replica_is_asked_for_its_own_protection() -> None:
    assert rules(replicas(SAFE, PITR), "store-unprotected") == [
        "infra: Resources.One.Properties.Replicas.1.DeletionProtectionEnabled"
    ]


def test_a_log_group_may_be_named_by_its_function() -> None:
    logs = resource("Logs::LogGroup", {"LogGroupName": {"Fn::Sub": "/aws/lambda/${App}"}, "RetentionInDays": 1})
    body = template({"App": resource("Lambda::Function"), "Logs": logs}, **ONCE)

    assert rules(body, "logs-without-retention") == []
