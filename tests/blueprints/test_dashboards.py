"""Dashboards in layers, and canaries as users."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestrator.synth import lint
from tests.blueprints.container_samples import IMAGE
from tests.blueprints.templates import at, body, synthesized
from tests.blueprints.test_monitoring import alarms
from tests.blueprints.watched import WATCHED_COMPUTE

P = "sample-production"


def widgets(title: str, **options: Any) -> list[dict[str, Any]]:
    text = at(body("compute", **options), f"Resources/{title}/Properties/DashboardBody/Fn::Sub")
    found: list[dict[str, Any]] = json.loads(text)["widgets"]
    return found


def shown(found: list[dict[str, Any]]) -> list[str]:
    """Titles of rows and graphs, from top to bottom."""
    return [one["properties"].get("markdown") or one["properties"]["title"] for one in found]


def graph(found: list[dict[str, Any]], title: str) -> list[list[Any]]:
    lines: list[list[Any]] = next(one for one in found if one["properties"].get("title") == title)["properties"][
        "metrics"
    ]
    return lines


def test_a_regions_dashboard_goes_from_what_users_meet_down_to_the_data() -> None:
    rows = [one for one in shown(widgets("Dashboard", **WATCHED_COMPUTE)) if one.startswith("## ")]

    assert rows == ["## Front door", "## Functions", "## Queues and workflows", "## Data"]


def test_what_is_not_there_is_not_shown() -> None:
    assert shown(widgets("Dashboard", monitoring={"dashboard": True})) == [
        *("Alarms", "## Front door", "Requests", "Answers 4xx and 5xx", "Latency, ms"),
        *("## Functions", "Calls", "Errors", "Duration p99, ms", "Throttles", "Running at once"),
        *("## Data", "Consumed, reads", "Consumed, writes", "Throttled", "Replication, ms"),
    ]


def test_services_in_containers_are_shown_with_what_they_work_with() -> None:
    web = {"image": IMAGE, "uses": {"tables": ["links"]}}
    options = {"entry": "service", "services": {"web": web}, "monitoring": {"dashboard": True}}

    rows = [one for one in shown(widgets("Dashboard", **options)) if one.startswith("## ")]

    assert rows == ["## Front door", "## Services", "## Data"]


def test_nothing_lies_on_anything_else() -> None:
    found = widgets("Dashboard", **WATCHED_COMPUTE)
    places = [
        (x, y)
        for one in found
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]

    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24


def test_alarms_are_on_top_and_are_all_there() -> None:
    first = widgets("Dashboard", monitoring={"dashboard": True})[0]

    assert (first["type"], first["y"]) == ("alarm", 0)
    assert first["properties"]["alarms"] == [
        f"${{Alarm{name}.Arn}}" for name in ("AppErrorRate", "AppThrottles", "AppDuration", "Api5xx", "ApiLatency")
    ]


@pytest.mark.parametrize(
    "metric",
    [
        "ProvisionedConcurrencyUtilization",
        "ProvisionedConcurrentExecutions",
        "ProvisionedConcurrencyInvocations",
        "ProvisionedConcurrencySpilloverInvocations",
    ],
)
def test_warm_functions_are_shown_at_their_alias(metric: str) -> None:
    lines = graph(widgets("Dashboard", **WATCHED_COMPUTE), metric)

    assert [line[:6] for line in lines] == [
        ["AWS/Lambda", metric, "FunctionName", f"{P}-front", "Resource", f"{P}-front:live"]
    ]


def test_the_api_is_named_by_a_reference_that_cloudformation_fills_in() -> None:
    lines = graph(widgets("Dashboard", monitoring={"dashboard": True}), "Requests")

    assert lines[0][:6] == ["AWS/ApiGateway", "Count", "ApiId", "${Api}", "Stage", "$default"]


def test_each_regions_dashboard_has_a_name_of_its_own_for_names_are_the_accounts() -> None:
    template = body("compute", monitoring={"dashboard": True})

    assert at(template, "Resources/Dashboard/Properties/DashboardName") == {"Fn::Sub": f"{P}-${{AWS::Region}}"}
    assert at(template, "Resources/AllRegionsDashboard/Properties/DashboardName") == P
    assert at(template, "Resources/AllRegionsDashboard/Condition") == "IsReferenceRegion"


def test_the_dashboard_of_all_regions_has_a_line_for_each() -> None:
    lines = graph(widgets("AllRegionsDashboard", **WATCHED_COMPUTE), "Canaries, % good")

    assert [(line[-1]["region"], line[3]) for line in lines] == [
        ("us-east-1", f"{P}-regional"),
        ("us-east-1", f"{P}-shared"),
        ("us-west-2", f"{P}-regional"),
        ("us-west-2", f"{P}-shared"),
    ]


def test_no_region_is_said_to_replicate_to_itself() -> None:
    lines = graph(widgets("AllRegionsDashboard", monitoring={"dashboard": True}), "Replication, ms")

    assert [(line[-1]["region"], line[5]) for line in lines] == [
        ("us-east-1", "us-west-2"),
        ("us-west-2", "us-east-1"),
    ]


def test_there_is_no_dashboard_of_all_regions_before_there_is_anything_in_them() -> None:
    template = synthesized("compute", entry="service", waiting=True, monitoring={"dashboard": True})

    assert "AllRegionsDashboard" not in json.loads(template.body)["Resources"]
    assert lint([template], ["us-west-2"]) == ()


def canary(name: str, **options: Any) -> dict[str, Any]:
    given = {"bucket": "uploads", **options}
    found: dict[str, Any] = at(body("compute", monitoring={"canaries": given}), f"Resources/Canary{name}/Properties")
    return found


@pytest.mark.parametrize(
    ("name", "options", "path", "expected"),
    [
        ("Shared", {}, "RunConfig/EnvironmentVariables/ADDRESS", "https://sample.fed.dev/health"),
        (
            "Regional",
            {"path": "/"},
            "RunConfig/EnvironmentVariables/ADDRESS",
            {"Fn::Sub": "https://${AWS::Region}.sample.fed.dev/"},
        ),
        (
            "Shared",
            {},
            "ArtifactS3Location",
            {"Fn::Sub": f"s3://{P}-uploads-${{AWS::AccountId}}-${{AWS::Region}}/canaries/shared"},
        ),
        ("Shared", {}, "Schedule/Expression", "rate(5 minutes)"),
        ("Shared", {"every": 1}, "Schedule/Expression", "rate(1 minute)"),
        ("Shared", {"every": 60}, "Schedule/Expression", "rate(1 hour)"),
        ("Shared", {"runtime": "syn-nodejs-puppeteer-16.0"}, "RuntimeVersion", "syn-nodejs-puppeteer-16.0"),
        ("Shared", {"timeout": 50}, "RunConfig/TimeoutInSeconds", 60),
    ],
)
def test_a_canary_says(name: str, options: dict[str, Any], path: str, expected: object) -> None:
    assert at(canary(name, **options), path) == expected


def test_a_canary_says_who_it_is_since_web_acls_refuse_who_does_not() -> None:
    script = canary("Shared")["Code"]["Script"]

    assert "headers: {'User-Agent': 'orchestrator-canary'}" in script
    assert "https.get(process.env.ADDRESS, options," in script


def test_the_role_of_canaries_writes_what_they_leave_behind_and_nothing_else() -> None:
    template = body("compute", monitoring={"canaries": {"bucket": "uploads"}})
    statements = at(template, "Resources/CanaryRole/Properties/Policies/0/PolicyDocument/Statement")

    everywhere = {
        action: one.get("Condition") for one in statements if one["Resource"] == "*" for action in one["Action"]
    }
    assert everywhere == {
        "s3:ListAllMyBuckets": None,
        "cloudwatch:PutMetricData": {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
        "xray:PutTelemetryRecords": None,
        "xray:PutTraceSegments": None,
    }


def test_an_alarm_on_a_canary_looks_as_seldom_as_the_canary_runs() -> None:
    def period(every: int) -> object:
        found = alarms(body("compute", monitoring={"canaries": {"bucket": "uploads", "every": every}}))
        return found["shared-canary"]["Period"]

    assert [period(every) for every in (1, 5, 15, 60)] == [300, 300, 900, 3600]
