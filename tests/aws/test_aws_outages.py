"""Outages on the wire: the order of writes, answers that are lost, accounts that are denied, commands for hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import Outage
from orchestrator.core.errors import AccessDenied, AwsError, NotFound, Refused, Throttled

REGION, HOST = "us-east-1", "us-east-1.sample.fed.dev"
FIRST, SECOND = "222222222222", "333333333333"
HTTP_ARN = f"arn:aws:apigateway:{REGION}::/apis/api1/stages/$default"
REST_ARN = f"arn:aws:apigateway:{REGION}::/restapis/api1/stages/$default"
API, REST = {"ApiId": "api1", "StageName": "$default"}, {"restApiId": "api1", "stageName": "$default"}
ZERO = {"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0.0}
OUTAGE = Outage(REGION, ((FIRST, HOST),))
TAG = "orchestrator-drill"


@pytest.fixture
def outages(sessions: Sessions) -> AwsOutages:
    return AwsOutages(sessions)


@pytest.fixture
def http(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("apigatewayv2", REGION, FIRST)


@pytest.fixture
def rest(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("apigateway", REGION, FIRST)


def maps(stub: Stubber) -> None:
    """The host leads to api1."""
    stub.add_response("get_api_mappings", {"Items": [{"ApiId": "api1", "Stage": "$default"}]}, {"DomainName": HOST})


def stands(stub: Stubber, settings: dict[str, Any] | None = None, default: dict[str, Any] | None = None) -> None:
    answer = {"StageName": "$default", "RouteSettings": settings or {}, "DefaultRouteSettings": default or {}}
    stub.add_response("get_stage", answer, API)


def routes(stub: Stubber, *keys: str) -> None:
    stub.add_response("get_routes", {"Items": [{"RouteKey": key} for key in keys or ("$default",)]}, {"ApiId": "api1"})


def tagged(stub: Stubber, **tags: str) -> None:
    stub.add_response("get_tags", {"Tags": tags}, {"ResourceArn": HTTP_ARN})


def found(stub: Stubber, settings: dict[str, Any] | None = None, *keys: str, **tags: str) -> None:
    """What is read before anything is decided."""
    maps(stub)
    stands(stub)
    tagged(stub, **tags)
    stands(stub, settings)
    routes(stub, *keys)


def throttles(stub: Stubber, settings: dict[str, Any]) -> None:
    stub.add_response("update_stage", {}, {**API, "RouteSettings": settings})


def told(**tags: str) -> dict[str, str]:
    return {TAG: "none", **tags}


def test_the_tag_is_written_before_anything_is_throttled(outages: AwsOutages, http: Stubber) -> None:
    found(http)
    http.add_response("tag_resource", {}, {"ResourceArn": HTTP_ARN, "Tags": told()})
    stands(http, default={"DetailedMetricsEnabled": True, "LoggingLevel": "OFF", "ThrottlingBurstLimit": 9})
    throttles(http, {"$default": {"DetailedMetricsEnabled": True, **ZERO}})

    outages.begin(OUTAGE, lasts_s=60)


def test_a_tag_that_is_refused_leaves_the_stage_alone(outages: AwsOutages, http: Stubber) -> None:
    found(http)
    http.add_client_error("tag_resource", "BadRequestException", "too many tags", 400)

    with pytest.raises(AwsError, match="too many tags"):
        outages.begin(OUTAGE, lasts_s=60)


def test_a_tag_whose_throttling_was_lost_is_followed_by_it(outages: AwsOutages, http: Stubber) -> None:
    found(http, **told())
    stands(http)
    throttles(http, {"$default": ZERO})

    outages.begin(OUTAGE, lasts_s=60)


def test_a_throttling_whose_answer_was_lost_is_not_taken_for_what_was_before(
    outages: AwsOutages, http: Stubber
) -> None:
    found(http, {"$default": ZERO}, **{TAG: "_24default=5:2.0"})

    outages.begin(OUTAGE, lasts_s=60)


def test_a_route_that_came_since_is_noted_beside_the_others(outages: AwsOutages, http: Stubber) -> None:
    limited = {"ThrottlingBurstLimit": 4, "ThrottlingRateLimit": 2.5}
    found(http, {"$default": ZERO, "GET /new": limited}, "$default", "GET /new", **told())
    http.add_response("tag_resource", {}, {"ResourceArn": HTTP_ARN, "Tags": {TAG: "GET_20/new=4:2.5"}})
    stands(http, {"$default": ZERO, "GET /new": limited})
    throttles(http, {"GET /new": ZERO})

    outages.begin(OUTAGE, lasts_s=60)


def test_a_stage_at_zero_without_a_tag_is_not_taken_for_one_that_serves(outages: AwsOutages, http: Stubber) -> None:
    found(http, {"$default": ZERO})

    with pytest.raises(AwsError, match="without a tag that says what was before"):
        outages.begin(OUTAGE, lasts_s=60)


def test_the_first_account_that_fails_ends_the_beginning(outages: AwsOutages, http: Stubber) -> None:
    http.add_client_error("get_api_mappings", "AccessDeniedException", "no", 403)

    with pytest.raises(AccessDenied):
        outages.begin(Outage(REGION, ((FIRST, HOST), (SECOND, HOST))), lasts_s=60)


def test_a_silent_outage_cannot_be_had(outages: AwsOutages, http: Stubber) -> None:
    with pytest.raises(Refused, match=r"never answer.*--local"):
        outages.begin(Outage(REGION, ((FIRST, HOST),), silent=True), lasts_s=60)


def test_every_page_of_the_mappings_counts_and_each_stage_once(outages: AwsOutages, http: Stubber) -> None:
    item = {"ApiId": "api1", "Stage": "$default"}
    http.add_response("get_api_mappings", {"Items": [item], "NextToken": "more"}, {"DomainName": HOST})
    http.add_response("get_api_mappings", {"Items": [item]}, {"DomainName": HOST, "NextToken": "more"})
    stands(http)
    tagged(http)

    outages.end(OUTAGE)


def test_the_end_puts_back_limits_unsets_the_others_and_removes_the_tag_last(
    outages: AwsOutages, http: Stubber
) -> None:
    now = {
        "$default": {"DetailedMetricsEnabled": True, **ZERO},
        "GET /a": ZERO,
        "GET /mine": {"ThrottlingBurstLimit": 1},
    }
    keys = ("$default", "GET /a", "GET /mine")
    found(http, now, *keys, **{TAG: "GET_20/a=5:", "team": "blue"})
    stands(http, now)
    routes(http, *keys)
    for key in ("$default", "GET /a"):
        http.add_response("delete_route_settings", {}, {**API, "RouteKey": key})
    throttles(http, {"GET /a": {"ThrottlingBurstLimit": 5}})
    tagged(http, **told(team="blue"))
    http.add_response("untag_resource", {}, {"ResourceArn": HTTP_ARN, "TagKeys": [TAG]})

    outages.end(OUTAGE)


def test_the_end_skips_routes_that_are_gone(outages: AwsOutages, http: Stubber) -> None:
    found(http, {}, "$default", **{TAG: "GET_20/a=5:2.0"})
    stands(http)
    routes(http)
    tagged(http, **told())
    http.add_response("untag_resource", {}, {"ResourceArn": HTTP_ARN, "TagKeys": [TAG]})

    outages.end(OUTAGE)


def test_an_unset_route_whose_answer_was_lost_is_unset(outages: AwsOutages, http: Stubber) -> None:
    found(http, {"$default": ZERO}, **told())
    stands(http, {"$default": ZERO})
    routes(http)
    http.add_client_error("delete_route_settings", "NotFoundException", "no settings", 404)
    tagged(http, **told())
    http.add_response("untag_resource", {}, {"ResourceArn": HTTP_ARN, "TagKeys": [TAG]})

    outages.end(OUTAGE)


@pytest.mark.parametrize("where", ["domain", "stage"])
def test_what_is_gone_needs_no_end(outages: AwsOutages, http: Stubber, rest: Stubber, where: str) -> None:
    if where == "domain":
        http.add_client_error("get_api_mappings", "NotFoundException", "no domain", 404)
    else:
        maps(http)
        http.add_client_error("get_stage", "NotFoundException", "no stage", 404)
        rest.add_client_error("get_tags", "NotFoundException", "no stage", 404)

    outages.end(OUTAGE)


def test_a_rest_api_is_throttled_by_its_method_settings(outages: AwsOutages, http: Stubber, rest: Stubber) -> None:
    maps(http)
    http.add_client_error("get_stage", "NotFoundException", "no such API", 404)
    rest.add_response("get_tags", {"tags": {}}, {"resourceArn": REST_ARN})
    own = {"throttlingBurstLimit": 7, "throttlingRateLimit": 3.0}
    rest.add_response("get_stage", {"methodSettings": {"~1pets/GET": own}}, REST)
    rest.add_response("tag_resource", {}, {"resourceArn": REST_ARN, "tags": {TAG: "_7e1pets/GET=7:3.0"}})
    paths = [f"/{key}/throttling/{name}" for key in ("*/*", "~1pets/GET") for name in ("burstLimit", "rateLimit")]
    patches = [
        {"op": "replace", "path": path, "value": value} for path, value in zip(paths, ("0", "0.0") * 2, strict=True)
    ]
    rest.add_response("update_stage", {}, {**REST, "patchOperations": patches})

    outages.begin(OUTAGE, lasts_s=60)


def test_a_rest_api_gets_its_settings_back_and_loses_those_that_it_had_not(
    outages: AwsOutages, http: Stubber, rest: Stubber
) -> None:
    zero = {"throttlingBurstLimit": 0, "throttlingRateLimit": 0.0}
    maps(http)
    http.add_client_error("get_stage", "NotFoundException", "no such API", 404)
    rest.add_response("get_tags", {"tags": {TAG: "_7e1pets/GET=7:"}}, {"resourceArn": REST_ARN})
    rest.add_response("get_stage", {"methodSettings": {"*/*": zero, "~1pets/GET": zero}}, REST)
    patches = [
        {"op": "remove", "path": "/*/*"},
        {"op": "replace", "path": "/~1pets/GET/throttling/burstLimit", "value": "7"},
        {"op": "replace", "path": "/~1pets/GET/throttling/rateLimit", "value": "-1"},
    ]
    rest.add_response("update_stage", {}, {**REST, "patchOperations": patches})
    rest.add_response("get_tags", {"tags": {TAG: "x"}}, {"resourceArn": REST_ARN})
    rest.add_response("untag_resource", {}, {"resourceArn": REST_ARN, "tagKeys": [TAG]})

    outages.end(OUTAGE)


def test_a_tag_that_cannot_be_read_is_told_with_its_stage(outages: AwsOutages, http: Stubber) -> None:
    maps(http)
    stands(http)
    tagged(http, **{TAG: "nonsense"})
    tagged(http, **{TAG: "nonsense"})

    with pytest.raises(AwsError, match="cannot be read") as refused:
        outages.end(OUTAGE)

    assert f"remove the zero limits of {HTTP_ARN}" in refused.value.fix


def test_who_could_not_put_it_back_tells_the_commands_that_do(outages: AwsOutages, http: Stubber) -> None:
    found(http, {"GET /a": {"ThrottlingBurstLimit": 5, "ThrottlingRateLimit": 2.0}}, "$default", "GET /a")
    http.add_response("tag_resource", {}, {"ResourceArn": HTTP_ARN, "Tags": {TAG: "GET_20/a=5:2.0"}})
    stands(http)
    throttles(http, {"$default": ZERO, "GET /a": ZERO})
    outages.begin(OUTAGE, lasts_s=60)
    maps(http)
    stands(http)
    http.add_client_error("get_tags", "AccessDeniedException", "no", 403)

    with pytest.raises(AccessDenied) as refused:
        outages.end(OUTAGE)

    place = "--region us-east-1 --api-id api1 --stage-name '$default'"
    assert refused.value.fix.partition(": ")[2].split("; ") == [
        f"aws apigatewayv2 delete-route-settings {place} --route-key '$default'",
        f"aws apigatewayv2 update-stage {place} --route-settings "
        """'{"GET /a":{"ThrottlingBurstLimit":5,"ThrottlingRateLimit":2.0}}'""",
        f"aws apigatewayv2 untag-resource --region us-east-1 --resource-arn '{HTTP_ARN}' --tag-keys orchestrator-drill",
    ]


def test_the_commands_for_a_rest_api_are_one_change_and_its_tag(
    outages: AwsOutages, http: Stubber, rest: Stubber
) -> None:
    zero = {"throttlingBurstLimit": 0, "throttlingRateLimit": 0.0}
    maps(http)
    http.add_client_error("get_stage", "NotFoundException", "no such API", 404)
    read = (
        ("get_tags", {"tags": told()}, {"resourceArn": REST_ARN}),
        ("get_stage", {"methodSettings": {"*/*": zero}}, REST),
    )
    for one in read:
        rest.add_response(*one)
    rest.add_client_error("update_stage", "AccessDeniedException", "no", 403)
    for one in read:
        rest.add_response(*one)

    with pytest.raises(AccessDenied) as refused:
        outages.end(OUTAGE)

    assert refused.value.fix.partition(": ")[2].split("; ") == [
        "aws apigateway update-stage --region us-east-1 --rest-api-id api1 --stage-name '$default' --patch-operations "
        """'[{"op":"remove","path":"/*/*"}]'""",
        f"aws apigateway untag-resource --region us-east-1 --resource-arn '{REST_ARN}' --tag-keys orchestrator-drill",
    ]


def test_an_end_that_may_succeed_later_is_told_as_such(
    outages: AwsOutages, http: Stubber, stubbed: Callable[..., Stubber]
) -> None:
    http.add_client_error("get_api_mappings", "AccessDeniedException", "no", 403)
    stubbed("apigatewayv2", REGION, SECOND).add_client_error(
        "get_api_mappings", "TooManyRequestsException", "slow", 429
    )

    with pytest.raises(Throttled) as refused:
        outages.end(Outage(REGION, ((FIRST, HOST), (SECOND, HOST))))

    assert FIRST in refused.value.what
    assert SECOND in refused.value.what


@pytest.mark.parametrize(
    ("code", "kind"),
    [("NotFoundException", NotFound), ("ConflictException", Throttled), ("UnauthorizedException", AccessDenied)],
)
def test_api_gateway_says_in_its_own_words_what_is_wrong(
    outages: AwsOutages, http: Stubber, code: str, kind: type[AwsError]
) -> None:
    maps(http)
    stands(http)
    tagged(http)
    http.add_client_error("get_stage", code, "wrong")

    with pytest.raises(kind, match="wrong"):
        outages.begin(OUTAGE, lasts_s=60)
