"""Alarms that a deployment or a gate waits for, held against those that there will be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.analysis import analyse
from orchestrator.core.gates import Gates
from orchestrator.core.plan import Severity
from tests.core.analysis.templates import Json, environment, resource, template, topology

P = "sample-production"
ALARM = resource("CloudWatch::Alarm", {"AlarmName": f"{P}-app-errors"})
REGION = resource("CloudWatch::CompositeAlarm", {"AlarmName": f"{P}-compute-region", "AlarmRule": "TRUE"})
TOPIC = resource("SNS::Topic")


def group(name: str) -> Json:
    return resource("CodeDeploy::DeploymentGroup", {"AlarmConfiguration": {"Alarms": [{"Name": name}]}})


def service(name: str) -> Json:
    return resource("ECS::Service", {"DeploymentConfiguration": {"Alarms": {"AlarmNames": [name]}}})


def composite(name: str) -> Json:
    return resource(
        "CloudWatch::CompositeAlarm", {"AlarmName": "x", "AlarmRule": f'ALARM("{name}") AND NOT OK({name})'}
    )


def missing(compute: Json, *gates: str, infra: Json | None = None, **sections: object) -> list[tuple[str, str]]:
    """Where and what."""
    bodies = {"infra": template(infra or {"Topic": TOPIC}), "compute": template(compute, **sections)}
    given = replace(topology(), gates=Gates(alarms=gates))
    findings = [one for one in analyse(given, environment(), bodies) if one.rule == "alarm-missing"]
    assert all(one.severity is Severity.ERROR for one in findings)
    return [(one.where, one.message) for one in findings]


@pytest.mark.parametrize(
    ("waiting", "path"),
    [
        (group, "AlarmConfiguration.Alarms.0.Name"),
        (service, "DeploymentConfiguration.Alarms.AlarmNames.0"),
        (composite, "AlarmRule"),
    ],
)
def test_what_a_resource_waits_for_must_be_an_alarm_of_a_template(waiting: object, path: str) -> None:
    assert callable(waiting)
    [(where, message)] = missing({"Alarm": ALARM, "One": waiting(f"{P}-app-erors")})

    assert where == f"compute: Resources.One.Properties.{path}"
    assert f"there is no alarm {P}-app-erors; the nearest is {P}-app-errors" in message
    assert missing({"Alarm": ALARM, "One": waiting(f"{P}-app-errors")}) == []
    assert missing({"One": waiting(f"{P}-app-errors")}, infra={"Alarm": ALARM}) == []
    assert missing({"One": waiting("elsewhere")}) == []


def test_a_gate_waits_for_alarms_of_either_layer() -> None:
    [(where, message)] = missing({"Topic": TOPIC}, "elsewhere", f"{P}-compute-region")

    assert where == "regions.yaml: gates.alarms.1"
    assert f"there is no alarm {P}-compute-region)" in message
    assert missing({"Region": REGION}, f"{P}-compute-region") == []


@pytest.mark.parametrize(
    "name",
    [
        "other-production-compute-region",
        f"arn:aws:cloudwatch:us-east-1:111111111111:alarm:{P}-compute-region",
        f"{P}-evacuate-us-east-1",
    ],
)
def test_a_gate_may_wait_for_alarms_that_others_make(name: str) -> None:
    assert missing({"Topic": TOPIC}, name) == []


@pytest.mark.parametrize("name", [{"Ref": "Name"}, {"Fn::Sub": f"{P}-${{Which}}-errors"}])
def test_an_alarm_whose_name_only_cloudformation_knows_may_be_the_one(name: object) -> None:
    assert missing({"Alarm": resource("CloudWatch::Alarm", {"AlarmName": name}), "One": group(f"{P}-a-errors")}) == []


def test_nothing_is_said_of_what_cannot_be_read() -> None:
    assert missing({"One": group(f"{P}-x")}, infra={"Nested": resource("CloudFormation::Stack")}) == []
    assert missing({"One": group(f"{P}-x")}, Transform="AWS::LanguageExtensions") == []
    assert analyse(topology(), environment(), {"compute": template({"One": group(f"{P}-x")})}) == ()
