"""Who hears of alarms: the alarm of a region, the topic, its key and its subscribers."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.naming import region_alarm_name
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, types

TOPIC = {
    "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:sample-production-alarms",
}
OURS = {
    "Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:sample-production-*",
}


def compute(**monitoring: Any) -> dict[str, Any]:
    return body("compute", monitoring=monitoring)


def actions(template: dict[str, Any], kind: str) -> list[object]:
    found = [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]
    assert all(one.get("AlarmActions") == one.get("OKActions") for one in found)
    return [one.get("AlarmActions") for one in found]


def test_the_alarm_of_a_region_rings_while_any_other_does_and_is_made_after_them() -> None:
    template = compute(region_alarm=True)
    alarm = template["Resources"]["RegionAlarm"]
    others = {name: one for name, one in template["Resources"].items() if one["Type"] == "AWS::CloudWatch::Alarm"}

    assert alarm["Properties"]["AlarmName"] == "sample-production-compute-region"
    assert alarm["Properties"]["AlarmName"] == region_alarm_name(CONTEXT, "compute")
    assert alarm["DependsOn"] == sorted(others)
    names = sorted(one["Properties"]["AlarmName"] for one in others.values())
    assert alarm["Properties"]["AlarmRule"] == " OR ".join(f'ALARM("{name}")' for name in names)


@pytest.mark.parametrize(
    ("notify", "metric", "composite"),
    [("nobody", [None] * 5, []), ("each", [[TOPIC]] * 5, []), ("region", [None] * 5, [[TOPIC]])],
)
def test_people_are_told_of_each_alarm_or_once_for_the_region(notify: str, metric: object, composite: object) -> None:
    template = compute(notify=notify)

    assert actions(template, "AWS::CloudWatch::Alarm") == metric
    assert actions(template, "AWS::CloudWatch::CompositeAlarm") == composite


def test_no_gate_waits_for_canaries_and_they_tell_for_themselves() -> None:
    template = compute(notify="region", canaries={"bucket": "visits"})["Resources"]
    alarms = {name: one for name, one in template.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
    canaries = {name: one for name, one in alarms.items() if name.endswith("Canary")}

    assert len(canaries) == 2
    assert [one["Properties"]["AlarmActions"] for one in canaries.values()] == [[TOPIC]] * 2
    assert not set(canaries) & set(template["RegionAlarm"]["DependsOn"])


def test_without_alarms_there_is_none_of_the_region() -> None:
    kinds = ("error-rate", "throttles", "duration", "5xx", "latency")
    template = compute(region_alarm=True, alarms={kind: {"enabled": False} for kind in kinds})

    assert not [kind for kind in types(template) if kind.startswith("AWS::CloudWatch")]


def test_a_rule_that_cloudwatch_would_refuse_is_told_beforehand() -> None:
    functions = {f"f{at}-{'long' * 16}": {} for at in range(32)}

    with pytest.raises(ConfigurationError, match=r"monitoring\.region_alarm: a rule over 98 alarms has 1\d{4} "):
        body("compute", functions=functions, monitoring={"region_alarm": True})


def test_compute_tells_the_topic_that_infra_makes() -> None:
    assert (
        at(body("infra", alarm_topic={"elsewhere": True}), "Resources/AlarmTopic/Properties/TopicName")
        == "sample-production-alarms"
    )
    assert TOPIC["Fn::Sub"].endswith(":sample-production-alarms")


def test_cloudwatch_may_use_the_key_of_the_topic_for_alarms_of_this_application_only() -> None:
    template = body("infra", alarm_topic={"elsewhere": True})
    statements = at(template, "Resources/Key/Properties/KeyPolicy/Statement")

    assert at(template, "Resources/AlarmTopic/Properties/KmsMasterKeyId") == {"Fn::GetAtt": ["Key", "Arn"]}
    assert statements[-1]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statements[-1]["Condition"] == {"ArnLike": {"aws:SourceArn": OURS}}
    assert statements[:-1] == at(body("infra"), "Resources/Key/Properties/KeyPolicy/Statement")


def test_nobody_but_those_alarms_may_publish() -> None:
    policy = at(
        body("infra", alarm_topic={"elsewhere": True}), "Resources/AlarmTopicPolicy/Properties/PolicyDocument/Statement"
    )

    assert [(one["Effect"], one["Sid"]) for one in policy] == [
        ("Allow", "AlarmsOfThisApplication"),
        ("Deny", "TlsOnly"),
    ]
    assert policy[0]["Condition"] == {"ArnLike": {"aws:SourceArn": OURS}}


def test_taking_a_subscriber_out_leaves_the_others_as_they_are() -> None:
    def subscribers(**topic: list[str]) -> dict[str, Any]:
        resources = body("infra", alarm_topic=topic)["Resources"]
        return {name: one for name, one in resources.items() if one["Type"] == "AWS::SNS::Subscription"}

    hook = "{{resolve:ssm:/alarms/webhook}}"
    both = subscribers(emails=["a@example.com", "b@example.com"], webhooks=[hook])
    fewer = subscribers(emails=["b@example.com"], webhooks=[hook])

    assert len(both) == 3
    assert fewer.items() <= both.items()
    assert {one["Properties"]["Protocol"] for one in fewer.values()} == {"email", "https"}


def test_a_release_waits_for_the_alarms_that_turn_it_back() -> None:
    shifting = {"alarms": ["orders-duration", "compute-region"]}
    template = body(
        "compute",
        functions={"orders": {"shifting": shifting}},
        monitoring={"region_alarm": True},
    )

    assert template["Resources"]["FunctionOrdersRelease"]["DependsOn"] == ["AlarmOrdersDuration", "RegionAlarm"]


@pytest.mark.parametrize(
    ("layer", "options", "message"),
    [
        (
            "infra",
            {"alarm_topic": {"emails": ["ops@example.com"] * 2}},
            r"alarm_topic\.emails\[1\]: .* in the list already",
        ),
        (
            "compute",
            {"monitoring": {"canaries": {"bucket": "visits", "names": ["shared", "shared"]}}},
            r"canaries\.names\[1\]: 'shared' is in the list already, as monitoring\.canaries\.names\[0\]",
        ),
    ],
)
def test_a_list_that_says_something_twice_is_refused_where_it_does(
    layer: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body(layer, **options)
