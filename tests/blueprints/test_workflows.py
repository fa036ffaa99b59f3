"""Step Functions workflows of compute."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.shop import COMPUTE, DEFINITION
from tests.blueprints.templates import at, body

FULFIL = "WorkflowFulfil/Properties"


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    return body("compute", **COMPUTE)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{FULFIL}/StateMachineName", "sample-production-fulfil"),
        (f"{FULFIL}/StateMachineType", "STANDARD"),
        ("WorkflowQuick/Properties/StateMachineType", "EXPRESS"),
        (f"{FULFIL}/TracingConfiguration/Enabled", True),
        (f"{FULFIL}/LoggingConfiguration/Level", "ERROR"),
        (f"{FULFIL}/LoggingConfiguration/IncludeExecutionData", False),
        ("WorkflowQuick/Properties/LoggingConfiguration/Level", "ALL"),
        ("WorkflowFulfilLogGroup/Properties/LogGroupName", "/aws/vendedlogs/states/sample-production-fulfil"),
        ("WorkflowFulfilLogGroup/Properties/RetentionInDays", 30),
        (
            f"{FULFIL}/DefinitionSubstitutions",
            {
                "StatesLambdaInvoke": {"Fn::Sub": "arn:${AWS::Partition}:states:::lambda:invoke"},
                "StatesSnsPublish": {"Fn::Sub": "arn:${AWS::Partition}:states:::sns:publish"},
                "TOPIC_NEWS": {
                    "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:sample-production-news"
                },
                "front": {"Ref": "FunctionFrontLive"},
                "worker": {"Ref": "FunctionWorkerLive"},
            },
        ),
    ],
)
def test_a_workflow_says(shop: dict[str, Any], path: str, expected: object) -> None:
    assert at(shop, f"Resources/{path}") == expected


def test_the_definition_is_as_written_but_for_the_names_of_aws_integrations(shop: dict[str, Any]) -> None:
    written = json.loads(at(shop, f"Resources/{FULFIL}/DefinitionString"))

    assert written["States"]["Work"].pop("Resource") == "${StatesLambdaInvoke}"
    assert written["States"]["Tell"].pop("Resource") == "${StatesSnsPublish}"
    assert written == {
        **DEFINITION,
        "States": {
            name: {key: value for key, value in state.items() if key != "Resource"}
            for name, state in DEFINITION["States"].items()
        },
    }


def test_a_workflow_may_call_what_it_names_and_nothing_else(shop: dict[str, Any]) -> None:
    def resources(workflow: str, action: str) -> list[str]:
        statements = at(shop, f"Resources/{workflow}Role/Properties/Policies/0/PolicyDocument/Statement")
        found = [one["Resource"] for one in statements if action in one["Action"]]
        return [one["Fn::Sub"].rpartition(":function:")[2] for one in (found[0] if found else [])]

    assert resources("WorkflowFulfil", "lambda:InvokeFunction") == [
        "sample-production-front:live",
        "sample-production-worker:live",
    ]
    assert resources("WorkflowQuick", "lambda:InvokeFunction") == []


def workflow(**definition: object) -> dict[str, object]:
    return {"workflows": {"w": {"definition": definition}}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workflows": {"w": None}}, r"workflows\.w\.definition: is required"),
        (workflow(StartAt="A"), r"workflows\.w\.definition: `StartAt` names no state"),
        (workflow(StartAt="A", States={"B": {"Type": "Succeed"}}), r"workflows\.w\.definition: `StartAt` names no"),
        (
            workflow(StartAt="A", States={"A": {"Type": "Task", "Resource": "${ap}", "End": True}}),
            r"workflows\.w\.definition: \$\{ap\} is nothing that the workflow uses; did you mean 'app'\?",
        ),
        (
            workflow(StartAt="A", States={"A": {"Type": "Task", "Resource": "${QUEUE_X}", "End": True}}),
            r"\$\{QUEUE_X\} is nothing that the workflow uses",
        ),
        ({"workflows": {"W": {"definition": {"StartAt": "A", "States": {"A": {}}}}}}, r"workflows\.W: 'W' is no name"),
    ],
)
def test_a_workflow_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
