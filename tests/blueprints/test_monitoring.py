"""Alarms of both layers: which there are, what they measure, what can be said otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from blueprints.monitoring.containers import WatchedService, service_watches
from blueprints.monitoring.kinds import KINDS, Kind
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.shop import DATABASE
from tests.blueprints.templates import ROOT, at, body
from tests.blueprints.watched import WATCHED_COMPUTE, WATCHED_DATABASE, WATCHED_INFRA

P = "sample-production"


def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The alarms on metrics, by their names without the prefix."""
    found = (one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm")
    return {one["AlarmName"].removeprefix(f"{P}-"): one for one in found}


def compute(**monitoring: Any) -> dict[str, dict[str, Any]]:
    return alarms(body("compute", functions={"orders": {}, "mails": {}}, monitoring=monitoring))


def read(alarm: dict[str, Any]) -> list[str]:
    """The metrics that an alarm reads."""
    stats = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
    return [one["MetricName"] for one in stats or [alarm]]


def test_no_function_and_no_api_is_without_alarms() -> None:
    of_function = {"error-rate", "throttles", "duration"}

    assert set(compute()) == {
        *(f"{name}-{kind}" for name in ("orders", "mails") for kind in of_function),
        "api-5xx",
        "api-latency",
    }


def test_no_block_of_compute_is_without_alarms() -> None:
    assert set(alarms(body("compute", **{**WATCHED_COMPUTE, "monitoring": {}}))) >= {
        *("front-memory-used", "front-concurrency", "front-spillover", "front-dropped-events", "front-iterator-age"),
        *("worker-iterator-age", "api-5xx", "api-latency", "api-blocked", "websocket-message-errors"),
        *("placed-failed-events", "big-failed-events", "fulfil-failed-workflows", "quick-failed-workflows"),
        "schedules-dropped-schedules",
    }


def test_no_block_of_infra_is_without_alarms() -> None:
    found = set(alarms(body("infra", **{**WATCHED_INFRA, "monitoring": {}, **DATABASE})))

    assert found == {
        *("data-table-throttling", "data-replication-us-east-1", "data-replication-us-west-2"),
        *("orders-table-throttling", "orders-replication-us-east-1", "orders-replication-us-west-2"),
        *("jobs-queue-age", "jobs-dead-letters", "jobs-priority-queue-age", "jobs-priority-dead-letters"),
        *("orders.fifo-queue-age", "orders.fifo-dead-letters", "tenants-queue-age", "tenants-dead-letters"),
        # Old messages are set aside there on purpose.
        "jobs-surge-dead-letters",
        *("news-undelivered", "ordered.fifo-undelivered", "shop-undelivered"),
        *("main-database-cpu", "main-database-capacity", "main-database-lag"),
    }


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("front-error-rate", "Metrics/2/Expression", "100 * errors / calls"),
        ("front-error-rate", "Threshold", 5),
        ("front-duration", "ExtendedStatistic", "p99"),
        ("front-duration", "Threshold", 8000),  # 80 % of 10 seconds
        ("worker-duration", "Threshold", 16000),
        ("front-concurrency", "Threshold", 80),  # of 100 reserved
        ("front-memory-used", "Namespace", "LambdaInsights"),
        ("front-spillover", "Dimensions/1/Value", f"{P}-front:live"),
        ("front-iterator-age", "Threshold", 300000),
        ("front-invocations", "ComparisonOperator", "LessThanThreshold"),
        ("api-5xx", "Metrics/0/MetricStat/Metric/MetricName", "5XXError"),
        ("api-5xx", "Metrics/0/MetricStat/Metric/Dimensions/0", {"Name": "ApiName", "Value": P}),
        ("api-5xx", "Metrics/1/MetricStat/Stat", "SampleCount"),
        ("api-blocked", "Dimensions/1/Value", {"Ref": "AWS::Region"}),
        ("fulfil-failed-workflows", "Metrics/2/Expression", "FILL(failed, 0) + FILL(late, 0)"),
        ("schedules-dropped-schedules", "Dimensions", [{"Name": "ScheduleGroup", "Value": P}]),
        ("placed-failed-events", "Dimensions/0/Value", f"{P}-shop"),
        ("regional-canary", "TreatMissingData", "breaching"),
        ("orders-placed-own", "Threshold", 0.5),
    ],
)
def test_an_alarm_of_compute_says(name: str, path: str, expected: object) -> None:
    assert at(alarms(body("compute", **WATCHED_COMPUTE))[name], path) == expected


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("data-replication-us-east-1", "Threshold", 30000),
        ("data-replication-us-east-1", "Dimensions/1", {"Name": "ReceivingRegion", "Value": "us-east-1"}),
        ("data-system-errors", "Metrics/4/Expression", "FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)"),
        ("jobs-dead-letters", "Dimensions/0/Value", f"{P}-jobs-dead"),
        ("tenants-queue-age", "Metrics/3/Expression", "MAX(METRICS())"),
        ("shop-undelivered", "Dimensions/0/Value", f"{P}-shop-undelivered"),
    ],
)
def test_an_alarm_of_infra_says(name: str, path: str, expected: object) -> None:
    assert at(alarms(body("infra", **WATCHED_INFRA))[name], path) == expected


