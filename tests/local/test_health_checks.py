from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Embedded

ENDPOINT = {
    "Type": "HTTPS",
    "FullyQualifiedDomainName": "us-east-1.sample.fed.dev",
    "ResourcePath": "/health",
    "RequestInterval": 10,
    "FailureThreshold": 3,
}


@pytest.fixture
def route53(embedded: Embedded) -> Any:
    return embedded.client("route53", "us-east-1", "777777777777")


def create(route53: Any, config: dict[str, Any], reference: str = "") -> Any:
    return route53.create_health_check(CallerReference=reference or str(uuid.uuid4()), HealthCheckConfig=config)


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_check_reads_back_as_it_was_made(route53: Any) -> None:
    made = create(route53, {**ENDPOINT, "Inverted": True, "Disabled": False})["HealthCheck"]

    read = route53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]
    assert read == made
    assert read["HealthCheckConfig"] == {
        **ENDPOINT, "Inverted": True, "Disabled": False, "Port": 443, "EnableSNI": True, "MeasureLatency": False
    }  # fmt: skip
    assert read["HealthCheckVersion"] == 1


def test_children_of_a_calculated_check_are_kept(route53: Any) -> None:
    children = [create(route53, ENDPOINT)["HealthCheck"]["Id"] for _ in range(2)]

    made = create(route53, {"Type": "CALCULATED", "HealthThreshold": 2, "ChildHealthChecks": children})

    assert made["HealthCheck"]["HealthCheckConfig"]["ChildHealthChecks"] == children
    with pytest.raises(ClientError, match="itself CALCULATED"):
        create(route53, {"Type": "CALCULATED", "ChildHealthChecks": [made["HealthCheck"]["Id"]]})


def test_a_caller_reference_makes_one_check_only(route53: Any) -> None:
    first = create(route53, ENDPOINT, "reference")["HealthCheck"]

    assert create(route53, ENDPOINT, "reference")["HealthCheck"]["Id"] == first["Id"]
    with pytest.raises(ClientError) as differs:
        create(route53, {**ENDPOINT, "ResourcePath": "/other"}, "reference")
    route53.delete_health_check(HealthCheckId=first["Id"])
    with pytest.raises(ClientError) as used:
        create(route53, ENDPOINT, "reference")
    assert (code_of(differs), code_of(used)) == ("HealthCheckAlreadyExists", "HealthCheckAlreadyExists")


def test_an_update_raises_the_version_and_refuses_an_old_one(route53: Any) -> None:
    made = create(route53, ENDPOINT)["HealthCheck"]

    updated = route53.update_health_check(HealthCheckId=made["Id"], HealthCheckVersion=1, Inverted=True)["HealthCheck"]

    assert (updated["HealthCheckVersion"], updated["HealthCheckConfig"]["Inverted"]) == (2, True)
    with pytest.raises(ClientError) as refused:
        route53.update_health_check(HealthCheckId=made["Id"], HealthCheckVersion=1, Inverted=False)
    assert code_of(refused) == "HealthCheckVersionMismatch"


@pytest.mark.parametrize(
    "config",
    [
        {**ENDPOINT, "RequestInterval": 20},
        {**ENDPOINT, "FailureThreshold": 10, "SearchString": "x"},
        {"Type": "HTTPS_STR_MATCH", "FullyQualifiedDomainName": "x.dev"},
        {"Type": "HTTP"},
        {"Type": "HTTP", "IPAddress": "10.0.0.1"},
        {"Type": "TCP", "FullyQualifiedDomainName": "x.dev"},
        {"Type": "CALCULATED", "ChildHealthChecks": ["none"]},
        {"Type": "CALCULATED", "RequestInterval": 10},
        {"Type": "CLOUDWATCH_METRIC"},
    ],
)
def test_a_wrong_configuration_is_refused(route53: Any, config: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        create(route53, config)

    assert code_of(refused) == "InvalidInput"


def test_a_check_that_was_never_probed_has_no_observations(route53: Any) -> None:
    made = create(route53, {**ENDPOINT, "Disabled": True})["HealthCheck"]

    assert route53.get_health_check_status(HealthCheckId=made["Id"])["HealthCheckObservations"] == []


def test_tags_of_checks(route53: Any) -> None:
    check_id = create(route53, ENDPOINT)["HealthCheck"]["Id"]
    tags = [{"Key": "Name", "Value": "one"}, {"Key": "other", "Value": "two"}]

    route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check_id, AddTags=tags)
    route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check_id, RemoveTagKeys=["other"])

    one = route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=check_id)["ResourceTagSet"]
    many = route53.list_tags_for_resources(ResourceType="healthcheck", ResourceIds=[check_id])["ResourceTagSets"]
    assert one["Tags"] == [{"Key": "Name", "Value": "one"}]
    assert many == [one]


def test_checks_are_listed_in_pages(embedded: Embedded) -> None:
    route53 = embedded.client("route53", "us-east-1", "888888888888")
    made = {create(route53, ENDPOINT)["HealthCheck"]["Id"] for _ in range(5)}

    pages = list(route53.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["HealthChecks"]) for page in pages] == [2, 2, 1]
    assert {one["Id"] for page in pages for one in page["HealthChecks"]} == made


@pytest.mark.parametrize("operation", ["get_health_check", "delete_health_check", "get_health_check_status"])
def test_an_unknown_check_is_not_found(route53: Any, operation: str) -> None:
    calls = {
        "get_health_check": route53.get_health_check,
        "delete_health_check": route53.delete_health_check,
        "get_health_check_status": route53.get_health_check_status,
    }

    with pytest.raises(ClientError) as refused:
        calls[operation](HealthCheckId="none")

    assert code_of(refused) == "NoSuchHealthCheck"
