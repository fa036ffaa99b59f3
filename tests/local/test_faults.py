from __future__ import annotations

import http.client
import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError

from tests.embedded import Embedded


def code_of(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    response = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.mark.parametrize(
    ("service", "operation", "fault", "told"),
    [
        ("cloudformation", "list_stack_sets", {"kind": "outage"}, (503, "ServiceUnavailable")),
        ("cloudformation", "list_stack_sets", {"kind": "throttle"}, (400, "Throttling")),
        ("dynamodb", "list_tables", {"kind": "throttle"}, (400, "ThrottlingException")),
        ("lambda", "list_functions", {"kind": "throttle"}, (429, "TooManyRequestsException")),
        ("s3", "list_buckets", {"kind": "throttle"}, (503, "SlowDown")),
        ("dynamodb", "list_tables", {"kind": "outage"}, (503, "ServiceUnavailable")),
        ("route53", "list_health_checks", {"kind": "error", "status": 400, "code": "PriorRequestNotComplete"},
         (400, "PriorRequestNotComplete")),
    ],
)  # fmt: skip
def test_a_service_fails_in_its_own_words(
    embedded: Embedded, service: str, operation: str, fault: dict[str, Any], told: tuple[int, str]
) -> None:
    client = embedded.client(service, "ap-south-1", "131313131313")
    region = "us-east-1" if service == "route53" else "ap-south-1"

    with embedded.fault(service=service, region=region, **fault), pytest.raises(ClientError) as refused:
        client._make_api_call(client.meta.method_to_api_mapping[operation], {})

    assert code_of(refused) == told


def test_a_fault_strikes_only_its_region_and_as_often_as_asked(embedded: Embedded) -> None:
    there, elsewhere = (embedded.client("dynamodb", region) for region in ("ap-south-1", "ap-south-2"))

    with embedded.fault(kind="throttle", service="dynamodb", region="ap-south-1", count=1):
        elsewhere.list_tables()
        with pytest.raises(ClientError):
            there.list_tables()
        there.list_tables()


def test_a_black_hole_accepts_and_never_answers(embedded: Embedded) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", embedded.aws.port, timeout=0.3)
    credential = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/ap-east-1/dynamodb/aws4_request"

    with embedded.fault(kind="blackhole", region="ap-east-1"):
        connection.request("POST", "/", headers={"authorization": credential})
        with pytest.raises(TimeoutError):
            connection.getresponse()
    connection.close()

    assert embedded.client("dynamodb", "ap-east-1").list_tables()["TableNames"] == []


def test_a_lost_answer_has_taken_effect(embedded: Embedded) -> None:
    sns = embedded.client("sns", "ap-east-1")

    lost = {"kind": "lose_answer", "service": "sns", "operation": "CreateTopic"}
    with embedded.fault(**lost), pytest.raises((ConnectionClosedError, HTTPClientError)):
        sns.create_topic(Name="lost")

    assert [one["TopicArn"].rpartition(":")[2] for one in sns.list_topics()["Topics"]] == ["lost"]


@pytest.mark.parametrize(
    ("account", "reason", "told_as"),
    [
        ("141414141414", "Quota exceeded", "Quota exceeded"),
        ("151515151515", "\x1b[31mred\x00 <b>", "\ufffd[31mred\ufffd <b>"),
    ],
)
def test_an_injected_instance_failure_tells_its_reason(
    embedded: Embedded, account: str, reason: str, told_as: str
) -> None:
    from tests.local.stack_sets import make_roles, results, template, wait

    make_roles(embedded, account)
    name = f"injected-{account}"
    cloudformation = embedded.client("cloudformation")
    cloudformation.create_stack_set(StackSetName=name, TemplateBody=template())

    with embedded.fault(kind="instance_fail", account=account, region="us-east-1", reason=reason):
        made = cloudformation.create_stack_instances(StackSetName=name, Accounts=[account], Regions=["us-east-1"])
        assert wait(cloudformation, name, made["OperationId"]) == "FAILED"

    told = results(cloudformation, name, made["OperationId"])
    assert told[account, "us-east-1"] == ("FAILED", told_as)


def test_faults_are_listed_and_removed_together(embedded: Embedded) -> None:
    for region in ("ap-south-1", "ap-south-2"):
        embedded.admin("POST", "faults", {"kind": "outage", "region": region, "service": "none"})

    assert {one["region"] for one in embedded.admin("GET", "faults")} == {"ap-south-1", "ap-south-2"}
    assert embedded.admin("DELETE", "faults") == {"removed": 2}
    assert embedded.admin("GET", "faults") == []


@pytest.mark.parametrize("fields", [{"kind": "nonsense"}, {"kind": "outage", "plane": "x"}, {"kind": "outage", "y": 1}])
def test_a_fault_that_makes_no_sense_is_refused(embedded: Embedded, fields: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        embedded.admin("POST", "faults", fields)

    assert refused.value.code == 400
    refused.value.close()


def test_a_role_that_does_not_exist_cannot_be_taken(embedded: Embedded) -> None:
    from tests.local.stack_sets import make_role

    make_role(embedded, "151515151515", "there")
    sts = embedded.client("sts", "us-east-1")

    def take(name: str) -> Any:
        arn = f"arn:aws:iam::151515151515:role/{name}"
        return sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]

    taken = take("there")
    assert take("OrganizationAccountAccessRole")
    with pytest.raises(ClientError) as refused:
        take("absent")
    assert code_of(refused) == (403, "AccessDenied")
    assert embedded.client("sts", "us-east-1", taken["AccessKeyId"]).get_caller_identity()["Account"] == "151515151515"
