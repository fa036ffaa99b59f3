"""Several functions: their defaults, their own roles, and what they may do with what infra made."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.templates import at, body

SHOP: dict[str, object] = {
    "memory": 512,
    "environment": {"LEVEL": "info"},
    "functions": {
        "front": {"handler": "front.handler"},
        "worker": {
            "timeout": 300,
            "memory": 1024,
            "environment": {"LEVEL": "debug"},
            "uses": {"queues": ["jobs.fifo"]},
        },
    },
}


def statements(template: dict[str, Any], title: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at(template, f"Resources/{title}Role/Properties/Policies/0/PolicyDocument/Statement")
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("FunctionFront/Properties/FunctionName", "sample-production-front"),
        ("FunctionFront/Properties/Handler", "front.handler"),
        ("FunctionFront/Properties/MemorySize", 512),
        ("FunctionFront/Properties/Environment/Variables/TABLE_NAME", "sample-production-data"),
        ("FunctionWorker/Properties/MemorySize", 1024),
        ("FunctionWorker/Properties/Timeout", 300),
        ("FunctionWorker/Properties/Handler", "app.handler"),
        ("FunctionWorker/Properties/Environment/Variables/LEVEL", "debug"),
        (
            "FunctionWorker/Properties/Environment/Variables/QUEUE_JOBS",
            {
                "Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/sample-production-jobs.fifo",
            },
        ),
        ("ApiIntegration/Properties/IntegrationUri", {"Ref": "FunctionFrontLive"}),
    ],
)
def test_a_function_is_what_it_says_and_otherwise_what_the_layer_says(path: str, expected: object) -> None:
    assert at(body("compute", **SHOP), f"Resources/{path}") == expected


def test_each_function_has_a_role_that_may_do_what_it_uses_and_nothing_else() -> None:
    template = body("compute", **SHOP)

    actions = {action for one in statements(template, "FunctionWorker") for action in one["Action"]}

    assert {action for action in actions if not action.startswith(("logs:", "xray:"))} == {
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:SendMessage",
    }


@pytest.mark.parametrize(
    ("kind", "variable", "action"),
    [
        ("tables", "TABLE_BIG_ORDERS", "dynamodb:PutItem"),
        ("queues", "QUEUE_BIG_ORDERS", "sqs:SendMessage"),
        ("topics", "TOPIC_BIG_ORDERS", "sns:Publish"),
        ("buckets", "BUCKET_BIG_ORDERS", "s3:PutObject"),
        ("buses", "BUS_BIG_ORDERS", "events:PutEvents"),
        ("workflows", "WORKFLOW_BIG_ORDERS", "states:StartExecution"),
        ("secrets", "SECRET_BIG_ORDERS", "secretsmanager:GetSecretValue"),
        ("parameters", "PARAMETER_BIG_ORDERS", "ssm:GetParameter"),
        ("keys", "KEY_BIG_ORDERS", "kms:Decrypt"),
    ],
)
def test_what_is_used_is_granted_and_told_by_a_variable(kind: str, variable: str, action: str) -> None:
    template = body("compute", functions={"front": {"uses": {kind: ["big-orders"]}}})

    granted = [one for one in statements(template, "FunctionFront") if action in one["Action"]]

    assert variable in at(template, "Resources/FunctionFront/Properties/Environment/Variables")
    assert "big-orders" in str(granted[0])


def test_a_layer_of_two_functions_is_made_once() -> None:
    template = body("compute", layers=["deps"], functions={"a": {}, "b": {}})

    assert at(template, "Resources/FunctionA/Properties/Layers") == [{"Ref": "LayerDeps"}]
    assert at(template, "Resources/FunctionB/Properties/Layers") == [{"Ref": "LayerDeps"}]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"functions": {"a": {"code": "ap"}}}, r"options\.functions\.a\.code: there is no artifact 'ap'"),
        ({"functions": {"A_b": {}}}, r"options\.functions\.A_b: 'A_b' is no name of a function"),
        ({"functions": {"api": {}}}, r"options\.functions\.api: 'api' is the name of the API's own role"),
        ({"functions": {"a-b": {}, "aB": {}}}, r"options\.functions\.aB: 'aB' is no name"),
        ({"functions": {"a": {"timeout": 31}}}, r"options\.functions\.a\.timeout: 31 s; the API waits 30 s at most"),
        ({"functions": {"a": {}}, "api_function": "b"}, r"options\.api_function: there is no function 'b'"),
        ({"functions": {"a": {"uses": {"queus": ["x"]}}}}, r"functions\.a\.uses\.queus: unknown option.*'queues'"),
        ({"functions": {"a": {"environment": {"AWS_X": "1"}}}}, r"functions\.a\.environment\.AWS_X: is set by"),
    ],
)
def test_functions_that_cannot_work_are_refused_where_they_stand(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
