"""What a user, Route 53, StackSets and the journal tell of the deployed shop."""

from __future__ import annotations

import http.client
import json
from typing import Any

from tests.e2e.conftest import Project

ACCOUNT = "111111111111"


def ask(project: Project, region: str, path: str = "/health", host: str = "") -> tuple[int, Any]:
    address = project.embedded.aws.data_plane[region]
    connection = http.client.HTTPConnection(address, project.embedded.aws.data_port, timeout=10)
    connection.request("GET", path, headers={"Host": host or f"{region}.shop.fed.dev"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def records(project: Project) -> dict[tuple[str, str], Any]:
    route53 = project.embedded.client("route53", "us-east-1")
    zone = next(one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "fed.dev.")
    found = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return {(one["Name"], one.get("Failover", "")): one for one in found if one["Type"] in ("A", "CNAME")}


def stack_set_names(project: Project) -> set[str]:
    found = project.embedded.client("cloudformation").list_stack_sets(Status="ACTIVE")["Summaries"]
    return {one["StackSetName"] for one in found}


def events(project: Project, verb: str) -> list[dict[str, Any]]:
    file = sorted((project.folder / ".orchestrator" / "runs").glob(f"*-{verb}-*.jsonl"))[-1]
    return [json.loads(line) for line in file.read_text().splitlines()]
