"""APIs of both kinds on the emulator: routes, an authorizer, preflight; and one kind changed into the other."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from orchestrator.packaging import package
from tests.blueprints import test_on_emulator as shipped
from tests.blueprints.context import CONTEXT
from tests.embedded import embedded_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints import Context
    from tests.blueprints.websocket_client import Connection

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[shipped.Emulator]:
    """The embedded AWS: it stands in for the types that the emulator lacks."""
    with embedded_aws(tmp_path_factory.mktemp("embedded"), replication_delay_s=0.1) as running:
        yield shipped.Emulator(running.aws.endpoint_url)


CODE = """
import json

def front(event, context):
    path = event.get("rawPath") or event["path"]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"path": path})}

def guard(event, context):
    allowed = event["headers"].get("x-token") == "open"
    return {"isAuthorized": allowed}

def chat(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}

def door(event, context):
    effect = "Allow" if event["queryStringParameters"].get("token") == "open" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "user", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
FUNCTIONS = {
    "front": {"handler": "front.front", "uses": {}},
    "guard": {"handler": "front.guard", "uses": {}},
    "chat": {"handler": "front.chat", "uses": {"websocket": True}},
    "door": {"handler": "front.door", "uses": {}},
}
SOCKET: dict[str, object] = {"routes": {"$connect": "chat", "$default": "chat"}, "authorizer": "door"}
HTTP: dict[str, object] = {
    "routes": {
        "GET /open": {"function": "front"},
        "GET /closed/{id}": {"function": "front", "authorizer": "guard"},
    },
    "authorizers": {"guard": {"function": "guard", "header": "X-Token"}},
    "throttle": {"rate": 100, "burst": 100},
}
REST: dict[str, object] = {
    "kind": "rest",
    "routes": {"GET /open/{id}": {"function": "front"}, "POST /work": {"workflow": "report"}},
    "cors": {"origins": ["https://a.example.com"]},
    "models": {"order": '{"type": "object"}'},
    "plans": {"partner": {"quota": 10}},
}


