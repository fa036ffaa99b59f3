"""Replicas of a global table: what CloudFormation cannot do in one update is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.plan import Plan, Severity
from tests.core.landed import NOTHING, landed, plan
from tests.sample_world import Sample, infra_body, topology

EAST, WEST, EU = "us-east-1", "us-west-2", "eu-west-1"


def body(*regions: object, protected: bool = False, kind: str = "AWS::DynamoDB::GlobalTable") -> str:
    """The sample's infra template with a table of these replicas."""
    template = json.loads(infra_body())
    replicas = [{"Region": one, "DeletionProtectionEnabled": protected} for one in regions]
    template["Resources"]["Table"] = {
        "Type": kind,
        "Condition": "Here",
        "Properties": {"Replicas": replicas},
    }
    template["Conditions"] = {"Here": {"Fn::Equals": [{"Ref": "ReferenceRegion"}, "true"]}}
    return json.dumps(template)


def moved(before: str, after: str) -> Plan:
    """The plan of a change of infra's template."""
    sample = Sample(topology(), infra=before)
    return plan(sample.edited(infra=after), landed(sample))


def messages(made: Plan) -> list[str]:
    return [one.message for one in made.findings if one.rule == "table-replicas" and one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (body(EAST, WEST), body(EAST, WEST, EU)),
        (body(EAST, WEST, EU), body(EAST, WEST)),
        (body(EAST, WEST), body(EAST, WEST, protected=True)),
        (body(EAST), body(EAST, WEST, EU, kind="AWS::DynamoDB::Table")),
        (body(EAST, {"Ref": "Somewhere"}, {"Ref": "Else"}), body(EAST)),
        (infra_body(), body(EAST, WEST)),
        (json.dumps({"Resources": {"Table": {"Type": "AWS::DynamoDB::GlobalTable"}}}), body(EAST)),
    ],
)
def test_what_cloudformation_can_do_is_planned(before: str, after: str) -> None:
    assert messages(moved(before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "regions"),
    [
        (body(EAST), body(EAST, WEST, EU), "eu-west-1, us-west-2"),
        (body(EAST, WEST), body(EAST, EU), "eu-west-1, us-west-2"),
    ],
)
def test_more_than_one_replica_at_once_is_refused(before: str, after: str, regions: str) -> None:
    made = moved(before, after)

    assert messages(made) == [
        f"replicas in {regions} come or go at once; CloudFormation adds or removes one per update"
    ]
    assert made.steps == ()


def test_a_protected_replica_is_not_removed() -> None:
    made = moved(body(EAST, WEST, protected=True), body(EAST, protected=True))

    assert messages(made) == ["its replica in us-west-2 goes, and is protected from deletion"]
    assert made.steps == ()


def test_a_first_deployment_makes_as_many_replicas_as_wanted() -> None:
    sample = Sample(topology(), infra=body(EAST, WEST, EU))
    control = tuple(one for one in landed(sample).stack_sets if one.name.endswith("-control"))

    made = plan(sample, replace(NOTHING, stack_sets=control))

    assert messages(made) == []
    assert "create:infra" in {step.id for step in made.steps}
