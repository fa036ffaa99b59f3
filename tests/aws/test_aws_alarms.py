"""The user's own alarms, asked by name in a target account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from orchestrator.aws.alarms import AwsAlarms
from orchestrator.aws.sessions import Sessions
from orchestrator.core.baking import AlarmSeen
from orchestrator.core.check_health import AlarmState
from orchestrator.core.errors import AccessDenied

TYPES = ["MetricAlarm", "CompositeAlarm"]
REGION, ACCOUNT = "us-west-2", "222222222222"


@pytest.fixture
def alarms(sessions: Sessions) -> AwsAlarms:
    return AwsAlarms(sessions)


@pytest.fixture
def cloudwatch(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("cloudwatch", REGION, ACCOUNT)


def answers(stub: Stubber, names: list[str], *, metric: tuple[str, ...] = (), composite: tuple[str, ...] = ()) -> None:
    asked = {
        "AlarmNames": names,
        "AlarmTypes": TYPES,
        "StateValue": "ALARM",
        "MaxRecords": 100,
    }
    answer = {
        "MetricAlarms": [{"AlarmName": name} for name in metric],
        "CompositeAlarms": [{"AlarmName": name} for name in composite],
    }
    stub.add_response("describe_alarms", answer, asked)


def test_metric_and_composite_alarms_that_are_on_are_told_in_the_order_asked(
    alarms: AwsAlarms, cloudwatch: Stubber
) -> None:
    answers(cloudwatch, ["errors", "business", "gone"], metric=("errors",), composite=("business",))

    assert alarms.in_alarm(ACCOUNT, REGION, ("errors", "business", "gone")) == ("errors", "business")


def test_a_name_given_twice_is_asked_once(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    answers(cloudwatch, ["errors"], metric=("errors",))

    assert alarms.in_alarm(ACCOUNT, REGION, ("errors", "errors")) == ("errors",)


def test_a_hundred_names_are_asked_at_once(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    names = [f"alarm-{number}" for number in range(150)]
    answers(cloudwatch, names[:100], metric=("alarm-7",))
    answers(cloudwatch, names[100:], metric=("alarm-149",))

    assert alarms.in_alarm(ACCOUNT, REGION, names) == ("alarm-7", "alarm-149")


def test_without_names_nobody_is_asked(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    assert alarms.in_alarm(ACCOUNT, REGION, ()) == ()


def test_names_that_no_alarm_has_are_missing_whatever_the_others_say(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    asked = {"AlarmNames": ["gone", "errors", "business"], "AlarmTypes": TYPES, "MaxRecords": 100}
    there = {"MetricAlarms": [{"AlarmName": "errors"}], "CompositeAlarms": [{"AlarmName": "business"}]}
    cloudwatch.add_response("describe_alarms", there, asked)

    assert alarms.missing(ACCOUNT, REGION, ("gone", "errors", "business")) == ("gone",)


def test_each_alarm_is_told_with_its_state_and_since_when_it_has_it(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    names = ["errors", "gone", "slow", "business", "odd"]
    first, second = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    metric = [
        {
            "AlarmName": "errors",
            "StateValue": "OK",
            "StateTransitionedTimestamp": first,
            "StateUpdatedTimestamp": second,
        },
        {"AlarmName": "slow", "StateValue": "INSUFFICIENT_DATA", "StateUpdatedTimestamp": second},
        {"AlarmName": "odd", "StateValue": "SLEEPING"},
    ]
    composite = [{"AlarmName": "business", "StateValue": "ALARM", "StateTransitionedTimestamp": first}]
    asked = {"AlarmNames": names, "AlarmTypes": TYPES, "MaxRecords": 100}
    cloudwatch.add_response("describe_alarms", {"MetricAlarms": metric, "CompositeAlarms": composite}, asked)

    assert alarms.states(ACCOUNT, REGION, names) == {
        "errors": AlarmSeen(AlarmState.OK, str(first)),
        "slow": AlarmSeen(AlarmState.INSUFFICIENT_DATA, str(second)),
        "odd": AlarmSeen(AlarmState.INSUFFICIENT_DATA, ""),
        "business": AlarmSeen(AlarmState.ALARM, str(first)),
    }


def test_a_denied_account_is_not_a_quiet_one(alarms: AwsAlarms, cloudwatch: Stubber) -> None:
    cloudwatch.add_client_error("describe_alarms", "AccessDenied", "no", 403)

    with pytest.raises(AccessDenied):
        alarms.in_alarm(ACCOUNT, REGION, ("errors",))
