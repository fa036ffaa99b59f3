"""The global database of infra and its proxy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blueprints.infra.database import DatabaseOptions, Placement, add_database
from orchestrator.core.errors import ConfigurationError
from orchestrator.synth import lint
from tests.blueprints.context import CONTEXT
from tests.blueprints.shop import DATABASE
from tests.blueprints.templates import at, body, synthesized

COMMERCIAL = ("us-east-1", "us-west-2", "eu-west-1")
CLUSTER = "DatabaseCluster/Properties"
NOTHING = {"Ref": "AWS::NoValue"}


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    return body("infra", **DATABASE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("DatabaseGlobal/Condition", "IsReferenceRegion"),
        ("DatabaseGlobal/Properties/StorageEncrypted", True),
        (
            f"{CLUSTER}/GlobalClusterIdentifier",
            {"Fn::If": ["IsReferenceRegion", {"Ref": "DatabaseGlobal"}, "sample-production-database"]},
        ),
        (
            f"{CLUSTER}/MasterUserPassword",
            {
                "Fn::If": [
                    "IsReferenceRegion",
                    {"Fn::Sub": "{{resolve:secretsmanager:${SecretDatabase}:SecretString:password}}"},
                    NOTHING,
                ]
            },
        ),
        (f"{CLUSTER}/EnableGlobalWriteForwarding", {"Fn::If": ["IsReferenceRegion", NOTHING, True]}),
        (f"{CLUSTER}/ServerlessV2ScalingConfiguration", {"MinCapacity": 0.5, "MaxCapacity": 4.0}),
        (f"{CLUSTER}/StorageEncrypted", True),
        (f"{CLUSTER}/KmsKeyId", {"Fn::GetAtt": ["Key", "Arn"]}),
        (f"{CLUSTER}/DeletionProtection", True),
        (f"{CLUSTER}/BackupRetentionPeriod", 7),
        ("DatabaseCluster/DeletionPolicy", "RetainExceptOnCreate"),
        ("DatabaseInstance1/Properties/DBInstanceClass", "db.serverless"),
        ("DatabaseInstance3/Condition", "IsPrimaryRegion"),
        ("DatabaseProxy/Properties/RequireTLS", True),
        ("DatabaseProxy/Properties/Auth/0/IAMAuth", "REQUIRED"),
        (
            "DatabaseProxy/Properties/Auth/0/SecretArn",
            {
                "Fn::If": [
                    "IsReferenceRegion",
                    {"Ref": "SecretDatabase"},
                    {"Fn::GetAtt": ["DatabaseSecretReplica", "Arn"]},
                ]
            },
        ),
        ("DatabaseProxyTargets/DependsOn", ["DatabaseInstance1"]),
        ("DatabaseReader/Properties/TargetRole", "READ_ONLY"),
        ("DatabaseEndpoint/Properties/Name", "/orchestrator/sample-production/database/endpoint"),
        ("SecretDatabase/Properties/ReplicaRegions", [{"Region": "us-east-1"}]),
    ],
)
def test_the_database_says(shop: dict[str, Any], path: str, expected: object) -> None:
    assert at(shop, f"Resources/{path}") == expected


def test_a_standby_has_fewer_instances(shop: dict[str, Any]) -> None:
    assert "Condition" not in shop["Resources"]["DatabaseInstance1"]
    assert shop["Resources"]["DatabaseInstance2"]["Condition"] == "IsPrimaryRegion"


def test_the_network_is_found_by_name(shop: dict[str, Any]) -> None:
    start = "/orchestrator/sample-production/network"

    assert at(shop, "Resources/DatabaseSubnetGroup/Properties/SubnetIds") == [
        f"{{{{resolve:ssm:{start}/subnets/{zone}}}}}" for zone in (1, 2)
    ]
    assert at(shop, f"Resources/{CLUSTER}/VpcSecurityGroupIds") == [f"{{{{resolve:ssm:{start}/database-sg}}}}"]


def test_a_network_of_the_same_template_is_handed_over() -> None:
    from troposphere import GetAtt, Ref, Template

    template = Template()
    placement = Placement([Ref("SubnetA"), Ref("SubnetB")], Ref("DatabaseGroup"))
    add_database(template, CONTEXT, DatabaseOptions(), key=GetAtt("Key", "Arn"), placement=placement)

    assert template.resources["DatabaseProxy"].to_dict()["Properties"]["VpcSubnetIds"] == [
        {"Ref": "SubnetA"},
        {"Ref": "SubnetB"},
    ]


def test_a_function_signs_in_to_the_proxy_by_its_role() -> None:
    template = body("compute", functions={"f": {"uses": {"database": True}}})

    variables = at(template, "Resources/FunctionF/Properties/Environment/Variables")
    statements = at(template, "Resources/FunctionFRole/Properties/Policies/0/PolicyDocument/Statement")

    assert variables["DATABASE_HOST"] == "{{resolve:ssm:/orchestrator/sample-production/database/endpoint}}"
    assert variables["DATABASE_READER"] == "{{resolve:ssm:/orchestrator/sample-production/database/reader}}"
    assert ["rds-db:connect"] in [one["Action"] for one in statements]


def test_cfn_lint_finds_nothing() -> None:
    mysql = {"engine": "mysql", "version": "8.0.mysql_aurora.3.08.2", "instances": 1}
    templates = [synthesized("infra", **DATABASE), synthesized("infra", database=mysql)]

    assert lint(templates, COMMERCIAL) == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_capacity": 8}, r"options\.database\.min_capacity: 8\.0 is more than max_capacity"),
        ({"standby_instances": 3}, r"options\.database\.standby_instances: 3 is more than instances"),
        ({"engine": "oracle"}, r"options\.database\.engine: 'oracle' is not allowed"),
        ({"backup_days": 36}, r"options\.database\.backup_days: 36 is too large"),
    ],
)
def test_a_database_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", database=options)


def test_the_name_of_its_secret_is_taken() -> None:
    with pytest.raises(ConfigurationError, match=r"options\.secrets\.database: is the name of the database's own"):
        body("infra", database=True, secrets={"database": None})


def test_govcloud_has_no_global_database() -> None:
    context = replace(
        CONTEXT,
        partition="aws-us-gov",
        regions=("us-gov-west-1", "us-gov-east-1"),
        home_region="us-gov-west-1",
        reference_region="us-gov-west-1",
    )

    with pytest.raises(ConfigurationError, match=r"options\.database: CloudFormation makes no global database"):
        body("infra", context, database=True)
