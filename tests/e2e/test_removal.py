"""Taking away what was deployed: all of it by destroy, or a part of it behind the tool's back."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.e2e.asking import ACCOUNT, records, stack_set_names
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator


def test_a_recreated_api_domain_moves_its_records_and_the_plan_says_so(fresh: Project) -> None:
    # Not the reference region: its table is retained, and CloudFormation would meet it again.
    old = records(fresh)[("us-east-1.shop.fed.dev.", "")]["AliasTarget"]["DNSName"]
    gateway = fresh.embedded.client("cloudformation")
    for layer in ("compute", "infra"):
        gateway.delete_stack_instances(
            StackSetName=f"shop-production-{layer}", Accounts=[ACCOUNT], Regions=["us-east-1"], RetainStacks=False
        )
        _until_idle(gateway, f"shop-production-{layer}")

    plan = fresh.run("plan", "--format", "json").json
    answer = fresh.run("deploy", "--yes")

    moving = {one["id"]: one for one in plan["changes"] if one["kind"] == "record" and one["action"] == "update"}
    assert set(moving) == {
        "record:us-east-1.shop.fed.dev:A",
        "record:shop.fed.dev:A:shop-production-us-east-1",
    }
    assert all("new target" in one["reason"] for one in moving.values())
    assert answer.code == 0, answer.err
    assert records(fresh)[("us-east-1.shop.fed.dev.", "")]["AliasTarget"]["DNSName"] != old


def _until_idle(gateway: Any, stack_set: str) -> None:
    for _ in range(100):
        operations = gateway.list_stack_set_operations(StackSetName=stack_set)["Summaries"]
        if all(one["Status"] not in ("RUNNING", "QUEUED", "STOPPING") for one in operations):
            return
        time.sleep(0.1)
    raise AssertionError(f"{stack_set} stays busy")


def test_destroy_removes_what_was_made_and_nothing_else(fresh: Project) -> None:
    route53 = fresh.embedded.client("route53", "us-east-1")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    foreign = {"Name": "www.fed.dev", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": foreign}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)

    answer = fresh.run("destroy", "--yes")

    assert answer.code == 0, answer.err
    assert {name for name, _ in records(fresh)} == {"www.fed.dev."}
    assert route53.list_health_checks()["HealthChecks"] == []
    assert stack_set_names(fresh) == {"shop-production-control"}
    assert "destroy --artifacts" in answer.err


def test_destroy_with_artifacts_leaves_no_bucket_and_no_role(fresh: Project) -> None:
    answer = fresh.run("destroy", "--artifacts", "--yes")

    assert answer.code == 0, answer.err
    assert stack_set_names(fresh) == set()
    assert fresh.embedded.client("s3").list_buckets()["Buckets"] == []
    for account in ("000000000000", ACCOUNT):
        roles = fresh.embedded.client("iam", account=account).list_roles()["Roles"]
        assert [role["RoleName"] for role in roles if role["RoleName"].startswith("shop-")] == []
