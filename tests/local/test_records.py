from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Embedded


@pytest.fixture
def route53(embedded: Embedded) -> Any:
    return embedded.client("route53", "us-east-1")


@pytest.fixture
def zone(route53: Any) -> str:
    made = route53.create_hosted_zone(Name="fed.dev", CallerReference=str(uuid.uuid4()))
    return str(made["HostedZone"]["Id"])


def plain(name: str, *values: str, kind: str = "A") -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}


def pair(check_id: str) -> list[dict[str, Any]]:
    alias = {
        "HostedZoneId": "Z1UJRXOUMOOFQ8",
        "DNSName": "d-1.execute-api.us-east-1.amazonaws.com",
        "EvaluateTargetHealth": False,
    }
    common = {"Name": "sample.fed.dev", "Type": "A", "AliasTarget": alias, "HealthCheckId": check_id}
    return [{**common, "SetIdentifier": role, "Failover": role} for role in ("PRIMARY", "SECONDARY")]


def change(route53: Any, zone: str, *changes: tuple[str, dict[str, Any]]) -> Any:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})["ChangeInfo"]


def names(route53: Any, zone: str) -> list[tuple[str, str]]:
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [(one["Name"], one["Type"]) for one in listed if one["Type"] not in ("NS", "SOA")]


def test_a_failover_pair_round_trips(route53: Any, zone: str) -> None:
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "x.fed.dev"}
    check = route53.create_health_check(CallerReference=str(uuid.uuid4()), HealthCheckConfig=config)["HealthCheck"][
        "Id"
    ]

    change(route53, zone, *(("CREATE", record) for record in pair(check)))

    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    shown = [one for one in listed if one["Name"] == "sample.fed.dev."]
    assert [(one["SetIdentifier"], one["Failover"], one["HealthCheckId"]) for one in shown] == [
        ("PRIMARY", "PRIMARY", check),
        ("SECONDARY", "SECONDARY", check),
    ]
    assert shown[0]["AliasTarget"]["EvaluateTargetHealth"] is False
    change(route53, zone, *(("DELETE", record) for record in shown))
    assert names(route53, zone) == []


def test_one_wrong_record_refuses_the_whole_batch(route53: Any, zone: str) -> None:
    good, bad = plain("good.fed.dev", "1.2.3.4"), plain("bad.other.dev", "1.2.3.4")

    with pytest.raises(ClientError) as refused:
        change(route53, zone, ("CREATE", good), ("CREATE", bad))

    assert refused.value.response["Error"]["Code"] == "InvalidChangeBatch"
    assert "bad.other.dev. is not permitted in zone fed.dev." in str(refused.value)
    assert names(route53, zone) == []


def test_a_check_that_does_not_exist_refuses_the_batch(route53: Any, zone: str) -> None:
    with pytest.raises(ClientError, match="health check none"):
        change(route53, zone, *(("UPSERT", record) for record in pair("none")))

    assert names(route53, zone) == []


def test_what_is_there_already_counts(route53: Any, zone: str) -> None:
    change(route53, zone, ("CREATE", plain("www.fed.dev", "1.2.3.4")))

    for action, record in (
        ("CREATE", plain("www.fed.dev", "1.2.3.4")),
        ("CREATE", plain("www.fed.dev", "x.dev", kind="CNAME")),
        ("DELETE", plain("www.fed.dev", "9.9.9.9")),
    ):
        with pytest.raises(ClientError) as refused:
            change(route53, zone, (action, record))
        assert refused.value.response["Error"]["Code"] == "InvalidChangeBatch"
    assert names(route53, zone) == [("www.fed.dev.", "A")]


def test_a_change_is_pending_before_it_is_insync(route53: Any, zone: str) -> None:
    made = change(route53, zone, ("CREATE", plain("slow.fed.dev", "1.2.3.4")))

    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING"
    deadline = time.monotonic() + 5
    while route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "PENDING" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert route53.get_change(Id=made["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_policies_outside_our_vocabulary_go_through(route53: Any, zone: str) -> None:
    record = {**plain("geo.fed.dev", "1.2.3.4"), "SetIdentifier": "eu", "GeoLocation": {"ContinentCode": "EU"}}

    change(route53, zone, ("CREATE", record))

    assert names(route53, zone) == [("geo.fed.dev.", "A")]
