"""From source to two regions over real HTTP: what each verb does to the embedded AWS, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import Settings, undertake
from tests.e2e.asking import ask, records, stack_set_names
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator


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
    assert "orchestrator --local bootstrap" in zone.err


def test_status_shows_a_silent_region_as_unreachable_and_the_rest_as_it_is(steady: Project) -> None:
    with steady.embedded.fault(kind="outage", region="us-east-1", plane="control"):
        answer = steady.run("status", "--format", "json")

    regions = answer.json["regions"]
    assert answer.code == 0
    assert (regions["us-east-1"]["reachable"], regions["us-west-2"]["reachable"]) == (False, True)
    assert regions["us-west-2"]["instances"]["current"] == 2
    assert regions["us-west-2"]["release"] != ""


def test_the_templates_are_the_same_bytes_every_time(project: Project) -> None:
    first, second = project.run("synth", "--out", "one"), project.run("synth", "--out", "two")

    assert (first.code, second.code) == (0, 0)
    names = sorted(file.name for file in Path(project.folder / "one").iterdir())
    assert names == ["compute.json", "control.json", "infra.json"]
    for name in names:
        assert (project.folder / "one" / name).read_bytes() == (project.folder / "two" / name).read_bytes()


def test_verbose_logs_every_request_and_a_plan_only_reads(steady: Project) -> None:
    answer = steady.run("plan", "--verbose", "--log-format", "json")

    logged = [json.loads(line) for line in answer.err.splitlines()]
    requests = [line for line in logged if line["event"] == "aws_request"]
    assert answer.code == 0
    assert {"DescribeStackSet", "ListResourceRecordSets", "HeadObject"} <= {one["operation"] for one in requests}
    assert not any(one["mutating"] for one in requests)
