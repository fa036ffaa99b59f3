"""Alarms of templates that the emulator's CloudFormation does not know: metric math, and alarms over alarms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.embedded import Embedded
from tests.servers import eventually

REGION, ACCOUNT = "eu-west-1", "333333333333"
ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
METRIC = {"Namespace": "shop", "MetricName": "Lost"}
JUDGED = {
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "EvaluationPeriods": 1,
    "TreatMissingData": "notBreaching",
}


def math(expression: str) -> list[dict[str, Any]]:
    stat = {"MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
    return [{"Id": "lost", **stat}, {"Id": "value", "Expression": expression}]


class Stack:
    """A stack of alarms, by logical id and properties; those with a rule are over the others."""

    def __init__(self, embedded: Embedded, name: str) -> None:
        self.api = embedded.client("cloudformation", REGION, ACCOUNT)
        self.cloudwatch = embedded.client("cloudwatch", REGION, ACCOUNT)
        self.name = name

    def put(self, **alarms: dict[str, Any]) -> str:
        resources = {
            title: {
                "Type": COMPOSITE if "AlarmRule" in one else ALARM,
                "Properties": {"AlarmName": f"{self.name}-{title}", **({} if "AlarmRule" in one else JUDGED), **one},
                **({"DependsOn": [other for other in alarms if other != title]} if "AlarmRule" in one else {}),
            }
            for title, one in alarms.items()
        }
        known = {one["StackName"] for one in self.api.describe_stacks()["Stacks"]}
        act = self.api.update_stack if self.name in known else self.api.create_stack
        act(StackName=self.name, TemplateBody=json.dumps({"Resources": resources}))
        assert eventually(lambda: not self._status().endswith("IN_PROGRESS"))
        return self._status()

    def _status(self) -> str:
        return str(self.api.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"])

    def measure(self, value: float) -> None:
        self.cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "Lost", "Value": value}])

    def states(self) -> dict[str, str]:
        found = self.cloudwatch.describe_alarms(AlarmNamePrefix=self.name, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        alarms = (*found["MetricAlarms"], *found["CompositeAlarms"])
        return {one["AlarmName"].removeprefix(f"{self.name}-"): one["StateValue"] for one in alarms}


def test_metric_math_is_judged_and_moves_the_alarm_over_it(fast: Embedded) -> None:
    stack = Stack(fast, "math")
    made = stack.put(
        Share={"Metrics": math("100 * lost / 4"), "Threshold": 50},
        Region={"AlarmRule": 'ALARM("math-Share")'},
    )
    quiet = eventually(lambda: stack.states() == {"Share": "OK", "Region": "OK"})
    stack.measure(2)

    assert (made, quiet) == ("CREATE_COMPLETE", True)
    assert eventually(lambda: stack.states() == {"Share": "ALARM", "Region": "ALARM"})


def test_an_alarm_can_change_between_a_metric_and_metric_math_and_be_taken_out_of_the_rule(fast: Embedded) -> None:
    stack = Stack(fast, "turn")
    rule = 'ALARM("turn-One") OR ALARM("turn-Two")'
    plain = {**METRIC, "Period": 60, "Statistic": "Sum", "Threshold": 1e9}
    first = stack.put(One=plain, Two={"Metrics": math("lost"), "Threshold": 1e9}, Region={"AlarmRule": rule})
    turned = stack.put(One={"Metrics": math("lost"), "Threshold": 1e9}, Two=plain, Region={"AlarmRule": rule})
    fewer = stack.put(One=plain, Region={"AlarmRule": 'ALARM("turn-One")'})

    assert (first, turned, fewer) == ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE")
    assert set(stack.states()) == {"One", "Region"}


def test_a_rule_about_an_alarm_that_does_not_exist_fails_in_the_words_of_cloudwatch(fast: Embedded) -> None:
    stack = Stack(fast, "nobody")
    status = stack.put(Region={"AlarmRule": 'ALARM("nobody-Else")'})
    events = stack.api.describe_stack_events(StackName="nobody")["StackEvents"]

    assert status == "ROLLBACK_COMPLETE"
    assert any("in the alarm rule do not exist" in one.get("ResourceStatusReason", "") for one in events)


@pytest.mark.parametrize("expression", ["ANOMALY_DETECTION_BAND(lost, 3)", "RATE(lost)"])
def test_what_cannot_be_judged_is_told_as_skipped(fast: Embedded, expression: str) -> None:
    stack = Stack(fast, f"skipped{len(expression)}")
    status = stack.put(Band={"Metrics": math(expression), "Threshold": 1})
    skipped = [one["stack"] for one in fast.admin("GET", "skipped") if one["type"] == ALARM]

    assert status == "CREATE_COMPLETE"
    assert stack.name in skipped