def test_a_database_is_watched_by_its_cluster() -> None:
    found = alarms(body("infra", **WATCHED_DATABASE))

    assert {name: (*read(one), one["Threshold"]) for name, one in found.items() if name.startswith("main")} == {
        "main-database-cpu": ("CPUUtilization", 80),
        "main-database-capacity": ("ACUUtilization", 90),
        "main-database-lag": ("AuroraGlobalDBReplicationLag", 60000),
    }


def test_only_the_primary_region_must_be_called() -> None:
    missing = at(alarms(body("compute", **WATCHED_COMPUTE))["worker-invocations"], "TreatMissingData")

    assert missing == {"Fn::If": ["IsPrimaryRegion", "breaching", "notBreaching"]}


def test_an_idle_region_makes_no_noise() -> None:
    noisy = {name for name, one in alarms(body("compute")).items() if one["TreatMissingData"] != "notBreaching"}

    assert noisy == set()


def test_a_band_is_learnt_and_the_alarm_is_outside_of_it() -> None:
    template = body("compute", functions={"orders": {}}, monitoring={"alarms": {"anomaly": {"enabled": True}}})
    alarm = alarms(template)["orders-anomaly"]

    assert at(template, "Resources/AlarmOrdersAnomalyModel/Properties/MetricName") == "Invocations"
    assert alarm["Metrics"][1]["Expression"] == "ANOMALY_DETECTION_BAND(value, 3)"
    assert (alarm["ThresholdMetricId"], "Threshold" in alarm) == ("band", False)


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ({"duration": {"threshold": 50}}, "orders-duration", {"Threshold": 5000}),
        ({"duration": {"threshold": 50}, "orders-duration": {"threshold": 90}}, "orders-duration", {"Threshold": 9000}),
        ({"duration": {"threshold": 50}, "orders-duration": {"threshold": 90}}, "mails-duration", {"Threshold": 5000}),
        (
            {"throttles": {"period": 300, "periods": 6, "datapoints": 2, "missing": "ignore"}},
            "mails-throttles",
            {"Period": 300, "EvaluationPeriods": 6, "DatapointsToAlarm": 2, "TreatMissingData": "ignore"},
        ),
        ({"throttles": {"periods": 1}}, "mails-throttles", {"EvaluationPeriods": 1, "DatapointsToAlarm": 1}),
    ],
)
def test_an_alarm_or_a_kind_can_say_otherwise(given: dict[str, Any], name: str, expected: dict[str, Any]) -> None:
    alarm = compute(alarms=given)[name]

    assert {key: alarm[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({"throttles": {"enabled": False}}, {"orders-throttles", "mails-throttles"}),
        ({"orders-throttles": {"enabled": False}}, {"orders-throttles"}),
        ({"throttles": {"enabled": False}, "mails-throttles": {"enabled": True}}, {"orders-throttles"}),
    ],
)
def test_an_alarm_or_a_kind_can_be_turned_off(given: dict[str, Any], gone: set[str]) -> None:
    assert set(compute()) - set(compute(alarms=given)) == gone


def test_only_what_is_asked_for_is_there_when_nothing_is_automatic() -> None:
    lost = {"namespace": "shop", "metric": "Lost", "threshold": 0}
    found = compute(automatic=False, alarms={"mails-duration": {"enabled": True}}, metrics={"lost": lost})

    assert {name: one["Threshold"] for name, one in found.items()} == {"mails-duration": 8000, "lost-own": 0}


FUNCTIONS = {f"f{at}": {} for at in range(4)}


