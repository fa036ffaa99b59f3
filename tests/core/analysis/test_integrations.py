"""How callers reach functions: what is told, and the nearest that is not."""

from __future__ import annotations

import json

import pytest

from tests.core.analysis.templates import resource, rules, template

ARN = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
BY_PATH = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
CREDENTIALS = {"CredentialsArn": {"Fn::GetAtt": ["Role", "Arn"]}}
LIVE = {"Ref": "Live"}
RAW = {"Fn::GetAtt": ["App", "Arn"]}


def calling(kind: str, properties: dict[str, object]) -> str:
    """A template of a function, its alias `Live`, and one caller."""
    parts = {"App": resource("Lambda::Function"), "Live": resource("Lambda::Alias"), "Stranger": resource("SNS::Topic")}
    return template({**parts, "One": resource(kind, properties)})


def by_path(function: str) -> dict[str, str]:
    return {"Fn::Sub": f"{BY_PATH}{function}/invocations"}


def http(uri: object, **more: object) -> str:
    return calling("ApiGatewayV2::Integration", {"IntegrationUri": uri, **more})


def rest(uri: object, **more: object) -> str:
    return calling("ApiGateway::Method", {"Integration": {"Uri": uri, **more}})


def described(**integration: object) -> str:
    paths = {"/": {"get": {"x-amazon-apigateway-integration": integration}}}
    return calling("ApiGateway::RestApi", {"Body": {"paths": paths}})


PERMISSION = [
    (http(LIVE), http(LIVE, **CREDENTIALS)),
    (http({"Ref": "Live"}), http("https://fed.dev")),
    (http({"Fn::Sub": f"{ARN}app:live"}), http({"Ref": "Stranger"})),
    (http(LIVE, CredentialsArn={"Ref": "AWS::NoValue"}), http(LIVE, CredentialsArn={"Fn::If": ["C", "a", "b"]})),
    (rest(by_path("${Live}")), rest(by_path("${Live}"), Credentials="arn:role")),
    (rest(by_path("app")), rest({"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:sqs:path/1/q"})),
    (
        calling("ApiGatewayV2::Authorizer", {"AuthorizerUri": by_path("${Live}")}),
        calling("ApiGatewayV2::Authorizer", {"AuthorizerType": "JWT"}),
    ),
    (
        calling("ApiGateway::Authorizer", {"AuthorizerUri": by_path("${Live}")}),
        calling("ApiGateway::Authorizer", {"AuthorizerUri": by_path("${Live}"), "AuthorizerCredentials": "arn:role"}),
    ),
    (described(uri=by_path("${Live}")), described(uri=by_path("${Live}"), credentials="arn:role")),
]


@pytest.mark.parametrize(("bad", "good"), PERMISSION)
def test_an_api_that_calls_by_a_permission_is_told(bad: str, good: str) -> None:
    assert rules(bad, "permission-integration") != []
    assert rules(good, "permission-integration") == []


LATEST = [
    (http(RAW), http(LIVE)),
    (http({"Ref": "App"}), http({"Ref": "Stranger"})),
    (http({"Fn::Sub": f"{ARN}app"}), http({"Fn::Sub": f"{ARN}app:live"})),
    (http({"Fn::Sub": f"{ARN}${{AWS::StackName}}:$LATEST"}), http({"Fn::Sub": f"{ARN}${{AWS::StackName}}-app:live"})),
    (http({"Fn::Sub": f"{ARN}${{App}}"}), http({"Fn::Sub": f"{ARN}${{Named}}"})),
    (http({"Fn::Join": [":", [RAW, "$LATEST"]]}), http({"Fn::Join": [":", [RAW, "live"]]})),
    (rest(by_path("${App.Arn}")), rest(by_path("${App.Arn}:${!stageVariables.alias}"))),
    (described(uri=by_path("${App.Arn}")), described(uri=by_path("${Live}"))),
    (
        calling("Lambda::EventSourceMapping", {"FunctionName": "app"}),
        calling("Lambda::EventSourceMapping", {"FunctionName": "app:live"}),
    ),
    (
        calling("Lambda::Alias", {"FunctionVersion": "$LATEST"}),
        calling("Lambda::Alias", {"FunctionVersion": {"Fn::GetAtt": ["V", "Version"]}}),
    ),
    (calling("SNS::Subscription", {"Endpoint": RAW}), calling("SNS::Subscription", {"Endpoint": "a@fed.dev"})),
    (
        calling("Scheduler::Schedule", {"Target": {"Arn": RAW}}),
        calling("Scheduler::Schedule", {"Target": {"Arn": LIVE}}),
    ),
    (calling("Events::Rule", {"Targets": [{"Arn": RAW}]}), calling("Events::Rule", {"Targets": [{"Arn": LIVE}]})),
]


@pytest.mark.parametrize(("bad", "good"), LATEST)
def test_a_caller_of_what_is_not_published_is_told(bad: str, good: str) -> None:
    assert rules(bad, "latest-integration") != []
    assert rules(good, "latest-integration") == []


def test_the_place_of_each_target_is_told() -> None:
    rule = calling("Events::Rule", {"Targets": [{"Arn": LIVE}, {"Arn": RAW}]})
    api = json.loads(described(uri=by_path("${App}"), credentials="r"))

    assert rules(rule, "latest-integration") == ["infra: Resources.One.Properties.Targets.1.Arn"]
    assert rules(json.dumps(api), "latest-integration") == [
        "infra: Resources.One.Properties.Body.paths./.get.x-amazon-apigateway-integration"
    ]
