"""AWS's own outages against the emulator's API Gateway: what is throttled, where it is noted, what comes back."""

from __future__ import annotations

import http.client
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Call, Sessions
from orchestrator.core.drill import Outage
from orchestrator.core.errors import AccessDenied, AwsError
from tests.embedded import Embedded

REGION, ACCOUNT, OTHER = "eu-west-1", "161616161616", "171717171717"
STAGE, ZERO = "live", {"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0.0}


class Caller:
    """Outages over the emulator, and the calls that they made."""

    def __init__(self, embedded: Embedded) -> None:
        self.calls = list[Call]()
        self.sessions = Sessions(
            "aws",
            credentials=LocalAccounts("000000000000"),
            endpoint_url=embedded.aws.endpoint_url,
            on_call=self.calls.append,
        )
        self.outages = AwsOutages(self.sessions)

    def made(self) -> list[str]:
        """The changes since the last look."""
        seen = [one.operation for one in self.calls if one.mutating]
        self.calls.clear()
        return seen


@pytest.fixture
def caller(embedded: Embedded) -> Iterator[Caller]:
    made = Caller(embedded)
    yield made
    made.sessions.close()


def new_host() -> str:
    return f"{REGION}.{uuid.uuid4().hex[:8]}.dev"


def mapped(embedded: Embedded, host: str, api: str, *, account: str = ACCOUNT) -> None:
    client = embedded.client("apigatewayv2", REGION, account)
    certificate = {"CertificateArn": "arn:aws:acm:::certificate/x", "EndpointType": "REGIONAL"}
    client.create_domain_name(DomainName=host, DomainNameConfigurations=[certificate])
    client.create_api_mapping(DomainName=host, ApiId=api, Stage=STAGE)


def http_api(embedded: Embedded, host: str, *, account: str = ACCOUNT, **settings: Any) -> str:
    client = embedded.client("apigatewayv2", REGION, account)
    api = str(client.create_api(Name=host, ProtocolType="HTTP")["ApiId"])
    for key in ("$default", "GET /pets/{id}", "POST /pets"):
        client.create_route(ApiId=api, RouteKey=key)
    client.create_stage(ApiId=api, StageName=STAGE, AutoDeploy=True, Tags={"team": "blue"}, **settings)
    mapped(embedded, host, api, account=account)
    return api


def rest_api(embedded: Embedded, host: str) -> str:
    client = embedded.client("apigateway", REGION, ACCOUNT)
    api = str(client.create_rest_api(name=host)["id"])
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    pets = client.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    for resource in (root, pets):
        method = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
        client.put_method(**method, authorizationType="NONE")
        client.put_integration(**method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        client.put_method_response(**method, statusCode="200")
        client.put_integration_response(**method, statusCode="200")
    client.create_deployment(restApiId=api, stageName=STAGE)
    mapped(embedded, host, api)
    return api


def stage(embedded: Embedded, api: str, account: str = ACCOUNT) -> Any:
    found = embedded.client("apigatewayv2", REGION, account).get_stage(ApiId=api, StageName=STAGE)
    return {key: found.get(key) for key in ("DefaultRouteSettings", "RouteSettings")}


def tags(embedded: Embedded, api: str, account: str = ACCOUNT) -> dict[str, str]:
    arn = f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/{STAGE}"
    return dict(embedded.client("apigatewayv2", REGION, account).get_tags(ResourceArn=arn)["Tags"])


def status(embedded: Embedded, host: str, path: str) -> int:
    connection = http.client.HTTPConnection(embedded.aws.data_plane[REGION], embedded.aws.data_port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def test_every_route_of_an_http_api_is_throttled_to_nothing_and_unset_again(embedded: Embedded, caller: Caller) -> None:
    host = new_host()
    api = http_api(embedded, host)
    before = stage(embedded, api)

    caller.outages.begin(Outage(REGION, ((ACCOUNT, host),)), lasts_s=60)
    during, noted = stage(embedded, api), tags(embedded, api)
    caller.outages.end(Outage(REGION, ((ACCOUNT, host),)))

    assert during == {**before, "RouteSettings": dict.fromkeys(("$default", "GET /pets/{id}", "POST /pets"), ZERO)}
    assert noted == {"team": "blue", "orchestrator-drill": "none"}
    assert (stage(embedded, api), tags(embedded, api)) == (before, {"team": "blue"})


def test_limits_that_were_there_come_back_as_they_were(embedded: Embedded, caller: Caller) -> None:
    host = new_host()
    settings = {
        "DefaultRouteSettings": {"DetailedMetricsEnabled": True, "ThrottlingBurstLimit": 9, "ThrottlingRateLimit": 3.5},
        "RouteSettings": {"POST /pets": {"ThrottlingBurstLimit": 4, "ThrottlingRateLimit": 2.5}},
    }
    api = http_api(embedded, host, **settings)

    caller.outages.begin(Outage(REGION, ((ACCOUNT, host),)), lasts_s=60)
    during, noted = stage(embedded, api)["RouteSettings"], tags(embedded, api)["orchestrator-drill"]
    AwsOutages(caller.sessions).end(Outage(REGION, ((ACCOUNT, host),)))

    assert noted == "POST_20/pets=4:2.5"
    assert during["$default"] == {"DetailedMetricsEnabled": True, **ZERO}
    assert during["POST /pets"] == ZERO
    assert stage(embedded, api) == settings


def test_a_rest_api_answers_429_and_then_as_before(embedded: Embedded, caller: Caller) -> None:
    host = new_host()
    api = rest_api(embedded, host)
    own = embedded.client("apigateway", REGION, ACCOUNT)
    patches = [
        {"op": "replace", "path": f"/pets/GET/throttling/{name}", "value": "7"} for name in ("burstLimit", "rateLimit")
    ]
    own.update_stage(restApiId=api, stageName=STAGE, patchOperations=patches)
    before = own.get_stage(restApiId=api, stageName=STAGE)["methodSettings"]
    outage = Outage(REGION, ((ACCOUNT, host),))

    caller.outages.begin(outage, lasts_s=60)
    during = [status(embedded, host, path) for path in ("/", "/pets")]
    caller.outages.end(outage)
    after = [status(embedded, host, path) for path in ("/", "/pets")]

    assert (during, after) == ([429, 429], [200, 200])
    assert own.get_stage(restApiId=api, stageName=STAGE)["methodSettings"] == before


def test_beginning_and_ending_twice_change_nothing_more(embedded: Embedded, caller: Caller) -> None:
    host = new_host()
    http_api(embedded, host)
    outage = Outage(REGION, ((ACCOUNT, host),))

    made = []
    for step in (caller.outages.begin, caller.outages.begin):
        step(outage, lasts_s=60)
        made.append(caller.made())
    for _ in range(2):
        caller.outages.end(outage)
        made.append(caller.made())

    assert made == [["TagResource", "UpdateStage"], [], [*["DeleteRouteSettings"] * 3, "UntagResource"], []]


DENIED = {"kind": "error", "service": "apigateway", "region": REGION, "status": 403, "code": "AccessDeniedException"}


def test_an_account_that_is_denied_does_not_keep_the_others_out(embedded: Embedded, caller: Caller) -> None:
    first, second = new_host(), new_host()
    apis = {ACCOUNT: http_api(embedded, first), OTHER: http_api(embedded, second, account=OTHER)}
    outage = Outage(REGION, ((ACCOUNT, first), (OTHER, second)))
    caller.outages.begin(outage, lasts_s=60)
    later = AwsOutages(caller.sessions)

    with embedded.fault(**DENIED, count=1), pytest.raises(AccessDenied) as refused:
        later.end(outage)
    still = {account: len(stage(embedded, api, account)["RouteSettings"]) for account, api in apis.items()}
    later.end(outage)

    assert f"{first} in account {ACCOUNT}" in refused.value.what
    assert second not in refused.value.what
    assert f"aws apigatewayv2 get-api-mappings --region {REGION} --domain-name {first}" in refused.value.fix
    assert still == {ACCOUNT: 3, OTHER: 0}
    assert stage(embedded, apis[ACCOUNT])["RouteSettings"] == {}


def test_whoever_began_the_outage_ends_it_without_asking_where_the_host_leads(
    embedded: Embedded, caller: Caller
) -> None:
    host = new_host()
    api = http_api(embedded, host)
    outage = Outage(REGION, ((ACCOUNT, host),))
    caller.outages.begin(outage, lasts_s=60)

    with embedded.fault(**DENIED, count=1):
        caller.outages.end(outage)

    assert (stage(embedded, api)["RouteSettings"], tags(embedded, api)) == ({}, {"team": "blue"})


def test_a_host_without_an_api_is_told_at_the_beginning_and_is_nothing_to_end(
    embedded: Embedded, caller: Caller
) -> None:
    outage = Outage(REGION, ((ACCOUNT, new_host()),))

    with pytest.raises(AwsError, match="leads to no API"):
        caller.outages.begin(outage, lasts_s=60)
    caller.outages.end(outage)

    assert caller.made() == []
