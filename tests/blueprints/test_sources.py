"""What calls functions in compute: queues, streams, topics, events and schedules."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.shop import COMPUTE
from tests.blueprints.templates import at, body

PRIMARY_ONLY = {"Fn::If": ["IsPrimaryRegion", True, False]}


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    return body("compute", **COMPUTE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("SourceJobs/Properties/FunctionName", {"Ref": "FunctionWorkerLive"}),
        ("SourceJobs/Properties/BatchSize", 100),
        ("SourceJobs/Properties/MaximumBatchingWindowInSeconds", 5),
        ("SourceJobs/Properties/FunctionResponseTypes", ["ReportBatchItemFailures"]),
        ("SourceJobs/Properties/ScalingConfig", {"MaximumConcurrency": 10}),
        ("SourceJobs/DependsOn", ["FunctionWorkerRole"]),
        (
            "SourceTenants2/Properties/EventSourceArn",
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:sample-production-tenants-2"},
        ),
        ("StreamOrders/Properties/EventSourceArn", {"Fn::GetAtt": ["StreamOrdersArn", "Arn"]}),
        ("StreamOrders/Properties/Enabled", PRIMARY_ONLY),
        ("StreamAudit/Properties/Enabled", True),
        ("StreamOrders/Properties/BisectBatchOnFunctionError", True),
        ("StreamOrders/Properties/MaximumRetryAttempts", 5),
        ("StreamOrders/Properties/MaximumRecordAgeInSeconds", 3600),
        ("StreamOrders/Properties/FilterCriteria/Filters/0/Pattern", '{"eventName":["INSERT"]}'),
        (
            "StreamOrders/Properties/DestinationConfig/OnFailure/Destination",
            {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:sample-production-jobs"},
        ),
        ("StreamOrdersArn/Properties/Name", "sample-production-orders"),
        ("StreamOrdersArn/Properties/Release", {"Ref": "Release"}),
        ("TopicNewsPermission/Properties/FunctionName", {"Ref": "FunctionWorkerLive"}),
        ("TopicNewsPermission/Properties/Principal", "sns.amazonaws.com"),
        ("TopicNewsSubscription/DependsOn", ["TopicNewsPermission"]),
        (
            "TopicNewsSubscription/Properties/RedrivePolicy/deadLetterTargetArn",
            {
                "Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
                "sample-production-news-undelivered"
            },
        ),
        ("RulePlaced/Properties/EventBusName", "sample-production-shop"),
        ("RulePlaced/Properties/Targets/0/Arn", {"Ref": "FunctionWorkerLive"}),
        ("RulePlacedPermission/Properties/SourceArn", {"Fn::GetAtt": ["RulePlaced", "Arn"]}),
        ("RuleBig/Properties/Targets/0/RoleArn", {"Fn::GetAtt": ["RuleBigRole", "Arn"]}),
        ("RuleBig/Properties/Targets/0/RetryPolicy/MaximumRetryAttempts", 3),
        ("ScheduleNightly/Properties/State", {"Fn::If": ["IsPrimaryRegion", "ENABLED", "DISABLED"]}),
        ("ScheduleBeat/Properties/State", "ENABLED"),
        ("ScheduleNightly/Properties/FlexibleTimeWindow", {"MaximumWindowInMinutes": 15, "Mode": "FLEXIBLE"}),
        ("ScheduleBeat/Properties/FlexibleTimeWindow", {"Mode": "OFF"}),
        ("ScheduleNightly/Properties/Target/Input", '{"why":"night"}'),
        ("ScheduleBeat/Properties/Target/Arn", {"Ref": "FunctionFrontLive"}),
        ("ScheduleGroup/Properties/Name", "sample-production"),
        (
            "ScheduleNightlyRole/Properties/AssumeRolePolicyDocument/Statement/0/Condition",
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        ),
    ],
)
def test_a_source_says(shop: dict[str, Any], path: str, expected: object) -> None:
    assert at(shop, f"Resources/{path}") == expected


def test_permissions_are_for_the_alias_and_one_source_each(shop: dict[str, Any]) -> None:
    permissions = [one["Properties"] for one in shop["Resources"].values() if one["Type"] == "AWS::Lambda::Permission"]

    assert len(permissions) == 2
    assert all(one["FunctionName"] == {"Ref": "FunctionWorkerLive"} and "SourceArn" in one for one in permissions)


def test_a_function_may_read_what_calls_it_and_no_other_function_may(shop: dict[str, Any]) -> None:
    def names(function: str) -> set[str]:
        return {one["PolicyName"] for one in at(shop, f"Resources/{function}Role/Properties/Policies")}

    assert names("FunctionWorker") == {"worker", "queue-jobs", "queue-orders", "queue-tenants", "stream-orders"}
    assert names("FunctionFront") == {"front", "stream-audit"}


def test_a_schedule_may_start_one_thing(shop: dict[str, Any]) -> None:
    statements = at(shop, "Resources/ScheduleBeatRole/Properties/Policies/0/PolicyDocument/Statement")

    assert [one["Action"] for one in statements] == [["lambda:InvokeFunction"]]
    assert statements[0]["Resource"]["Fn::Sub"].endswith("function:sample-production-front:live")


def test_all_lookups_share_one_function(shop: dict[str, Any]) -> None:
    functions = [one for one in shop["Resources"].values() if one["Type"] == "AWS::Lambda::Function"]
    tables = at(shop, "Resources/LookupRole/Properties/Policies/0/PolicyDocument/Statement")[1:]

    assert len(functions) == 3
    assert [one["Action"] for one in tables] == [["dynamodb:DescribeTable"]]


def test_without_sources_nothing_is_looked_up_and_nothing_depends_on_the_role() -> None:
    template = body("compute")

    assert "Lookup" not in template["Resources"]
    assert "RegionRole" not in template["Parameters"]


def sources(kind: str, name: str = "a", **options: object) -> dict[str, object]:
    return {"functions": {"f": {}}, "sources": {kind: {name: {"function": "f", **options}}}}


def crowded(reserved: int, **options: object) -> dict[str, object]:
    """A function that two queues call, each twice at once at most; `options` are those of the second."""
    queues = {"a": {"function": "f", "concurrency": 2}, "b": {"function": "f", "concurrency": 2, **options}}
    return {"functions": {"f": {"reserved_concurrency": reserved}, "g": {}}, "sources": {"queues": queues}}


def schedules(**options: object) -> dict[str, object]:
    return {"functions": {"f": {}}, "schedules": {"s": {"expression": "rate(1 hour)", **options}}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sources": {"queues": {"a": {"function": "ap"}}}},
            r"sources\.queues\.a\.function: there is no .*'ap'.*'app'",
        ),
        (sources("queues", batch_size=11), r"sources\.queues\.a\.batch_size: 11 need time"),
        (sources("queues", concurrency=1), r"sources\.queues\.a\.concurrency: 1 is too small"),
        (sources("queues", "a.fifo", batch_size=11), r"sources\.queues\.a\.fifo\.batch_size: 11 from a FIFO"),
        (sources("queues", "a.fifo", window=1), r"sources\.queues\.a\.fifo\.window: a FIFO queue is not waited for"),
        (crowded(3), r"functions\.f\.reserved_concurrency: 3 may run at once, and queues call 4 \(a 2, b 2\)"),
        (
            crowded(7, shards=3),
            r"functions\.f\.reserved_concurrency: 7 may run at once, and queues call 8 \(a 2, b 6\)",
        ),
        (sources("streams", failures="q.fifo"), r"sources\.streams\.a\.failures: Lambda sends what it gives up"),
        (sources("streams"), r"sources\.streams\.a\.failures: is required"),
        (sources("streams", failures="q", regions="some"), r"sources\.streams\.a\.regions: 'some' is not allowed"),
        (sources("streams", failures="q", max_age=5), r"sources\.streams\.a\.max_age: 5 is too small"),
        (sources("topics", "a.fifo"), r"sources\.topics\.a\.fifo: a FIFO topic cannot call a function"),
        (sources("rules", bus="b"), r"sources\.rules\.a\.pattern: is required"),
        (sources("rules", "A", bus="b", pattern={"source": ["x"]}), r"sources\.rules\.A: 'A' is no name"),
        (
            {"sources": {"rules": {"a": {"bus": "b", "pattern": {"x": [1]}}}}},
            r"sources\.rules\.a\.function: one of `function` and `workflow`",
        ),
        (
            {"sources": {"rules": {"a": {"bus": "b", "pattern": {"x": [1]}, "workflow": "w"}}}},
            r"sources\.rules\.a\.workflow: there is no workflow 'w'",
        ),
        (schedules(), r"schedules\.s\.function: one of `function` and `workflow`"),
        (schedules(function="f", workflow="w"), r"schedules\.s\.function: one of"),
        (schedules(function="g"), r"schedules\.s\.function: there is no function 'g'"),
        (schedules(workflow="w"), r"schedules\.s\.workflow: there is no workflow 'w'"),
        (schedules(function="f", expression="daily"), r"schedules\.s\.expression: 'daily' is no schedule"),
        (schedules(function="f", failures="q.fifo"), r"schedules\.s\.failures: schedules cannot send to a FIFO"),
    ],
)
def test_a_source_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)


@pytest.mark.parametrize("options", [crowded(4), crowded(0), crowded(2, function="g"), crowded(2, concurrency=None)])
def test_a_function_may_run_as_often_as_its_queues_call_it_or_be_shut_off(options: dict[str, object]) -> None:
    assert "SourceB" in body("compute", **options)["Resources"]
