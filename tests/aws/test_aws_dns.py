from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.stub import Stubber

from orchestrator.aws.dns import AwsDns
from orchestrator.aws.dns_shapes import check_config, check_of
from orchestrator.aws.sessions import ONCE, Sessions
from orchestrator.core.dns import (
    AliasTarget,
    CheckKind,
    FailoverRole,
    HealthCheck,
    HostedZone,
    InsufficientData,
    RecordAction,
    RecordChange,
    RecordSet,
)
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, PreconditionFailed, Refused, Throttled
from orchestrator.core.pending import Pending
from orchestrator.ports import Clock

CHECK = HealthCheck(
    name="us-east-1.sample.fed.dev",
    id="hc-1",
    caller_reference="ref-1",
    host="us-east-1.sample.fed.dev",
    path="/health",
    version=3,
)
ENDPOINT = {
    "FullyQualifiedDomainName": "us-east-1.sample.fed.dev",
    "Port": 443,
    "ResourcePath": "/health",
    "FailureThreshold": 3,
    "EnableSNI": True,
    "Inverted": False,
    "Disabled": False,
}


@pytest.fixture
def gateway(sessions: Sessions, clock: Clock) -> AwsDns:
    return AwsDns(sessions, clock)


@pytest.fixture
def route53(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("route53", "us-east-1")


@pytest.fixture
def batches(stubbed: Callable[..., Stubber]) -> Stubber:
    """Those that the SDK never repeats."""
    return stubbed("route53", "us-east-1", time_outs=ONCE)


def _zone(identifier: str, name: str = "fed.dev.", *, private: bool = False, size: int = 2) -> dict[str, object]:
    return {
        "Id": f"/hostedzone/{identifier}",
        "Name": name,
        "CallerReference": "c",
        "Config": {"PrivateZone": private},
        "ResourceRecordSetCount": size,
    }


def _zones(*zones: dict[str, object], **more: object) -> dict[str, object]:
    return {"HostedZones": list(zones), "IsTruncated": False, "MaxItems": "100", **more}


# -- zones --------------------------------------------------------------------------------------------------------


def test_zone_is_the_public_one_of_exactly_that_name(gateway: AwsDns, route53: Stubber) -> None:
    zones = _zones(_zone("P", private=True), _zone("Z1"), _zone("Z2", "other.dev."))
    route53.add_response("list_hosted_zones_by_name", zones, {"DNSName": "fed.dev", "MaxItems": "100"})

    assert gateway.zone("Fed.dev.") == HostedZone("Z1", "fed.dev")


def test_zone_reads_on_while_zones_have_the_same_name(gateway: AwsDns, route53: Stubber) -> None:
    follows = {"NextDNSName": "fed.dev.", "NextHostedZoneId": "/hostedzone/Z1"}
    first = _zones(_zone("P", private=True), IsTruncated=True, **follows)
    route53.add_response("list_hosted_zones_by_name", first)
    after = {"DNSName": "fed.dev.", "HostedZoneId": "Z1", "MaxItems": "100"}
    route53.add_response("list_hosted_zones_by_name", _zones(_zone("Z1")), after)

    assert gateway.zone("fed.dev") == HostedZone("Z1", "fed.dev")


def test_zone_stops_reading_at_the_first_other_name(gateway: AwsDns, route53: Stubber) -> None:
    page = _zones(_zone("Z2", "other.dev."), IsTruncated=True, NextDNSName="zoo.dev.", NextHostedZoneId="Z3")
    route53.add_response("list_hosted_zones_by_name", page)

    assert gateway.zone("fed.dev") is None


def test_two_public_zones_of_one_name_are_refused(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_response("list_hosted_zones_by_name", _zones(_zone("Z1"), _zone("Z2")))

    with pytest.raises(Refused, match="Z1, Z2"):
        gateway.zone("fed.dev")


def test_the_zone_may_live_in_another_account(
    sessions: Sessions, clock: Clock, stubbed: Callable[..., Stubber]
) -> None:
    elsewhere = stubbed("route53", "us-east-1", "222222222222")
    elsewhere.add_response("list_hosted_zones_by_name", _zones(_zone("Z1")))

    assert AwsDns(sessions, clock, zone_account="222222222222").zone("fed.dev") == HostedZone("Z1", "fed.dev")


# -- records ------------------------------------------------------------------------------------------------------


def _records(*names: str, then: str = "") -> dict[str, object]:
    found = [
        {"Name": f"{name}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]} for name in names
    ]
    page: dict[str, object] = {"ResourceRecordSets": found, "IsTruncated": bool(then), "MaxItems": "300"}
    return {**page, "NextRecordName": f"{then}.", "NextRecordType": "A"} if then else page


def test_records_reads_a_small_zone_in_one_call(gateway: AwsDns, route53: Stubber) -> None:
    page = _records("fed.dev", "a.fed.dev", r"\052.fed.dev")
    route53.add_response("list_resource_record_sets", page, {"HostedZoneId": "Z1", "MaxItems": "300"})

    found = gateway.records("Z1", frozenset({"*.fed.dev", "A.fed.dev.", "missing.fed.dev"}))

    assert [record.name for record in found] == ["*.fed.dev", "a.fed.dev"]


def test_records_of_no_names_makes_no_call(gateway: AwsDns, route53: Stubber) -> None:
    assert gateway.records("Z1", frozenset()) == ()


def test_records_of_a_large_zone_are_asked_for_by_name(gateway: AwsDns, route53: Stubber) -> None:
    start = {"HostedZoneId": "Z1", "MaxItems": "300"}
    route53.add_response("list_resource_record_sets", _records("fed.dev", "a.fed.dev", then="b.fed.dev"), start)
    route53.add_response("get_hosted_zone", {"HostedZone": _zone("Z1", size=3001)}, {"Id": "Z1"})
    for name, listed in {"m.fed.dev": "n.fed.dev", "x.fed.dev": "x.fed.dev"}.items():
        page = _records(listed, "y.fed.dev", then="z.fed.dev")
        route53.add_response("list_resource_record_sets", page, {**start, "StartRecordName": name})

    found = gateway.records("Z1", frozenset({"a.fed.dev", "x.fed.dev", "m.fed.dev"}))

    assert [record.name for record in found] == ["a.fed.dev", "x.fed.dev"]


def test_records_found_in_the_first_page_of_a_large_zone_cost_no_second_call(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_response("list_resource_record_sets", _records("a.fed.dev", then="b.fed.dev"))

    assert [record.name for record in gateway.records("Z1", frozenset({"a.fed.dev"}))] == ["a.fed.dev"]


def test_a_name_at_the_end_of_a_large_zone_may_be_missing(gateway: AwsDns, route53: Stubber) -> None:
    start = {"HostedZoneId": "Z1", "MaxItems": "300"}
    route53.add_response("list_resource_record_sets", _records("a.fed.dev", then="b.fed.dev"), start)
    route53.add_response("get_hosted_zone", {"HostedZone": _zone("Z1", size=3001)})
    route53.add_response("list_resource_record_sets", _records(), {**start, "StartRecordName": "z.fed.dev"})

    assert gateway.records("Z1", frozenset({"z.fed.dev"})) == ()


def test_records_reads_on_when_one_name_fills_a_page(gateway: AwsDns, route53: Stubber) -> None:
    start = {"HostedZoneId": "Z1", "MaxItems": "300"}
    route53.add_response("list_hosted_zones_by_name", _zones(_zone("Z1", size=3001)))
    route53.add_response("list_resource_record_sets", _records("a.fed.dev", then="b.fed.dev"), start)
    page = _records("x.fed.dev", then="x.fed.dev")
    page["NextRecordIdentifier"] = "two"
    route53.add_response("list_resource_record_sets", page, {**start, "StartRecordName": "x.fed.dev"})
    second = _records("x.fed.dev", "y.fed.dev")
    second["ResourceRecordSets"][0]["SetIdentifier"] = "two"  # type: ignore[index]
    after = {"StartRecordName": "x.fed.dev.", "StartRecordType": "A", "StartRecordIdentifier": "two"}
    route53.add_response("list_resource_record_sets", second, {**start, **after})

    gateway.zone("fed.dev")
    found = gateway.records("Z1", frozenset({"x.fed.dev"}))

    assert [(record.name, record.set_identifier) for record in found] == [("x.fed.dev", ""), ("x.fed.dev", "two")]


def test_records_reads_the_pages_when_they_are_fewer_than_the_names(gateway: AwsDns, route53: Stubber) -> None:
    start = {"HostedZoneId": "Z1", "MaxItems": "300"}
    cut_off = _records("a.fed.dev", "b.fed.dev", then="b.fed.dev")
    route53.add_response("list_resource_record_sets", cut_off, start)
    route53.add_response("get_hosted_zone", {"HostedZone": _zone("Z1", size=301)})
    rest = _records("b.fed.dev", "c.fed.dev")
    route53.add_response("list_resource_record_sets", rest, {**start, "StartRecordName": "b.fed.dev."})

    found = gateway.records("Z1", frozenset({"a.fed.dev", "b.fed.dev", "c.fed.dev", "d.fed.dev"}))

    assert [record.name for record in found] == ["a.fed.dev", "b.fed.dev", "c.fed.dev"]


FAILOVER_ALIAS = RecordSet(
    name="sample.fed.dev",
    type="A",
    alias=AliasTarget("d-abc.execute-api.us-east-1.amazonaws.com", "ZAPI", evaluate_target_health=True),
    set_identifier="us-east-1",
    failover=FailoverRole.PRIMARY,
    health_check="hc-1",
)
WEIGHTED = RecordSet(name="w.fed.dev", type="TXT", ttl_s=300, values=('"v"',), set_identifier="w", weight=0)
LATENCY = RecordSet(name="l.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",), set_identifier="l", region="us-east-1")
MULTI = RecordSet(name="m.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",), set_identifier="m", multivalue=True)


def test_every_kind_of_record_is_read_as_it_was_written(gateway: AwsDns, route53: Stubber, batches: Stubber) -> None:
    written: list[dict[str, object]] = [
        {
            "Name": "sample.fed.dev",
            "Type": "A",
            "SetIdentifier": "us-east-1",
            "Failover": "PRIMARY",
            "HealthCheckId": "hc-1",
            "AliasTarget": {
                "DNSName": "d-abc.execute-api.us-east-1.amazonaws.com",
                "HostedZoneId": "ZAPI",
                "EvaluateTargetHealth": True,
            },
        },
        {
            "Name": "w.fed.dev",
            "Type": "TXT",
            "TTL": 300,
            "SetIdentifier": "w",
            "Weight": 0,
            "ResourceRecords": [{"Value": '"v"'}],
        },
        {
            "Name": "l.fed.dev",
            "Type": "A",
            "TTL": 60,
            "SetIdentifier": "l",
            "Region": "us-east-1",
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
        {
            "Name": "m.fed.dev",
            "Type": "A",
            "TTL": 60,
            "SetIdentifier": "m",
            "MultiValueAnswer": True,
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
    ]
    records = (FAILOVER_ALIAS, WEIGHTED, LATENCY, MULTI)
    elements = [{"Action": "UPSERT", "ResourceRecordSet": one} for one in written]
    batches.add_response(
        "change_resource_record_sets",
        {"ChangeInfo": {"Id": "/change/C1", "Status": "PENDING", "SubmittedAt": 0}},
        {"HostedZoneId": "Z1", "ChangeBatch": {"Comment": "why", "Changes": elements}},
    )
    listed = [{**one, "Name": f"{one['Name']}."} for one in written]
    page = {"ResourceRecordSets": listed, "IsTruncated": False, "MaxItems": "300"}
    route53.add_response("list_resource_record_sets", page)

    change = gateway.change("Z1", [RecordChange(RecordAction.UPSERT, one) for one in records], comment="why")
    found = gateway.records("Z1", frozenset(record.name for record in records))

    assert change == "C1"
    assert set(found) == set(records)


def test_a_batch_with_an_unknown_value_is_not_sent(gateway: AwsDns, route53: Stubber) -> None:
    pending = replace(FAILOVER_ALIAS, health_check=Pending("check", "id"))

    with pytest.raises(AwsError, match="known after check"):
        gateway.change("Z1", [RecordChange(RecordAction.CREATE, pending)], comment="c")


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("PriorRequestNotComplete", "try later", Throttled),
        ("NoSuchHostedZone", "none", NotFound),
        ("InvalidChangeBatch", "[Tried to create [name='a.', type='A'] but it already exists]", AlreadyExists),
        ("InvalidChangeBatch", "[Tried to delete [name='a.', type='A'] but it was not found]", NotFound),
        ("InvalidChangeBatch", "[RRSet with DNS name a. is not permitted]", AwsError),
    ],
)
def test_a_refused_batch_says_why(
    gateway: AwsDns, batches: Stubber, code: str, message: str, kind: type[AwsError]
) -> None:
    batches.add_client_error("change_resource_record_sets", code, message, 400)

    with pytest.raises(AwsError) as raised:
        gateway.change("Z1", [RecordChange(RecordAction.CREATE, FAILOVER_ALIAS)], comment="c")

    assert type(raised.value) is kind
    assert raised.value.where == "route53:ChangeResourceRecordSets in us-east-1 (999999999999)"


@pytest.mark.parametrize(("status", "in_sync"), [("PENDING", False), ("INSYNC", True)])
def test_in_sync_is_what_route53_says(gateway: AwsDns, route53: Stubber, status: str, in_sync: bool) -> None:
    route53.add_response(
        "get_change", {"ChangeInfo": {"Id": "/change/C1", "Status": status, "SubmittedAt": 0}}, {"Id": "C1"}
    )

    assert gateway.in_sync("C1") is in_sync


# -- health checks ------------------------------------------------------------------------------------------------


def _check(identifier: str, **config: object) -> dict[str, object]:
    settings = {"Type": "HTTPS", **ENDPOINT, "RequestInterval": 10, **config}
    return {"Id": identifier, "CallerReference": "ref-1", "HealthCheckConfig": settings, "HealthCheckVersion": 3}


def _checks(*checks: dict[str, object], **more: object) -> dict[str, object]:
    return {"HealthChecks": list(checks), "Marker": "", "IsTruncated": False, "MaxItems": "100", **more}


def _tags(identifier: str, **tags: str) -> dict[str, object]:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {"ResourceType": "healthcheck", "ResourceId": identifier, "Tags": pairs}


def test_health_checks_are_those_that_carry_all_tags(gateway: AwsDns, route53: Stubber) -> None:
    first = _checks(_check("hc-1"), _check("hc-2"), IsTruncated=True, NextMarker="m")
    route53.add_response("list_health_checks", first, {"MaxItems": "100"})
    calculated = {
        "Id": "hc-3",
        "CallerReference": "ref-3",
        "HealthCheckVersion": 1,
        "HealthCheckConfig": {"Type": "CALCULATED", "ChildHealthChecks": ["b", "a"], "HealthThreshold": 2},
    }
    route53.add_response("list_health_checks", _checks(calculated), {"MaxItems": "100", "Marker": "m"})
    sets = [_tags("hc-1", app="x", Name=CHECK.name), _tags("hc-2", app="y"), _tags("hc-3", app="x", Name="all")]
    route53.add_response(
        "list_tags_for_resources",
        {"ResourceTagSets": sets},
        {"ResourceType": "healthcheck", "ResourceIds": ["hc-1", "hc-2", "hc-3"]},
    )

    of_all, endpoint = gateway.health_checks(tags={"app": "x"})

    assert endpoint == CHECK
    assert (of_all.kind, of_all.children, of_all.health_threshold) == (CheckKind.CALCULATED, ("a", "b"), 2)


def test_tags_are_asked_for_ten_checks_at_a_time(gateway: AwsDns, route53: Stubber) -> None:
    ids = [f"hc-{number:02}" for number in range(11)]
    route53.add_response("list_health_checks", _checks(*map(_check, ids)))
    for some in (ids[:10], ids[10:]):
        answer = {"ResourceTagSets": [_tags(one, app="x") for one in some]}
        expected = {"ResourceType": "healthcheck", "ResourceIds": some}
        route53.add_response("list_tags_for_resources", answer, expected)

    assert len(gateway.health_checks(tags={"app": "x"})) == 11


def test_a_check_deleted_during_the_listing_does_not_hide_the_others(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_response("list_health_checks", _checks(_check("hc-1"), _check("hc-2")))
    route53.add_client_error("list_tags_for_resources", "NoSuchHealthCheck", "gone", 404)
    route53.add_client_error("list_tags_for_resources", "NoSuchHealthCheck", "gone", 404)
    route53.add_response("list_tags_for_resources", {"ResourceTagSets": [_tags("hc-2", app="x")]})

    assert [one.id for one in gateway.health_checks(tags={"app": "x"})] == ["hc-2"]


def _created(identifier: str) -> dict[str, object]:
    return {"HealthCheck": _check(identifier), "Location": "https://route53/hc"}


def test_create_health_check_sends_our_reference_and_then_the_tags(gateway: AwsDns, route53: Stubber) -> None:
    config = {**ENDPOINT, "Type": "HTTPS", "RequestInterval": 10}
    route53.add_response(
        "create_health_check", _created("hc-9"), {"CallerReference": "ref-1", "HealthCheckConfig": config}
    )
    tags = [{"Key": "Name", "Value": CHECK.name}, {"Key": "app", "Value": "x"}]
    expected = {"ResourceType": "healthcheck", "ResourceId": "hc-9", "AddTags": tags}
    route53.add_response("change_tags_for_resource", {}, expected)

    assert gateway.create_health_check(CHECK, tags={"app": "x"}) == "hc-9"


def test_a_reference_used_with_other_settings_already_exists(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_client_error("create_health_check", "HealthCheckAlreadyExists", "other settings", 409)

    with pytest.raises(AlreadyExists):
        gateway.create_health_check(CHECK, tags={})


PLAIN = {key: value for key, value in ENDPOINT.items() if key != "EnableSNI"}
NO_PATH = {key: value for key, value in PLAIN.items() if key != "ResourcePath"}
CALCULATED = {"Inverted": True, "Disabled": False, "ChildHealthChecks": ["a", "b"], "HealthThreshold": 2}


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        (CHECK, ENDPOINT),
        (replace(CHECK, kind=CheckKind.HTTP), PLAIN),
        (replace(CHECK, kind=CheckKind.TCP), NO_PATH),
        (replace(CHECK, kind=CheckKind.HTTP_STR_MATCH, search="ok"), {**PLAIN, "SearchString": "ok"}),
        (replace(CHECK, kind=CheckKind.HTTPS_STR_MATCH, search="ok"), {**ENDPOINT, "SearchString": "ok"}),
        (
            replace(CHECK, kind=CheckKind.CALCULATED, inverted=True, children=("a", "b"), health_threshold=2),
            CALCULATED,
        ),
    ],
)
def test_update_sends_what_may_change_of_each_kind(
    gateway: AwsDns, route53: Stubber, check: HealthCheck, fields: dict[str, object]
) -> None:
    expected = {"HealthCheckId": "hc-1", "HealthCheckVersion": 3, **fields}
    route53.add_response("update_health_check", {"HealthCheck": _check("hc-1")}, expected)

    gateway.update_health_check(check)

    route53.assert_no_pending_responses()


CONTROL = HealthCheck(
    name="evacuate",
    caller_reference="reference",
    kind=CheckKind.RECOVERY_CONTROL,
    routing_control="arn:aws:route53-recovery-control::111111111111:controlpanel/0a/routingcontrol/0b",
)


def test_a_check_of_a_routing_control_is_made_of_its_arn_alone(gateway: AwsDns, route53: Stubber) -> None:
    config = {
        "Type": "RECOVERY_CONTROL",
        "RoutingControlArn": CONTROL.routing_control,
        "Inverted": False,
        "Disabled": False,
    }
    made = {"Id": "hc-8", "CallerReference": "reference", "HealthCheckConfig": config, "HealthCheckVersion": 1}
    asked = {"CallerReference": "reference", "HealthCheckConfig": config}
    route53.add_response("create_health_check", {"HealthCheck": made, "Location": "x" * 20}, asked)
    route53.add_response("change_tags_for_resource", {})

    assert gateway.create_health_check(CONTROL, tags={}) == "hc-8"


def test_a_check_of_a_routing_control_is_read_and_updated_without_touching_its_arn(
    gateway: AwsDns, route53: Stubber
) -> None:
    check = check_of({"Id": "hc-8", "HealthCheckConfig": check_config(CONTROL)}, {"Name": "evacuate"})
    made = {"Id": "hc-8", "CallerReference": "r", "HealthCheckConfig": check_config(check), "HealthCheckVersion": 2}
    expected = {"HealthCheckId": "hc-8", "HealthCheckVersion": 1, "Inverted": False, "Disabled": False}
    route53.add_response("update_health_check", {"HealthCheck": made}, expected)

    gateway.update_health_check(check)

    assert check.routing_control == CONTROL.routing_control


LATCH = HealthCheck(
    name="latch",
    id="hc-9",
    kind=CheckKind.CLOUDWATCH_METRIC,
    alarm_region="us-west-2",
    alarm_name="evacuate-us-east-1",
    insufficient_data=InsufficientData.UNHEALTHY,
)
ALARM = {
    "AlarmIdentifier": {"Region": "us-west-2", "Name": "evacuate-us-east-1"},
    "InsufficientDataHealthStatus": "Unhealthy",
}


def test_the_check_of_an_alarm_says_what_missing_data_mean() -> None:
    assert check_config(LATCH) == {
        "Type": "CLOUDWATCH_METRIC",
        "Inverted": False,
        "Disabled": False,
        **ALARM,
    }


def test_the_check_of_an_alarm_is_read_with_what_missing_data_mean() -> None:
    found = {"Id": "hc-9", "HealthCheckConfig": {"Type": "CLOUDWATCH_METRIC", **ALARM}}
    read = check_of(found, {"Name": "latch"})

    assert (read.alarm_region, read.alarm_name) == (LATCH.alarm_region, LATCH.alarm_name)
    assert read.insufficient_data is InsufficientData.UNHEALTHY


ALARM_CONFIG = {
    "Type": "CLOUDWATCH_METRIC",
    "Inverted": False,
    "Disabled": False,
    "AlarmIdentifier": {"Region": "us-west-2", "Name": "sample-production-drill-us-east-1"},
    "InsufficientDataHealthStatus": "Healthy",
}
ALARM_CHECK = HealthCheck(
    name="lever",
    caller_reference="ref-1",
    kind=CheckKind.CLOUDWATCH_METRIC,
    port=0,
    path="",
    interval_s=0,
    failure_threshold=0,
    alarm_region="us-west-2",
    alarm_name="sample-production-drill-us-east-1",
    insufficient_data=InsufficientData.HEALTHY,
)


def test_a_check_that_follows_an_alarm_is_made_with_the_alarms_region_and_without_an_interval(
    gateway: AwsDns, route53: Stubber
) -> None:
    route53.add_response(
        "create_health_check", _created("hc-9"), {"CallerReference": "ref-1", "HealthCheckConfig": ALARM_CONFIG}
    )
    route53.add_response("change_tags_for_resource", {}, None)

    assert gateway.create_health_check(ALARM_CHECK, tags={}) == "hc-9"


def test_a_check_that_follows_an_alarm_is_read_as_it_was_made() -> None:
    listed = {"Id": "hc-9", "CallerReference": "ref-1", "HealthCheckConfig": ALARM_CONFIG}

    assert check_of(listed, {"Name": "lever"}) == replace(ALARM_CHECK, id="hc-9")


def test_an_update_of_another_version_loses(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_client_error("update_health_check", "HealthCheckVersionMismatch", "version 4", 409)

    with pytest.raises(PreconditionFailed, match="make a new plan"):
        gateway.update_health_check(CHECK)


def test_delete_health_check_is_silent_when_it_is_gone(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_response("delete_health_check", {}, {"HealthCheckId": "hc-1"})
    route53.add_client_error("delete_health_check", "NoSuchHealthCheck", "gone", 404)

    gateway.delete_health_check("hc-1")
    gateway.delete_health_check("hc-1")

    route53.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("successes", "failures", "healthy"),
    [(16, 0, True), (3, 13, True), (2, 9, True), (18, 82, False), (2, 14, False), (0, 16, False), (0, 0, None)],
)
def test_health_needs_more_than_18_percent_of_the_checkers(
    gateway: AwsDns, route53: Stubber, successes: int, failures: int, healthy: bool | None
) -> None:
    texts = ["Success: HTTP Status Code 200, OK"] * successes + ["Failure: timed out"] * failures
    seen = [{"Region": "us-east-1", "StatusReport": {"Status": text}} for text in [*texts, ""]]
    route53.add_response("get_health_check_status", {"HealthCheckObservations": seen}, {"HealthCheckId": "hc-1"})

    assert gateway.health("hc-1") is healthy


def test_health_of_a_kind_without_checkers_is_not_known(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_client_error("get_health_check_status", "InvalidInput", "not for calculated checks", 400)

    assert gateway.health("hc-1") is None


def test_health_of_a_missing_check_is_not_found(gateway: AwsDns, route53: Stubber) -> None:
    route53.add_client_error("get_health_check_status", "NoSuchHealthCheck", "gone", 404)

    with pytest.raises(NotFound):
        gateway.health("hc-1")
