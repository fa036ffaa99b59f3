"""Whether what is asked from outside is answered, by the routes of an API or the rules of a load balancer."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.analysis import analyse
from tests.core.analysis.templates import Json, environment, resource, template, topology

OTHER = {"Topic": resource("SNS::Topic")}
HOST = {"Fn::Sub": "${AWS::Region}.sample.fed.dev"}
LISTENER = {"Listener": resource("ElasticLoadBalancingV2::Listener", {"DefaultActions": [{"Type": "fixed-response"}]})}


def said(compute: Json, infra: Json | None = None, rule: str = "health-path-unanswered") -> list[str]:
    """What is at fault, without the rest of the message."""
    bodies = {"infra": template(infra or OTHER), "compute": template(compute)}
    found = [one for one in analyse(topology(), environment(), bodies) if one.rule == rule]
    return [one.message.split("(", 1)[1].split("). ")[0] for one in found]


def http(*routes: tuple[str, str], domain: object = HOST, below: object = None, **given: Any) -> Json:
    """An HTTP API with (key, authorization) of its routes, and one of another API."""
    made = {
        f"Route{at}": resource(
            "ApiGatewayV2::Route",
            {"ApiId": {"Ref": "Api"}, "RouteKey": key, "AuthorizationType": kind},
        )
        for at, (key, kind) in enumerate(routes)
    }
    other = resource("ApiGatewayV2::Route", {"ApiId": {"Ref": "Others"}, "RouteKey": "GET /health"})
    mapping = {"ApiId": {"Ref": "Api"}, "DomainName": domain, "ApiMappingKey": below}
    return {
        "Api": resource("ApiGatewayV2::Api", {"ProtocolType": "HTTP", **given}),
        "Mapping": resource("ApiGatewayV2::ApiMapping", mapping),
        "Other": other,
        **made,
    }


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ([("GET /orders", "NONE")], "no route takes GET /health"),
        ([("POST /health", "NONE")], "no route takes GET /health"),
        ([("GET /health/{x}", "NONE")], "no route takes GET /health"),
        ([("GET /health", "JWT")], "/health answers only with authorization (JWT)"),
        ([("GET /health", "JWT"), ("$default", "NONE")], "/health answers only with authorization (JWT)"),
        ([("GET /health", "JWT"), ("ANY /health", "NONE")], "/health answers only with authorization (JWT)"),
        ([("ANY /{proxy+}", "AWS_IAM"), ("$default", "JWT")], "/{proxy+} answers only with authorization (AWS_IAM)"),
    ],
)
def test_a_health_path_that_nobody_gets_to_is_found(routes: list[tuple[str, str]], fault: str) -> None:
    assert said(http(*routes)) == [f"health.path /health: {fault}"]


@pytest.mark.parametrize(
    "routes",
    [
        [("$default", "NONE")],
        [("GET /health", "NONE"), ("$default", "JWT")],
        [("ANY /health", "")],
        [("GET /{page}", "NONE")],
        [("ANY /{proxy+}", "NONE"), ("$default", "JWT")],
        [("GET /health", "${Kind}")],
        [("GET /${Path}", "NONE")],
        [],
    ],
)
def test_a_health_path_that_may_be_answered_is_none(routes: list[tuple[str, str]]) -> None:
    assert said(http(*routes)) == []


@pytest.mark.parametrize(
    "given",
    [
        {"domain": "api.example.com"},
        {"below": "v1"},
        {"Body": {"openapi": "3.0.1"}},
        {"ProtocolType": "WEBSOCKET"},
    ],
)
def test_what_is_not_known_whole_is_not_judged(given: dict[str, Any]) -> None:
    assert said(http(("GET /orders", "NONE"), **given)) == []


def test_nothing_is_said_where_not_everything_can_be_read() -> None:
    api = http(("GET /orders", "NONE"))

    assert said({**api, "Nested": resource("CloudFormation::Stack")}) == []
    assert said({"Mapping": api["Mapping"]}) == []


# -- REST --------------------------------------------------------------------------------------------------------------


def rest(path: str, *, parent: object = None, root: bool = False, **method: object) -> Json:
    """A REST API with one method, two steps below the root: `/v1/PATH`, or at the root."""
    top = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    given = {"RestApiId": {"Ref": "Api"}, "HttpMethod": "GET", "ResourceId": top if root else {"Ref": "Path"}}
    return {
        "Api": resource("ApiGateway::RestApi"),
        "Mapping": resource(
            "ApiGateway::BasePathMapping", {"RestApiId": {"Ref": "Api"}, "DomainName": "sample.fed.dev"}
        ),
        "Path": resource("ApiGateway::Resource", {"ParentId": parent or top, "PathPart": path}),
        "Method": resource("ApiGateway::Method", {**given, **method}),
        "Other": resource("ApiGateway::Method", {**given, "RestApiId": {"Ref": "Others"}}),
    }


@pytest.mark.parametrize(
    ("api", "faults"),
    [
        (rest("health"), []),
        (rest("{proxy+}", HttpMethod="ANY"), []),
        (rest("health", AuthorizationType="NONE", ApiKeyRequired=False), []),
        (rest("health", ApiKeyRequired={"Ref": "Keys"}), []),
        (rest("health", ResourceId="abc123"), []),
        (rest("health", parent={"Ref": "Path"}), []),
        (rest("health", root=True), ["no route takes GET /health"]),
        (rest("orders"), ["no route takes GET /health"]),
        (rest("health", ApiKeyRequired=True), ["/health answers only with an API key"]),
        (
            rest("health", AuthorizationType="COGNITO_USER_POOLS"),
            ["/health answers only with authorization (COGNITO_USER_POOLS)"],
        ),
    ],
)
def test_a_rest_api_is_followed_through_its_resources(api: Json, faults: list[str]) -> None:
    assert said(api) == [f"health.path /health: {fault}" for fault in faults]


# -- a load balancer ---------------------------------------------------------------------------------------------------


def rule(*conditions: Json) -> Json:
    return {"Rule": resource("ElasticLoadBalancingV2::ListenerRule", {"Conditions": list(conditions)})}


def paths(*values: str) -> Json:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def hosts(*values: str) -> Json:
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


@pytest.mark.parametrize(
    ("conditions", "answered"),
    [
        ([paths("/links/*", "/api/*")], False),
        ([paths("/links/*", "/health")], True),
        ([paths("/heal*")], True),
        ([paths("/*" * 200)], True),
        ([{"Field": "path-pattern", "Values": ["/h?alth"]}], True),
        ([hosts("*.fed.dev")], True),
        ([hosts("${Host}")], True),
        ([{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}}], True),
    ],
)
def test_rules_of_a_load_balancer_are_held_against_the_health_path(conditions: list[Json], answered: bool) -> None:
    faults = [] if answered else ["health.path /health: no route takes GET /health"]

    assert said(rule(*conditions), LISTENER) == faults


def test_a_rule_for_a_host_of_others_answers_nothing() -> None:
    both = {**rule(paths("/links/*")), "Held": rule(hosts("held.invalid"))["Rule"]}

    assert said(both, LISTENER) == ["health.path /health: no route takes GET /health"]


def test_a_listener_that_answers_by_itself_is_not_judged() -> None:
    forward = resource("ElasticLoadBalancingV2::Listener", {"DefaultActions": [{"Type": "forward"}]})

    assert said(rule(paths("/links/*")), {"Listener": forward}) == []
    assert said(rule(paths("/links/*")), {**LISTENER, **rule(paths("/health"))}) == []
    assert said(rule(paths("/links/*"))) == []


# -- canaries ----------------------------------------------------------------------------------------------------------


def canary(address: str) -> Json:
    variables = {"EnvironmentVariables": {"ADDRESS": {"Fn::Sub": address}}}
    return {"Canary": resource("Synthetics::Canary", {"RunConfig": variables})}


def test_a_canary_asks_for_what_is_answered() -> None:
    api = http(("GET /health", "NONE"))

    def asked(address: str) -> list[str]:
        return said({**api, **canary(address)}, rule="canary-unanswered")

    assert asked("https://${AWS::Region}.sample.fed.dev/nope") == ["no route takes GET /nope"]
    assert asked("https://sample.fed.dev") == ["no route takes GET /"]
    assert asked("https://sample.fed.dev/health?full=1") == []
    assert asked("https://www.example.com/nope") == []
    assert said(canary("https://sample.fed.dev/nope"), rule="canary-unanswered") == []