@pytest.mark.parametrize(
    ("layer", "options", "expected"),
    [
        ("compute", {"monitoring": {"alarms": {"durations": {}}}}, "monitoring.alarms.durations: there is no alarm"),
        (
            "compute",
            {"monitoring": {"alarms": {"duration": {"periods": 2, "datapoints": 3}}}},
            "monitoring.alarms.duration.datapoints: 3 of 2",
        ),
        (
            "compute",
            {"monitoring": {"alarms": {"app-duration": {"datapoints": 11}}}},
            "monitoring.alarms.app-duration.datapoints: 11 of 10",
        ),
        (
            "compute",
            {"monitoring": {"alarms": {"duration": {"period": 900, "periods": 97}}}},
            "monitoring.alarms.duration.periods: 97 times 900",
        ),
        (
            "compute",
            {"functions": FUNCTIONS, "monitoring": {"budget": 13}},
            "monitoring.budget: 14 alarms (1.90 dollars a month) in each region, 13 wanted",
        ),
        (
            "compute",
            {"monitoring": {"metrics": {"a": {"namespace": "n", "metric": "m", "threshold": 1, "statistic": "p"}}}},
            "monitoring.metrics.a.statistic: 'p' is no statistic",
        ),
        (
            "compute",
            {"monitoring": {"canaries": {"bucket": "b", "path": "health", "names": []}}},
            "monitoring.canaries.path: 'health' is no path",
        ),
        (
            "compute",
            {"monitoring": {"metrics": {"A_b": {"namespace": "n", "metric": "m", "threshold": 1}}}},
            "monitoring.metrics.A_b: 'A_b' is no name",
        ),
        ("infra", {"monitoring": {"notify": "each"}}, "monitoring.notify: there is no topic to tell"),
        ("infra", {"alarm_topic": {}}, "alarm_topic: tells nobody"),
        (
            "infra",
            {"alarm_topic": {"elsewhere": True}, "topics": {"alarms": {}}},
            "topics.alarms: is the name of the topic of alarms",
        ),
        ("infra", {"alarm_topic": {"emails": ["me"]}}, "alarm_topic.emails[0]: 'me' is no address"),
        ("infra", {"alarm_topic": {"webhooks": ["http://a"]}}, "alarm_topic.webhooks[0]: 'http://a' is no address"),
        ("infra", {"monitoring": {"alarms": {"data-replication": {}}}}, "did you mean 'replication'?"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(layer: str, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        body(layer, **options)

    assert expected in str(caught.value)


def test_no_kind_ends_like_another_so_that_no_two_alarms_share_a_name() -> None:
    assert not [(one, other) for one in KINDS for other in KINDS if one.endswith(f"-{other}")]


def test_a_table_of_one_region_replicates_nowhere() -> None:
    alone = replace(CONTEXT, regions=("us-west-2",))

    assert set(alarms(body("infra", alone))) == {"data-table-throttling"}


def test_a_service_is_watched_by_names_that_somebody_else_gives() -> None:
    asked = WatchedService(name="shop", cluster="c", service="s", balancer="app/s/1", targets="targetgroup/s/2")
    unasked = WatchedService(name="worker", cluster="c", service="w")

    assert [one.name for one in (*service_watches(asked), *service_watches(unasked))] == [
        *("shop-target-errors", "shop-latency", "shop-unhealthy-hosts", "shop-no-healthy-host"),
        *("shop-missing-tasks", "shop-service-cpu", "shop-service-memory"),
        *("worker-missing-tasks", "worker-service-cpu", "worker-service-memory"),
    ]


def row(kind: Kind) -> str:
    """A kind as the guide has it."""
    words = {"LessThanThreshold": "below", "LessThanLowerOrGreaterThanUpperThreshold": "beyond"}
    window = f"{kind.datapoints} of {kind.periods} × {kind.period} s"
    bad = f"{words.get(kind.comparison, 'from')} {kind.threshold:g} {kind.unit}"
    return f"| `{kind.name}` | {kind.doc} | {bad} | {window} | {kind.missing} | {'on' if kind.enabled else 'off'} |"


def test_the_guide_has_every_kind_with_its_numbers() -> None:
    guide = (ROOT / "docs" / "how-to" / "blocks" / "monitoring.md").read_text("utf-8")

    assert [one for one in guide.splitlines() if one.startswith("| `")] == [row(kind) for kind in KINDS.values()]


def test_the_examples_of_the_guide_can_be_deployed() -> None:
    guide = (ROOT / "docs" / "how-to" / "blocks" / "monitoring.md").read_text("utf-8")
    example = yaml.safe_load(guide.split("```yaml")[1].split("```")[0])

    for layer in ("infra", "compute"):
        assert alarms(body(layer, **example["stack_sets"][layer]["options"]))
