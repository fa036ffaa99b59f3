"""Functions that are kept warm: by the load, by the clock, and less where a region stands by."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.templates import at, body, types

WARM = "Resources/FunctionFrontWarm/Properties"
MORNING = {"at": "cron(0 7 ? * MON-FRI *)", "timezone": "Europe/Berlin", "minimum": 20}


def warm(*, reserved: int | None = None, **provisioned: object) -> dict[str, Any]:
    return body(
        "compute",
        functions={"front": {"provisioned_concurrency": provisioned, "reserved_concurrency": reserved}},
    )


@pytest.mark.parametrize(
    ("options", "path", "expected"),
    [
        ({"minimum": 5}, "ResourceId", "function:sample-production-front:live"),
        ({"minimum": 5}, "ScalableDimension", "lambda:function:ProvisionedConcurrency"),
        ({"minimum": 5}, "MinCapacity", {"Fn::If": ["IsPrimaryRegion", 5, 1]}),
        ({"minimum": 5}, "MaxCapacity", {"Fn::If": ["IsPrimaryRegion", 5, 1]}),
        ({"minimum": 5, "standby": 5}, "MinCapacity", 5),
        ({"minimum": 5, "standby": 0}, "MaxCapacity", {"Fn::If": ["IsPrimaryRegion", 5, 0]}),
        ({"minimum": 5, "maximum": 50}, "MinCapacity", {"Fn::If": ["IsPrimaryRegion", 5, 1]}),
        ({"minimum": 5, "maximum": 50}, "MaxCapacity", 50),
        ({"minimum": 0, "standby": 0}, "MaxCapacity", 0),
    ],
)
def test_a_fixed_number_or_a_range_is_kept_warm(options: dict[str, object], path: str, expected: object) -> None:
    assert at(warm(**options), f"{WARM}/{path}") == expected


def test_the_alias_never_names_a_number_that_a_release_would_set_back() -> None:
    template = warm(minimum=5, maximum=50)

    assert set(at(template, "Resources/FunctionFrontLive/Properties")) == {"FunctionName", "FunctionVersion", "Name"}
    assert at(template, "Resources/FunctionFrontWarm/DependsOn") == ["FunctionFrontLive"]


def test_a_range_follows_the_load_and_a_fixed_number_does_not() -> None:
    ranged, fixed = warm(minimum=5, maximum=50, utilization=0.6), warm(minimum=5)

    policy = at(ranged, "Resources/FunctionFrontWarmByLoad/Properties/TargetTrackingScalingPolicyConfiguration")
    assert policy == {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
        "TargetValue": 0.6,
    }
    assert "AWS::ApplicationAutoScaling::ScalingPolicy" not in types(fixed)


def test_the_clock_changes_the_numbers_where_users_are() -> None:
    template = warm(
        minimum=5, maximum=50, schedules={"morning": MORNING, "night": {**MORNING, "minimum": 1, "standby": True}}
    )

    morning, night = at(template, f"{WARM}/ScheduledActions")

    assert morning["Fn::If"][0] == "IsPrimaryRegion"
    assert morning["Fn::If"][2] == {"Ref": "AWS::NoValue"}
    assert morning["Fn::If"][1] == {
        "ScheduledActionName": "Morning",
        "Schedule": "cron(0 7 ? * MON-FRI *)",
        "Timezone": "Europe/Berlin",
        "ScalableTargetAction": {"MinCapacity": 20},
    }
    assert night["ScalableTargetAction"] == {"MinCapacity": 1}


def test_where_the_number_is_fixed_the_clock_changes_both_limits() -> None:
    action = at(warm(minimum=5, schedules={"morning": {**MORNING, "standby": True}}), f"{WARM}/ScheduledActions/0")

    assert action["ScalableTargetAction"] == {"MinCapacity": 20, "MaxCapacity": 20}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"front\.provisioned_concurrency\.minimum: is required"),
        ({"minimum": 5, "maximum": 4}, r"provisioned_concurrency\.maximum: 4 is less than `minimum`, which is 5"),
        ({"minimum": 1, "maximum": 2, "standby": 3}, r"\.maximum: 2 is less than `standby`, which is 3"),
        ({"minimum": 0, "maximum": 2}, r"\.minimum: 0 never grows"),
        ({"minimum": 1, "maximum": 2, "standby": 0}, r"\.standby: 0 never grows"),
        ({"minimum": 1, "utilization": 0.95}, r"\.utilization: 0\.95 is too large"),
        (
            {"minimum": 1, "schedules": {"x": {"at": "7:00", "minimum": 1}}},
            r"\.schedules\.x\.at: '7:00' is no schedule",
        ),
        ({"minimum": 1, "schedules": {"x": {"at": "rate(1 day)"}}}, r"\.schedules\.x\.minimum: is not given"),
        (
            {"minimum": 1, "schedules": {"x": {"at": "rate(1 day)", "minimum": 3, "maximum": 2}}},
            r"\.schedules\.x\.maximum: 2 is less than the minimum of 3",
        ),
        (
            {"minimum": 1, "schedules": {"x": {"at": "rate(1 day)", "maximum": 2}}},
            r"\.schedules\.x\.maximum: says nothing where the number is fixed",
        ),
        (
            {"minimum": 1, "maximum": 5, "schedules": {"x": {"at": "rate(1 day)", "minimum": 6}}},
            r"\.schedules\.x\.minimum: 6 can meet a maximum of 5",
        ),
        (
            {
                "minimum": 1,
                "maximum": 9,
                "schedules": {"x": {"at": "rate(1 day)", "minimum": 6}, "y": {"at": "rate(1 day)", "maximum": 5}},
            },
            r"\.schedules\.y\.maximum: 5 can meet a minimum of 6",
        ),
        (
            {"reserved": 10, "minimum": 1, "schedules": {"x": {"at": "rate(1 day)", "minimum": 20}}},
            r"front\.provisioned_concurrency: asks for 20 warm ones; no more than 10 may run",
        ),
    ],
)
def test_numbers_that_cannot_be_are_refused_where_they_stand(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        warm(**options)
