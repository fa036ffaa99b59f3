"""The infra layer's template."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body

TABLE = "Resources/Table/Properties"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Resources/Table/Condition", "IsReferenceRegion"),
        ("Conditions/IsReferenceRegion", {"Fn::Equals": [{"Ref": "ReferenceRegion"}, "true"]}),
        ("Resources/Table/DeletionPolicy", "Retain"),
        ("Resources/Table/DependsOn", ["SharedDomain", "RegionalDomain"]),
        (f"{TABLE}/TableName", "sample-production-data"),
        (f"{TABLE}/BillingMode", "PAY_PER_REQUEST"),
        (f"{TABLE}/SSESpecification", {"SSEEnabled": True, "SSEType": "KMS"}),
        (f"{TABLE}/Replicas/0/Region", "us-east-1"),
        (f"{TABLE}/Replicas/1/Region", "us-west-2"),
        (f"{TABLE}/Replicas/1/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled", True),
        (f"{TABLE}/Replicas/1/DeletionProtectionEnabled", True),
        ("Resources/Key/Properties/EnableKeyRotation", True),
        ("Resources/Key/DeletionPolicy", "RetainExceptOnCreate"),
        ("Resources/Certificate/Properties/ValidationMethod", "DNS"),
        ("Resources/Certificate/Properties/DomainName", "sample.fed.dev"),
        ("Resources/Certificate/Properties/SubjectAlternativeNames", [{"Fn::Sub": "${AWS::Region}.sample.fed.dev"}]),
        ("Parameters/ValidationZoneId/Default", ""),
        ("Resources/SharedDomain/Properties/DomainName", "sample.fed.dev"),
        ("Resources/RegionalDomain/Properties/DomainName", {"Fn::Sub": "${AWS::Region}.sample.fed.dev"}),
        ("Resources/RegionalDomain/Properties/DomainNameConfigurations/0/SecurityPolicy", "TLS_1_2"),
        ("Resources/RegionalDomain/Properties/DomainNameConfigurations/0/EndpointType", "REGIONAL"),
        ("Outputs/SharedTarget/Value", {"Fn::GetAtt": ["SharedDomain", "RegionalDomainName"]}),
        ("Outputs/RegionalTargetZoneId/Value", {"Fn::GetAtt": ["RegionalDomain", "RegionalHostedZoneId"]}),
    ],
)
def test_infra_says(path: str, expected: Any) -> None:
    template = body("infra")

    assert at(template, path) == expected


def test_outputs_are_what_the_orchestrator_reads_and_nothing_is_exported() -> None:
    outputs = body("infra")["Outputs"]

    assert set(outputs) == {
        *("SharedTarget", "SharedTargetZoneId", "RegionalTarget", "RegionalTargetZoneId"),
        *("CertificateArn", "TableName", "KeyArn"),
    }
    assert not any("Export" in output for output in outputs.values())


def test_the_table_depends_on_the_key_of_no_region() -> None:
    assert "SSESpecification" not in at(body("infra"), f"{TABLE}/Replicas/0")
    assert "KMSMasterKeyId" not in str(at(body("infra"), TABLE))


def test_the_account_is_filled_in_by_cloudformation() -> None:
    template = body("infra", replace(CONTEXT, host="{account}.sample.fed.dev"))

    assert at(template, "Resources/SharedDomain/Properties/DomainName") == {
        "Fn::Sub": "${AWS::AccountId}.sample.fed.dev"
    }
    assert "{account}" not in str(template)


def test_the_order_of_standbys_does_not_touch_the_table() -> None:
    one = replace(CONTEXT, regions=("us-east-1", "us-west-2", "eu-west-1"))
    other = replace(CONTEXT, regions=("us-east-1", "eu-west-1", "us-west-2"))

    assert at(body("infra", one), TABLE) == at(body("infra", other), TABLE)


def test_a_table_without_sort_key() -> None:
    table = at(body("infra", sort_key=""), TABLE)

    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert len(table["AttributeDefinitions"]) == 1


def test_there_is_no_table_but_those_that_are_named() -> None:
    template = body("infra", table="", tables={"orders": None})

    tables = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::DynamoDB::GlobalTable"}
    assert tables == {"TableOrders"}
    assert "TableName" not in template["Outputs"]


def test_a_host_too_long_for_a_certificate_is_refused_by_its_path() -> None:
    host = "a" * 40 + ".{account}.sample.fed.dev"

    with pytest.raises(ConfigurationError, match=r"environments\.production\.host: .* at most 64"):
        body("infra", replace(CONTEXT, host=host))
