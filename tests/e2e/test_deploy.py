"""From source to two regions over real HTTP: what each verb does to the embedded AWS, and what it says."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import Settings, undertake
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator

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


def test_each_region_answers_from_its_own_function(steady: Project) -> None:
    east, west = ask(steady, "us-east-1"), ask(steady, "us-west-2")

    assert (east[0], east[1]["region"]) == (200, "us-east-1")
    assert (west[0], west[1]["region"]) == (200, "us-west-2")
    assert east[1]["release"] == west[1]["release"]


def test_the_shared_name_is_answered_in_both_regions(steady: Project) -> None:
    assert ask(steady, "us-east-1", host="shop.fed.dev")[1]["region"] == "us-east-1"
    assert ask(steady, "us-west-2", host="shop.fed.dev")[1]["region"] == "us-west-2"


def test_the_shared_name_is_a_failover_pair_with_checks_on_the_regional_names(steady: Project) -> None:
    found = records(steady)
    checks = {
        one["Id"]: one["HealthCheckConfig"]
        for one in steady.embedded.client("route53", "us-east-1").list_health_checks()["HealthChecks"]
    }

    primary, secondary = found[("shop.fed.dev.", "PRIMARY")], found[("shop.fed.dev.", "SECONDARY")]
    for record, region, other in ((primary, "us-east-1", "us-west-2"), (secondary, "us-west-2", "us-east-1")):
        joining = checks[record["HealthCheckId"]]
        children = [checks[child] for child in joining["ChildHealthChecks"]]
        assert (joining["Type"], joining["HealthThreshold"]) == ("CALCULATED", 3)
        assert {one.get("FullyQualifiedDomainName", "") for one in children} == {"", f"{region}.shop.fed.dev"}
        assert sorted(
            (one["AlarmIdentifier"]["Region"], one["AlarmIdentifier"]["Name"], one["InsufficientDataHealthStatus"])
            for one in children
            if one["Type"] == "CLOUDWATCH_METRIC"
        ) == [
            (other, f"shop-production-drill-{region}", "Healthy"),
            (other, f"shop-production-evacuate-{region}", "LastKnownStatus"),
        ]
    names = {"shop.fed.dev.", "us-east-1.shop.fed.dev.", "us-west-2.shop.fed.dev."}
    assert {name for name, _ in found if not name.startswith("evacuated.")} == names


def test_the_alarms_that_checks_follow_are_in_every_region(steady: Project) -> None:
    for region in ("us-east-1", "us-west-2"):
        found = steady.embedded.client("cloudwatch", region).describe_alarms()["MetricAlarms"]

        missing = {one["AlarmName"]: one["TreatMissingData"] for one in found}
        assert missing == {
            f"shop-production-{kind}-{place}": treated
            for place in ("us-east-1", "us-west-2")
            for kind, treated in (("drill", "notBreaching"), ("evacuate", "ignore"))
        }


def test_a_second_deployment_makes_no_mutating_call(steady: Project) -> None:
    calls: list[Any] = []
    settings = Settings(
        config=steady.folder / "regions.yaml",
        local=True,
        state_dir=steady.folder / ".orchestrator",
        on_call=calls.append,
    )

    plan = undertake(settings, verb="deploy").plan()
    answer = steady.run("deploy", "--yes", "--format", "json")

    assert plan.is_empty
    assert len(calls) > 10
    assert [call for call in calls if call.mutating] == []
    assert (answer.code, answer.json["verdict"]) == (0, "nothing-to-do")


def test_bootstrap_again_changes_nothing(steady: Project) -> None:
    answer = steady.run("bootstrap", "--yes", "--format", "json")

    assert (answer.code, answer.json["verdict"]) == (0, "nothing-to-do")


def test_a_release_touches_the_standby_first_and_never_infra(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")

    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert answer.json["release"] != before
    ended = [one["step"] for one in events(deployed, "deploy") if one["kind"] == "step_succeeded"]
    updates = [step for step in ended if step.startswith(("update:", "gate:"))]
    assert updates == [
        "update:compute:us-west-2",
        f"gate:{ACCOUNT}:us-west-2",
        "update:compute:us-east-1",
        f"gate:{ACCOUNT}:us-east-1",
    ]
    assert {ask(deployed, region)[1]["release"] for region in ("us-east-1", "us-west-2")} == {answer.json["release"]}


def test_plan_exit_code_says_that_changes_are_pending(deployed: Project) -> None:
    unchanged = deployed.run("plan", "--exit-code")
    deployed.configure("memory: 256", "memory: 512")
    changed = deployed.run("plan", "--exit-code")

    assert (unchanged.code, changed.code) == (0, 2)
    assert "Nothing will change" in unchanged.out
    assert "Properties.MemorySize" in changed.out


def test_a_reviewed_plan_is_carried_out_while_it_holds(deployed: Project) -> None:
    deployed.release("two")
    deployed.run("plan", "--out", "plan.json")

    answer = deployed.run("deploy", "--plan", "plan.json", "--yes")
    again = deployed.run("deploy", "--plan", "plan.json", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert (again.code, again.json["verdict"]) == (0, "nothing-to-do")


def test_a_stale_plan_is_refused_and_says_what_moved(deployed: Project) -> None:
    deployed.release("two")
    deployed.run("plan", "--out", "plan.json")
    deployed.release("three")

    answer = deployed.run("deploy", "--plan", "plan.json", "--yes")

    assert answer.code == 3
    assert "code app" in answer.err
    assert "plan again" in answer.err
    assert ask(deployed, "us-east-1")[0] == 200


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense", '{"format": 2}', '{"format": 1, "basis": 5}'])
def test_what_is_no_plan_is_refused(steady: Project, text: str) -> None:
    (steady.folder / "plan.json").write_text(text)

    answer = steady.run("deploy", "--plan", "plan.json", "--yes")

    assert answer.code == 64
    assert "Traceback" not in answer.err


def test_without_a_terminal_and_without_yes_nothing_is_done(project: Project) -> None:
    answer = project.run("bootstrap")

    assert answer.code == 3
    assert "--yes" in answer.err
    assert stack_set_names(project) == set()


def test_deploying_before_bootstrap_is_refused_with_the_next_command(project: Project) -> None:
    zone = project.run("deploy", "--yes")

    assert zone.code == 3
    assert "orchestrator bootstrap" in zone.err


def test_a_failed_instance_is_named_and_the_primary_is_left_alone(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")
    reason = "Resource handler returned message: The role defined for the function cannot be assumed"

    with deployed.embedded.fault(kind="instance_fail", account=ACCOUNT, region="us-west-2", reason=reason):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    statuses = {step["id"]: step for step in answer.json["steps"]}
    assert answer.code == 1
    assert answer.json["verdict"] == "failed"
    assert reason in statuses["update:compute:us-west-2"]["reason"]
    assert ACCOUNT in statuses["update:compute:us-west-2"]["reason"]
    assert statuses["update:compute:us-east-1"]["status"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_after_a_failure_deploying_again_finishes_the_work(deployed: Project) -> None:
    deployed.release("two")
    with deployed.embedded.fault(kind="instance_fail", account=ACCOUNT, region="us-west-2", reason="no capacity"):
        deployed.run("deploy", "--yes")

    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert {ask(deployed, region)[1]["release"] for region in ("us-east-1", "us-west-2")} == {answer.json["release"]}


def test_a_replication_that_failed_is_put_again_once_and_the_deployment_converges(deployed: Project) -> None:
    deployed.release("two")

    with deployed.embedded.fault(kind="replication_fail", region="us-east-1", count=1):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert any("put again" in one["detail"] for one in events(deployed, "deploy"))
    assert deployed.run("plan", "--exit-code").code == 0


def test_a_replica_that_never_arrives_fails_its_region_with_what_to_do(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")
    deployed.configure("replication_deadline: 20", "replication_deadline: 2")

    with deployed.embedded.fault(kind="replication_stall", region="us-east-1"):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    statuses = {step["id"]: step for step in answer.json["steps"]}
    assert answer.code == 1
    assert "not done within 2 s" in statuses["replica:app:us-east-1"]["reason"]
    assert "PENDING" in statuses["replica:app:us-east-1"]["reason"]
    assert statuses["update:compute:us-west-2"]["status"] == "succeeded"
    assert statuses["update:compute:us-east-1"]["status"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_a_recreated_api_domain_moves_its_records_and_the_plan_says_so(deployed: Project) -> None:
    # Not the reference region: its table is retained, and CloudFormation would meet it again.
    old = records(deployed)[("us-east-1.shop.fed.dev.", "")]["AliasTarget"]["DNSName"]
    gateway = deployed.embedded.client("cloudformation")
    for layer in ("compute", "infra"):
        gateway.delete_stack_instances(
            StackSetName=f"shop-production-{layer}", Accounts=[ACCOUNT], Regions=["us-east-1"], RetainStacks=False
        )
        _until_idle(gateway, f"shop-production-{layer}")

    plan = deployed.run("plan", "--format", "json").json
    answer = deployed.run("deploy", "--yes")

    moving = {one["id"]: one for one in plan["changes"] if one["kind"] == "record" and one["action"] == "update"}
    assert set(moving) == {
        "record:us-east-1.shop.fed.dev:A",
        "record:shop.fed.dev:A:shop-production-us-east-1",
    }
    assert all("new target" in one["reason"] for one in moving.values())
    assert answer.code == 0, answer.err
    assert records(deployed)[("us-east-1.shop.fed.dev.", "")]["AliasTarget"]["DNSName"] != old


def test_status_shows_a_silent_region_as_unreachable_and_the_rest_as_it_is(steady: Project) -> None:
    with steady.embedded.fault(kind="outage", region="us-east-1", plane="control"):
        answer = steady.run("status", "--format", "json")

    regions = answer.json["regions"]
    assert answer.code == 0
    assert (regions["us-east-1"]["reachable"], regions["us-west-2"]["reachable"]) == (False, True)
    assert regions["us-west-2"]["instances"]["current"] == 2
    assert regions["us-west-2"]["release"] != ""


def test_destroy_removes_what_was_made_and_nothing_else(deployed: Project) -> None:
    route53 = deployed.embedded.client("route53", "us-east-1")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    foreign = {"Name": "www.fed.dev", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": foreign}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)

    answer = deployed.run("destroy", "--yes")

    assert answer.code == 0, answer.err
    assert {name for name, _ in records(deployed)} == {"www.fed.dev."}
    assert route53.list_health_checks()["HealthChecks"] == []
    assert stack_set_names(deployed) == {"shop-production-control"}
    assert "destroy --artifacts" in answer.err


def test_destroy_with_artifacts_leaves_no_bucket_and_no_role(deployed: Project) -> None:
    answer = deployed.run("destroy", "--artifacts", "--yes")

    assert answer.code == 0, answer.err
    assert stack_set_names(deployed) == set()
    assert deployed.embedded.client("s3").list_buckets()["Buckets"] == []
    for account in ("000000000000", ACCOUNT):
        roles = deployed.embedded.client("iam", account=account).list_roles()["Roles"]
        assert [role["RoleName"] for role in roles if role["RoleName"].startswith("shop-")] == []


def test_the_templates_are_the_same_bytes_every_time(project: Project) -> None:
    first, second = project.run("synth", "--out", "one"), project.run("synth", "--out", "two")

    assert (first.code, second.code) == (0, 0)
    names = sorted(file.name for file in Path(project.folder / "one").iterdir())
    assert names == ["compute.json", "control.json", "infra.json"]
    for name in names:
        assert (project.folder / "one" / name).read_bytes() == (project.folder / "two" / name).read_bytes()


def _until_idle(gateway: Any, stack_set: str) -> None:
    import time

    for _ in range(100):
        operations = gateway.list_stack_set_operations(StackSetName=stack_set)["Summaries"]
        if all(one["Status"] not in ("RUNNING", "QUEUED", "STOPPING") for one in operations):
            return
        time.sleep(0.1)
    raise AssertionError(f"{stack_set} stays busy")


def test_a_release_that_fails_its_gate_never_reaches_the_primary_however_often_it_is_tried(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.configure("gate_deadline: 15", "gate_deadline: 2")
    (deployed.folder / "app" / "app.py").write_text("def handler(event, context):\n    raise RuntimeError('broken')\n")

    first = deployed.run("deploy", "--yes", "--format", "json")
    second = deployed.run("deploy", "--yes", "--format", "json")

    assert (first.code, second.code) == (1, 1)
    for answer in (first, second):
        statuses = {step["id"]: step["status"] for step in answer.json["steps"]}
        assert statuses[f"gate:{ACCOUNT}:us-west-2"] == "failed"
        assert statuses["update:compute:us-east-1"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_verbose_logs_every_request_and_a_plan_only_reads(steady: Project) -> None:
    answer = steady.run("plan", "--verbose", "--log-format", "json")

    logged = [json.loads(line) for line in answer.err.splitlines()]
    requests = [line for line in logged if line["event"] == "aws_request"]
    assert answer.code == 0
    assert {"DescribeStackSet", "ListResourceRecordSets", "HeadObject"} <= {one["operation"] for one in requests}
    assert not any(one["mutating"] for one in requests)
