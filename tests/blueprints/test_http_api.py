"""The HTTP API: routes to functions and services, who may call them, how often."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.api_samples import FUNCTIONS, HTTP, allowed
from tests.blueprints.templates import at, body, types


def resource(template: dict[str, Any], kind: str, **properties: object) -> dict[str, Any]:
    """The properties of the one resource of this type with these properties."""
    found = [
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == kind and properties.items() <= one["Properties"].items()
    ]
    assert len(found) == 1, found
    return dict(found[0])


def route(key: str) -> dict[str, Any]:
    return resource(body("compute", **HTTP), "AWS::ApiGatewayV2::Route", RouteKey=key)


@pytest.mark.parametrize(
    ("key", "integration"),
    [
        ("$default", "ApiIntegration"),
        ("GET /health", "ApiIntegration"),
        ("GET /reports/{execution}", "ApiIntegrationReports"),
        ("POST /reports", "ApiWorkflowReport"),
        ("POST /jobs", "ApiQueueJobs"),
    ],
)
def test_a_route_leads_to_one_integration_per_target(key: str, integration: str) -> None:
    assert route(key)["Target"] == {"Fn::Join": ["/", ["integrations", {"Ref": integration}]]}


@pytest.mark.parametrize(
    ("key", "kind", "authorizer"),
    [
        ("$default", "JWT", {"Ref": "ApiAuthorizerStaff"}),
        ("GET /health", None, None),
        ("GET /reports/{execution}", "AWS_IAM", None),
        ("POST /reports", "CUSTOM", {"Ref": "ApiAuthorizerGuard"}),
        ("POST /jobs", "JWT", {"Ref": "ApiAuthorizerUsers"}),
    ],
)
def test_a_route_asks_its_own_authorizer_or_that_of_the_api(key: str, kind: str | None, authorizer: object) -> None:
    found = route(key)

    assert (found.get("AuthorizationType"), found.get("AuthorizerId")) == (kind, authorizer)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Api/Properties/DisableExecuteApiEndpoint", True),
        ("Api/Properties/CorsConfiguration/AllowOrigins", ["https://a.example.com", "https://b.example.com"]),
        ("Api/Properties/CorsConfiguration/AllowCredentials", True),
        ("ApiStage/Properties/DefaultRouteSettings", {"ThrottlingRateLimit": 100.0, "ThrottlingBurstLimit": 200}),
        (
            "ApiStage/Properties/RouteSettings",
            {"POST /reports": {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 10}},
        ),
        ("ApiStage/Properties/StageVariables", {"flavour": "plain"}),
        ("ApiWorkflowReport/Properties/IntegrationSubtype", "StepFunctions-StartExecution"),
        ("ApiWorkflowReport/Properties/CredentialsArn", {"Fn::GetAtt": ["ApiRole", "Arn"]}),
        (
            "ApiWorkflowReport/Properties/ResponseParameters",
            {"200": {"ResponseParameters": [{"Destination": "overwrite:statuscode", "Source": "202"}]}},
        ),
        ("ApiQueueJobs/Properties/IntegrationSubtype", "SQS-SendMessage"),
        ("ApiQueueJobs/Properties/RequestParameters/MessageBody", "$request.body"),
        ("ApiAuthorizerGuard/Properties/AuthorizerCredentialsArn", {"Fn::GetAtt": ["ApiRole", "Arn"]}),
        ("ApiAuthorizerGuard/Properties/EnableSimpleResponses", True),
        ("ApiAuthorizerGuard/Properties/AuthorizerResultTtlInSeconds", 60),
        (
            "ApiAuthorizerUsers/Properties/JwtConfiguration",
            {"Issuer": "https://login.example.com", "Audience": ["web"]},
        ),
        (
            "ApiAuthorizerStaff/Properties/JwtConfiguration/Audience",
            ["{{resolve:ssm:/orchestrator/sample-production/user-pools/staff/client}}"],
        ),
    ],
)
def test_the_api_says(path: str, expected: object) -> None:
    assert at(body("compute", **HTTP), f"Resources/{path}") == expected


def test_preflight_requests_need_no_token_where_the_default_route_asks_for_one() -> None:
    preflight = route("OPTIONS /{proxy+}")

    assert "AuthorizationType" not in preflight
    assert preflight["Target"] == route("$default")["Target"]


@pytest.mark.parametrize("given", [{"cors": None}, {"authorizer": "none"}])
def test_no_route_for_preflight_is_made_without_need(given: dict[str, object]) -> None:
    api = {**HTTP["api"], **given}  # type: ignore[dict-item]
    template = body("compute", functions=FUNCTIONS, api=api)

    assert "OPTIONS /{proxy+}" not in str(template["Resources"])


def test_a_limit_of_a_route_waits_for_the_route() -> None:
    stage = body("compute", **HTTP)["Resources"]["ApiStage"]
    title = next(name for name in stage["DependsOn"])

    assert at(body("compute", **HTTP), f"Resources/{title}/Properties/RouteKey") == "POST /reports"


def test_the_api_may_do_what_its_routes_say_and_nothing_else() -> None:
    granted = allowed(body("compute", **HTTP), "ApiRole")

    assert {action for action, _ in granted} == {"lambda:InvokeFunction", "states:StartExecution", "sqs:SendMessage"}
    assert {arn for action, arn in granted if action.startswith("lambda")} == {
        f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:sample-production-{name}:live"
        for name in FUNCTIONS
    }


@pytest.mark.parametrize(
    ("waiting", "policy"),
    [
        ("ApiIntegrationReports", "ApiMayCallReports"),
        ("ApiAuthorizerGuard", "ApiMayCallGuard"),
        ("ApiWorkflowReport", "ApiMayStartReport"),
        ("ApiQueueJobs", "ApiMaySendJobs"),
    ],
)
def test_a_permission_is_there_before_it_is_needed_and_goes_after(waiting: str, policy: str) -> None:
    resources = body("compute", **HTTP)["Resources"]

    assert resources[waiting]["DependsOn"] == [policy]
    assert resources[policy]["Properties"]["Roles"] == [{"Ref": "ApiRole"}]


def test_the_role_itself_stays_the_same_whatever_the_routes_are() -> None:
    one, other = (body("compute", functions=FUNCTIONS, api=api) for api in (HTTP["api"], None))

    assert one["Resources"]["ApiRole"] == other["Resources"]["ApiRole"]


def test_no_function_is_permitted_to_be_called_by_a_resource_of_its_own() -> None:
    assert "AWS::Lambda::Permission" not in types(body("compute", **HTTP))


def api(**given: object) -> dict[str, object]:
    return {"functions": {"orders": {}, "slow": {"timeout": 30}, "slower": {"timeout": 31}}, "api": given}


def routes(key: str = "GET /a", **given: object) -> dict[str, object]:
    return api(routes={key: given or {"function": "orders"}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (routes(function="oders"), r"api\.routes\.GET /a\.function: there is no function 'oders'.*'orders'"),
        (routes(function="slower"), r"options\.functions\.slower\.timeout: 31 s; the API waits 30 s at most"),
        (routes("get /a"), r"api\.routes\.get /a: 'get /a' is no route"),
        (routes("GET a"), r"api\.routes\.GET a: 'GET a' is no route"),
        (routes("GET "), r"'GET ' is no route"),
        (routes("GET /{a+}/b"), r"'GET /\{a\+\}/b' is no route"),
        (routes("$default", queue="jobs"), r"api\.routes\.\$default: takes every method"),
        (routes(function="orders", queue="jobs"), r"api\.routes\.GET /a: leads to function and queue"),
        (routes(authorizer="iam"), r"api\.routes\.GET /a: leads to nothing"),
        (routes(queue="jobs.fifo"), r"api\.routes\.GET /a\.queue: a FIFO queue needs a group"),
        (routes(function="orders", authorizer="x"), r"api\.routes\.GET /a\.authorizer: there is no authorizer 'x'"),
        (routes(function="orders", scopes=["a"]), r"api\.routes\.GET /a\.scopes: only tokens have scopes"),
        (
            routes(status_of="x"),
            r"api\.routes\.GET /a\.status_of: an HTTP API cannot do this; use kind",
        ),
        (routes(topic="x"), r"api\.routes\.GET /a\.topic: an HTTP API cannot do this.*kind: rest"),
        (routes(function="orders", api_key=True), r"api\.routes\.GET /a\.api_key: an HTTP API cannot do this"),
        (routes(function="orders", required=["body"]), r"api\.routes\.GET /a\.required\[0\]: 'body' cannot be asked"),
        (api(waf=True), r"options\.api\.waf: an HTTP API cannot stand behind WAF; use kind: rest"),
        (api(models={"a": "{}"}), r"options\.api\.models: an HTTP API has none"),
        (api(authorizer="x"), r"options\.api\.authorizer: there is no authorizer 'x'"),
        (api(authorizers={"a": {}}), r"options\.api\.authorizers\.a: has nothing"),
        (api(authorizers={"iam": {"pool": "x"}}), r"options\.api\.authorizers\.iam: 'iam' is no name"),
        (api(authorizers={"a": {"function": "slower"}}), r"functions\.slower\.timeout: 31 s"),
        (
            api(authorizers={"a": {"jwt": {"issuer": "http://x", "audience": []}}}),
            r"authorizers\.a\.jwt\.issuer: 'http://x' is no address",
        ),
        (api(cors={"credentials": True}), r"options\.api\.cors\.credentials: cannot be allowed to every origin"),
        (api(cors={"origins": ["a'b"]}), r"options\.api\.cors\.origins\[0\]: \"a'b\" is no origin"),
        (api(cors={"origins": []}), r"options\.api\.cors\.origins: is empty"),
        (api(variables={"a-b": "x"}), r"options\.api\.variables\.a-b: is not what API Gateway takes"),
        (
            api(routes={"GET /a": {"queue": "a-1"}, "GET /b": {"queue": "a1"}}),
            r"api\.routes\.GET /b\.queue: becomes the same logical id as 'a-1'",
        ),
        (
            api(routes={f"GET /{number}": {"queue": f"q{number}"} for number in range(41)}),
            r"options\.api\.routes: lead to 41 functions and services; the role of an API has room for 40",
        ),
        (api(kind="soap"), r"options\.api\.kind: 'soap' is not allowed"),
    ],
)
def test_an_api_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