@dataclass(frozen=True)
class Application:
    """One context and its parameters, of which compute is deployed again and again."""

    emulator: shipped.Emulator
    context: Context
    given: dict[str, str]

    def deploy(self, layer: str, **options: object) -> dict[str, str]:
        return self.emulator.deploy(shipped.template(layer, self.context, **options), layer, **self.given)

    def compute(self, api: dict[str, object]) -> str:
        """Deploys compute with this API and a WebSocket API; returns the id of the first."""
        return self.deploy("compute", functions=FUNCTIONS, api=api, websocket=SOCKET)["ApiId"]

    def signed(self, url: str, method: str = "GET") -> dict[str, str]:
        """Headers: the emulator finds an API of another account only in requests signed by that account."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest(method, url)
        SigV4Auth(Credentials(shipped.TARGET, "x"), "execute-api", shipped.REGION).add_auth(request)
        return dict(request.headers)

    def call(self, api: str, stage: str, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, Any]:
        """Status, headers and body of an answer."""
        url = f"{self.emulator.url}/_aws/execute-api/{api}/{stage}{path}"
        request = urllib.request.Request(url, headers={**self.signed(url, method), **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def application(emulator: shipped.Emulator, tmp_path_factory: pytest.TempPathFactory) -> Application:
    source = tmp_path_factory.mktemp("code")
    (source / "front.py").write_text(CODE)
    code = package(source, name="app", into=tmp_path_factory.mktemp("packages"))
    context = replace(CONTEXT, home_account=shipped.TARGET, artifacts={"app": code.sha256})
    control = emulator.deploy(shipped.template("control", context, accounts=[shipped.TARGET]), "control")
    key = f"artifacts/app/{code.sha256}.zip"
    put = emulator.client("s3").put_object(Bucket=control["ArtifactBucket"], Key=key, Body=code.path.read_bytes())
    given = {
        "ReferenceRegion": "true",
        "RegionRole": "primary",
        "ArtifactBucketPrefix": f"{context.prefix}-{context.home_account}",
        "Release": context.release,
        "CodeAppKey": key,
        "CodeAppVersion": put["VersionId"],
    }
    made = Application(emulator, context, given)
    made.deploy("infra", user_pools={"staff": {}}, api_log_role=True)
    return made


@pytest.fixture(scope="module")
def http(application: Application) -> str:
    return application.compute(HTTP)


def test_a_route_answers_and_what_is_no_route_does_not(application: Application, http: str) -> None:
    status, _, body = application.call(http, "$default", "/open")
    missing, _, _ = application.call(http, "$default", "/other")

    assert (status, json.loads(body)["path"], missing) == (200, "/open", 404)


@pytest.mark.parametrize(("token", "expected"), [("open", 200), ("shut", 403)])
def test_a_function_says_who_may_call(application: Application, http: str, token: str, expected: int) -> None:
    status, _, _ = application.call(http, "$default", "/closed/1", **{"X-Token": token})

    assert status == expected


def test_a_pool_is_found_by_the_parameters_that_infra_left(application: Application) -> None:
    api = application.compute({**HTTP, "authorizers": {**HTTP["authorizers"], "staff": {"pool": "staff"}}})  # type: ignore[dict-item]
    pools = application.emulator.client("cognito-idp").list_user_pools(MaxResults=5)["UserPools"]
    found = application.emulator.client("apigatewayv2").get_authorizers(ApiId=api)["Items"]
    issuer = next(one["JwtConfiguration"]["Issuer"] for one in found if one["Name"] == "staff")

    assert issuer == f"https://cognito-idp.{shipped.REGION}.amazonaws.com/{pools[0]['Id']}"


@pytest.fixture(scope="module")
def rest(application: Application, http: str) -> str:
    """The same application with the other kind of API, deployed over the first."""
    made = application.compute(REST)
    assert made != http
    return made


def test_an_application_changes_from_one_kind_to_the_other_and_its_names_follow(
    application: Application, rest: str
) -> None:
    status, _, body = application.call(rest, "live", "/open/1")
    mappings = application.emulator.client("apigatewayv2").get_api_mappings(DomainName=application.context.host)

    assert (status, json.loads(body)["path"]) == (200, "/open/1")
    assert [(one["ApiId"], one["Stage"]) for one in mappings["Items"]] == [(rest, "live")]


def test_a_preflight_is_answered_without_a_function(application: Application, rest: str) -> None:
    status, headers, _ = application.call(rest, "live", "/open/1", "OPTIONS")

    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "https://a.example.com"


def test_a_new_route_is_public_as_soon_as_the_stack_is_updated(application: Application, rest: str) -> None:
    before, _, _ = application.call(rest, "live", "/added")
    application.compute({**REST, "routes": {"GET /added": {"function": "front"}}})
    after, _, _ = application.call(rest, "live", "/added")

    assert (before == 200, after) == (False, 200)


@pytest.fixture(scope="module")
def chat(application: Application, http: str) -> str:
    apis = application.emulator.client("apigatewayv2").get_apis()["Items"]
    return next(str(one["ApiId"]) for one in apis if one["ProtocolType"] == "WEBSOCKET")


def connected(application: Application, api: str, token: str) -> Connection:
    from tests.blueprints.websocket_client import Connection

    url = f"{application.emulator.url}/_aws/execute-api/{api}/live?token={token}"
    return Connection(url, application.signed(url))


def sender(application: Application, api: str) -> Any:
    import boto3

    return boto3.session.Session().client(
        "apigatewaymanagementapi",
        region_name=shipped.REGION,
        endpoint_url=f"{application.emulator.url}/_aws/execute-api/{api}/live",
        aws_access_key_id=shipped.TARGET,
        aws_secret_access_key="x",
    )


def test_a_connection_is_answered_and_can_be_sent_to(application: Application, chat: str) -> None:
    with connected(application, chat, "open") as connection:
        name = connection.say('{"action": "hello"}')
        sender(application, chat).post_to_connection(ConnectionId=name, Data=b"news")

        assert connection.hear() == "news"


def test_nobody_connects_whom_the_function_refuses(application: Application, chat: str) -> None:
    with connected(application, chat, "shut") as connection:
        assert not connection.opened
