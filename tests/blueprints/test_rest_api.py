"""The REST API: what it checks, whom it lets in, how its changes become public, and what it does without a function."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.api_samples import ORDER, REST, REST_API, allowed
from tests.blueprints.templates import at, body, types


def changed(**api: object) -> dict[str, object]:
    return {**REST, "api": {**REST_API, **api}}


def method(template: dict[str, Any], verb: str, *path: str) -> dict[str, Any]:
    """The properties of a method, found through the paths above it."""
    place: object = {"Fn::GetAtt": ["RestApi", "RootResourceId"]}
    for part in path:
        place = next(
            {"Ref": name}
            for name, one in template["Resources"].items()
            if one["Type"] == "AWS::ApiGateway::Resource"
            and (one["Properties"]["ParentId"], one["Properties"]["PathPart"]) == (place, part)
        )
    found: dict[str, Any] = next(
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::ApiGateway::Method"
        and (one["Properties"]["ResourceId"], one["Properties"]["HttpMethod"]) == (place, verb)
    )
    return found


@pytest.mark.parametrize(
    ("route", "path", "expected"),
    [
        ("GET", "AuthorizationType", "NONE"),
        ("GET", "Integration/Credentials", {"Fn::GetAtt": ["ApiRole", "Arn"]}),
        ("GET orders {id}", "AuthorizationType", "COGNITO_USER_POOLS"),
        ("GET orders {id}", "AuthorizerId", {"Ref": "RestAuthorizerStaff"}),
        (
            "GET orders {id}",
            "RequestParameters",
            {"method.request.header.X-Tenant": True, "method.request.querystring.page": True},
        ),
        ("POST orders", "RequestModels", {"$default": {"Ref": "RestModelOrder"}}),
        ("POST orders", "RequestValidatorId", {"Ref": "RestValidator"}),
        ("POST orders", "ApiKeyRequired", True),
        ("POST orders", "Integration/TimeoutInMillis", 29000),
        ("POST reports", "AuthorizationType", "AWS_IAM"),
        ("POST reports", "Integration/PassthroughBehavior", "NEVER"),
        ("POST reports", "Integration/IntegrationResponses/0/StatusCode", "202"),
        ("GET reports {execution}", "AuthorizationType", "CUSTOM"),
        ("GET reports {execution}", "Integration/IntegrationResponses/1/StatusCode", "404"),
        ("POST news", "AuthorizationScopes", ["news/write"]),
        ("OPTIONS orders", "Integration/Type", "MOCK"),
        (
            "OPTIONS orders",
            "Integration/IntegrationResponses/0/ResponseParameters/method.response.header.Access-Control-Allow-Origin",
            "'https://a.example.com'",
        ),
        ("OPTIONS orders", "AuthorizationType", "NONE"),
    ],
)
def test_a_method_says(route: str, path: str, expected: object) -> None:
    verb, *parts = route.split(" ")
    value: Any = method(body("compute", **REST), verb, *parts)
    for key in path.split("/"):
        value = value[int(key)] if isinstance(value, list) else value[key]

    assert value == expected


@pytest.mark.parametrize(
    ("route", "service", "said"),
    [
        ("POST reports", "states:action/StartExecution", "stateMachine:sample-production-report"),
        ("GET reports {execution}", "states:action/DescribeExecution", "execution:sample-production-report:$util"),
        ("POST jobs", "sqs:path/${AWS::AccountId}/sample-production-jobs", "Action=SendMessage"),
        ("POST news", "sns:path//", "sns:${AWS::Region}:${AWS::AccountId}:sample-production-news"),
    ],
)
def test_a_service_is_asked_through_the_role_of_the_api(route: str, service: str, said: str) -> None:
    verb, *parts = route.split(" ")
    integration = method(body("compute", **REST), verb, *parts)["Integration"]

    assert integration["Uri"]["Fn::Sub"].endswith(service)
    assert integration["Credentials"] == {"Fn::GetAtt": ["ApiRole", "Arn"]}
    assert said in str(integration["RequestTemplates"]["application/json"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("RestApi/Properties/EndpointConfiguration/Types", ["REGIONAL"]),
        ("RestModelOrder/Properties/Schema", ORDER),
        ("RestStage/Properties/StageName", "live"),
        ("RestStage/Properties/TracingEnabled", True),
        ("RestStage/Properties/Variables", {"flavour": "plain"}),
        ("RestStage/Properties/MethodSettings/0/ResourcePath", "/*"),
        ("RestStage/Properties/MethodSettings/0/ThrottlingBurstLimit", 200),
        ("RestStage/Properties/MethodSettings/1/ResourcePath", "/~1orders"),
        ("RestStage/Properties/MethodSettings/1/ThrottlingRateLimit", 5.0),
        ("RestPlanPartner/Properties/Quota", {"Limit": 1000, "Period": "DAY"}),
        ("RestPlanPartner/Properties/Throttle", {"RateLimit": 1.0, "BurstLimit": 2}),
        ("RestKeyAcme/Properties/Value", "{{resolve:secretsmanager:sample-production-acme-key:SecretString}}"),
        ("RestPlanKeyAcme/Properties/UsagePlanId", {"Ref": "RestPlanPartner"}),
        ("RestWebAcl/Properties/Scope", "REGIONAL"),
        ("RestWebAcl/Properties/Rules/0/Name", "AWSManagedRulesAmazonIpReputationList"),
        ("RestWebAcl/Properties/Rules/3/Statement/RateBasedStatement/Limit", 500),
        ("RestWebAcl/Properties/Rules/3/Action", {"Block": {}}),
        ("RestAuthorizerGuard/Properties/AuthorizerCredentials", {"Fn::GetAtt": ["ApiRole", "Arn"]}),
        ("SharedMapping/Properties/ApiId", {"Ref": "RestApi"}),
        ("SharedMapping/Properties/Stage", {"Ref": "RestStage"}),
        ("RegionalMapping/Properties/DomainName", {"Fn::Sub": "${AWS::Region}.sample.fed.dev"}),
    ],
)
def test_the_api_says(path: str, expected: object) -> None:
    assert at(body("compute", **REST), f"Resources/{path}") == expected


def test_what_the_gateway_itself_refuses_can_be_read_by_pages() -> None:
    headers = at(body("compute", **REST), "Resources/RestAnswer4XX/Properties/ResponseParameters")

    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://a.example.com'"


def test_the_web_acl_can_count_only() -> None:
    rules = at(body("compute", **changed(waf={"count_only": True})), "Resources/RestWebAcl/Properties/Rules")

    assert [one.get("OverrideAction", one.get("Action")) for one in rules] == [{"Count": {}}] * 4


def test_the_api_may_do_what_its_routes_say_and_nothing_else() -> None:
    assert {action for action, _ in allowed(body("compute", **REST), "ApiRole")} == {
        *("lambda:InvokeFunction", "states:StartExecution", "states:DescribeExecution"),
        *("sqs:SendMessage", "sns:Publish"),
    }
    assert "AWS::Lambda::Permission" not in types(body("compute", **REST))


def deployment_id(**api: object) -> str:
    template = body("compute", **changed(**api))
    found: str = at(template, "Resources/RestStage/Properties/DeploymentId")["Ref"]
    assert template["Resources"][found]["Type"] == "AWS::ApiGateway::Deployment"
    return found


@pytest.mark.parametrize(
    "api",
    [
        {"routes": {"GET /": {"function": "orders"}}},
        {"models": {"order": '{"type": "string"}'}},
        {"authorizer": "none", "routes": {**REST_API["routes"], "POST /news": {"topic": "news"}}},  # type: ignore[dict-item]
        {"cors": None},
        {"default_endpoint": False},
    ],
)
def test_a_change_of_the_api_is_deployed(api: dict[str, object]) -> None:
    assert deployment_id(**api) != deployment_id()


@pytest.mark.parametrize(
    "api", [{"throttle": None}, {"variables": {}}, {"waf": None}, {"plans": {"partner": {"quota": 5}}}]
)
def test_what_belongs_to_the_stage_deploys_nothing(api: dict[str, object]) -> None:
    assert deployment_id(**api) == deployment_id()


def test_a_release_of_a_function_deploys_nothing() -> None:
    options = {**REST, "memory": 512}

    assert at(body("compute", **options), "Resources/RestStage/Properties/DeploymentId")["Ref"] == deployment_id()


def test_a_deployment_waits_for_all_that_it_copies() -> None:
    template = body("compute", **REST)
    methods = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::ApiGateway::Method"}

    assert methods <= set(template["Resources"][deployment_id()]["DependsOn"])


def test_without_routes_every_request_goes_to_the_function_of_the_api() -> None:
    template = body("compute", api={"kind": "rest"})

    assert method(template, "ANY")["Integration"] == method(template, "ANY", "{proxy+}")["Integration"]
    assert "AWS::ApiGatewayV2::Api" not in types(template)


def rest(**given: object) -> dict[str, object]:
    return {"functions": {"orders": {}, "slow": {"timeout": 30}}, "api": {"kind": "rest", **given}}


def routes(**keys: object) -> dict[str, object]:
    return rest(routes={key.replace("_", " ", 1): {"function": "orders"} for key in keys})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (rest(routes={"GET /": {"function": "slow"}}), r"functions\.slow\.timeout: 30 s; the API waits 29 s at most"),
        (
            rest(authorizers={"a": {"jwt": {"issuer": "https://x", "audience": ["y"]}}}),
            r"api\.authorizers\.a\.jwt: a REST API reads no tokens of other issuers",
        ),
        (rest(cors={"origins": ["https://a", "https://b"]}), r"api\.cors\.origins: a REST API answers with one origin"),
        (rest(models={"a": "[]"}), r"api\.models\.a: is no JSON object"),
        (rest(models={"a": "{"}), r"api\.models\.a: is no JSON object"),
        (rest(models={"a-b": "{}", "aB": "{}"}), r"api\.models\.aB: becomes the same logical id as 'a-b'"),
        (
            rest(routes={"GET /": {"function": "orders", "model": "a"}}),
            r"api\.routes\.GET /\.model: there is no model 'a'",
        ),
        (rest(keys={"a": {"plan": "b", "secret": "c"}}), r"api\.keys\.a\.plan: there is no plan 'b'"),
        (rest(routes={"GET /": {"function": "orders", "api_key": True}}), r"api\.routes\.GET /\.api_key: there is no"),
        (rest(routes={"GET /a": {"status_of": "b"}}), r"api\.routes\.GET /a: does not end in the execution"),
        (
            routes(**{"GET_/a/{b}": 1, "GET_/a/{c}/d": 1}),
            r"api\.routes\.GET /a/\{c\}/d: \{c\} stands where \{b\} stands",
        ),
        (routes(**{"$default": 1, "GET_/{c}": 1}), r"api\.routes\.GET /\{c\}: \{c\} stands where \{proxy\+\} stands"),
        (routes(**{"$default": 1, "ANY_/": 1}), r"api\.routes\.ANY /: is what \$default means already"),
        (rest(waf={"rate_limit": 5}), r"api\.waf\.rate_limit: 5 is too small"),
        (rest(waf={"rate_limit": 0, "rules": []}), r"api\.waf: has neither rules nor a limit"),
        (rest(waf={"rules": ["x"]}), r"api\.waf\.rules\[0\]: 'x' is not allowed"),
    ],
)
def test_an_api_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)
