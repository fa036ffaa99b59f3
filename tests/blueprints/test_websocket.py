"""The WebSocket API: its routes, who may connect, who may send, and how its changes become public."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.api_samples import SOCKET, SOCKET_ROUTES, allowed
from tests.blueprints.templates import at, body, types

ALIAS_URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Alias}/invocations"


def changed(**websocket: object) -> dict[str, Any]:
    return {**SOCKET, "websocket": {"routes": SOCKET_ROUTES, **websocket}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Resources/WebsocketApi/Properties/ProtocolType", "WEBSOCKET"),
        ("Resources/WebsocketApi/Properties/RouteSelectionExpression", "$request.body.action"),
        ("Resources/WebsocketRouteConnect/Properties/AuthorizationType", "CUSTOM"),
        ("Resources/WebsocketRouteConnect/Properties/AuthorizerId", {"Ref": "WebsocketAuthorizer"}),
        ("Resources/WebsocketAuthorizer/Properties/IdentitySource", ["route.request.querystring.token"]),
        (
            "Resources/WebsocketAuthorizer/Properties/AuthorizerCredentialsArn",
            {"Fn::GetAtt": ["WebsocketRole", "Arn"]},
        ),
        ("Resources/WebsocketIntegrationChat/Properties/CredentialsArn", {"Fn::GetAtt": ["WebsocketRole", "Arn"]}),
        (
            "Resources/WebsocketIntegrationChat/Properties/IntegrationUri",
            {"Fn::Sub": [ALIAS_URI, {"Alias": {"Ref": "FunctionChatLive"}}]},
        ),
        (
            "Resources/WebsocketStage/Properties/DefaultRouteSettings",
            {"ThrottlingRateLimit": 50.0, "ThrottlingBurstLimit": 100},
        ),
        ("Resources/WebsocketLogGroup/Properties/LogGroupName", "/aws/vendedlogs/apis/sample-production-websocket"),
        (
            "Resources/FunctionFront/Properties/Environment/Variables/WEBSOCKET_URL",
            {"Fn::Sub": "https://${WebsocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"},
        ),
        (
            "Outputs/WebsocketUrl/Value",
            {"Fn::Sub": "wss://${WebsocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"},
        ),
    ],
)
def test_the_websocket_says(path: str, expected: object) -> None:
    assert at(body("compute", **SOCKET), path) == expected


def test_the_api_may_call_the_functions_of_its_routes_and_nothing_else() -> None:
    granted = allowed(body("compute", **SOCKET), "WebsocketRole")

    assert {action for action, _ in granted} == {"lambda:InvokeFunction"}
    assert {arn.rsplit("-", 1)[1] for _, arn in granted} == {"chat:live", "guard:live", "reader:live"}


def test_only_connecting_is_authorized() -> None:
    resources = body("compute", **SOCKET)["Resources"]

    assert "AuthorizationType" not in resources["WebsocketRouteDefault"]["Properties"]


@pytest.mark.parametrize(("authorizer", "kind"), [("iam", "AWS_IAM"), ("none", "NONE")])
def test_connecting_can_do_without_a_function_that_judges(authorizer: str, kind: str) -> None:
    template = body("compute", **changed(authorizer=authorizer))

    assert at(template, "Resources/WebsocketRouteConnect/Properties/AuthorizationType") == kind
    assert "AWS::ApiGatewayV2::Authorizer" not in types(template)


def test_a_function_that_sends_may_use_the_connections_of_this_api() -> None:
    statements = at(
        body("compute", **SOCKET), "Resources/FunctionFrontRole/Properties/Policies/0/PolicyDocument/Statement"
    )

    assert {
        "Effect": "Allow",
        "Action": ["execute-api:ManageConnections"],
        "Resource": {
            "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            "${WebsocketApi}/live/*/@connections/*"
        },
    } in statements


def deployment(**websocket: object) -> str:
    template = body("compute", **changed(**websocket))
    found: str = at(template, "Resources/WebsocketStage/Properties/DeploymentId")["Ref"]
    assert template["Resources"][found]["Type"] == "AWS::ApiGatewayV2::Deployment"
    return found


def test_a_change_of_the_routes_is_deployed_and_a_limit_is_not() -> None:
    assert deployment(routes={"$default": "chat"}) != deployment()
    assert deployment(authorizer="iam") != deployment()
    assert deployment(throttle={"rate": 1, "burst": 1}) == deployment()


def test_a_deployment_waits_for_the_routes() -> None:
    after = body("compute", **changed())["Resources"][deployment()]["DependsOn"]

    assert {"WebsocketRouteConnect", "WebsocketRouteNewsRead"} <= set(after)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"websocket": {"routes": {}}}, r"options\.websocket\.routes: is empty"),
        ({"websocket": {"routes": {"$x": "app"}}}, r"options\.websocket\.routes\.\$x: '\$x' is no route"),
        (
            {"websocket": {"routes": {"a.b": "app", "a/b": "app"}}},
            r"websocket\.routes\.a/b: becomes the same logical id",
        ),
        ({"websocket": {"routes": {"$default": "ap"}}}, r"websocket\.routes\.\$default: there is no function 'ap'"),
        (
            {"websocket": {"routes": {"$default": "app"}, "authorizer": "x"}},
            r"websocket\.authorizer: there is no function",
        ),
        (
            {"websocket": {"routes": {"$default": "app"}, "token": "x"}},
            r"options\.websocket\.token: 'x' cannot be asked",
        ),
        (
            {"functions": {"a": {}, "b": {"timeout": 60}}, "websocket": {"routes": {"$default": "b"}}},
            r"functions\.b\.timeout: 60 s; the API waits 29 s at most",
        ),
        (
            {"functions": {"a": {"uses": {"websocket": True}}}},
            r"functions\.a\.uses\.websocket: there is no WebSocket API",
        ),
        ({"functions": {"websocket": {}}}, r"functions\.websocket: 'websocket' is the name of the API's own role"),
    ],
)
def test_a_websocket_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
