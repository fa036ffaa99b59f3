"""Who answers when regions die, told before and after a deployment; and the policies under which several answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator

EAST, WEST = "us-east-1", "us-west-2"
PAIR = [[EAST], [WEST], [EAST], [EAST]]


def answers(document: Any) -> list[list[str]]:
    """When regions are dead but none is evacuated."""
    return [row["answers"] for row in document["proof"]["rows"] if not row["evacuated"]]


def shared_records(project: Project) -> list[Any]:
    route53 = project.embedded.client("route53", EAST)
    zone = next(one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "fed.dev.")
    found = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return [one for one in found if one["Name"] == "shop.fed.dev." and one["Type"] in ("A", "CNAME")]


def test_validate_plan_and_status_prove_the_same_failover(steady: Project) -> None:
    documents = [steady.run(verb, "--format", "json").json for verb in ("validate", "plan", "status")]

    assert [answers(document) for document in documents] == [PAIR] * 3
    assert {document["detection"]["moved_worst_s"] for document in documents} == {94.0}


def test_an_objective_that_cannot_be_met_refuses_the_plan_and_the_validation(steady: Project) -> None:
    steady.configure("rto: 180", "rto: 90")
    validated, planned = steady.run("validate"), steady.run("plan")
    steady.configure("rto: 90", "rto: 180")

    assert (validated.code, planned.code) == (3, 3)
    assert "objective-out-of-reach" in validated.out
    assert "objective-out-of-reach" in planned.out


def test_a_check_disabled_by_hand_is_seen_in_the_proof_of_the_zone(steady: Project) -> None:
    route53 = steady.embedded.client("route53", EAST)
    checks = route53.list_health_checks()["HealthChecks"]
    check = next(one for one in checks if one["HealthCheckConfig"].get("FullyQualifiedDomainName", "").startswith(EAST))
    route53.update_health_check(HealthCheckId=check["Id"], Disabled=True)
    status = steady.run("status", "--format", "json").json
    route53.update_health_check(HealthCheckId=check["Id"], Disabled=False)

    assert [one["rule"] for one in status["findings"]] == ["dead-region-answers"]
    assert answers(status)[1] == [EAST]


def test_a_record_led_elsewhere_by_hand_is_overwritten_with_consent_only(steady: Project) -> None:
    route53 = steady.embedded.client("route53", EAST)
    zone = next(one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "fed.dev.")
    (ours,) = [one for one in shared_records(steady) if one["Failover"] == "PRIMARY"]
    alias = {"DNSName": "elsewhere.fed.dev.", "HostedZoneId": zone["Id"].removeprefix("/hostedzone/")}
    theirs = {**ours, "AliasTarget": {**alias, "EvaluateTargetHealth": False}}
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": theirs}]}
    route53.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch=change)

    planned, deployed = steady.run("plan"), steady.run("deploy", "--yes")
    (kept,) = [one for one in shared_records(steady) if one["Failover"] == "PRIMARY"]
    consented = steady.run("deploy", "--yes", "--take-over", "shop.fed.dev")
    (restored,) = [one for one in shared_records(steady) if one["Failover"] == "PRIMARY"]

    assert (planned.code, deployed.code, consented.code) == (3, 3, 0)
    assert "ALIAS elsewhere.fed.dev" in deployed.err
    assert "--take-over shop.fed.dev" in deployed.err
    assert kept["AliasTarget"]["DNSName"].startswith("elsewhere.fed.dev")
    assert restored == ours


def test_another_policy_is_one_batch_and_then_nothing(deployed: Project) -> None:
    deployed.configure("policy: failover", "policy: latency")
    changed, again = deployed.run("deploy", "--yes"), deployed.run("plan", "--exit-code")
    status = deployed.run("status", "--format", "json").json

    assert (changed.code, again.code) == (0, 0)
    assert sorted(one["Region"] for one in shared_records(deployed)) == [EAST, WEST]
    assert (status["serving_region"], status["serving_regions"]) == ("mixed", [EAST, WEST])
    assert answers(status) == [[EAST, WEST], [WEST], [EAST], [EAST, WEST]]
