"""The cluster of routing controls on the embedded AWS: its API, its faults, and the health checks that follow it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Embedded
from tests.local.failover import make_zone, plain, put
from tests.servers import eventually

SERVICE = "route53-recovery-cluster"


def arn(name: str = "") -> str:
    """A control that nobody else has."""
    name = name or uuid.uuid4().hex[:16]
    return f"arn:aws:route53-recovery-control::000000000000:controlpanel/0123abcd/routingcontrol/{name}"


def cluster(embedded: Embedded, region: str = "us-west-2") -> Any:
    return embedded.client(SERVICE, region)


def state(embedded: Embedded, control: str, region: str = "us-west-2") -> str:
    return str(cluster(embedded, region).get_routing_control_state(RoutingControlArn=control)["RoutingControlState"])


def entry(control: str, to: str) -> dict[str, str]:
    return {"RoutingControlArn": control, "RoutingControlState": to}


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_control_is_off_until_it_is_set(embedded: Embedded) -> None:
    control = arn()
    before = state(embedded, control)
    cluster(embedded).update_routing_control_state(RoutingControlArn=control, RoutingControlState="On")

    assert (before, state(embedded, control)) == ("Off", "On")


def test_every_endpoint_knows_what_was_written_at_one(embedded: Embedded) -> None:
    control = arn()
    cluster(embedded, "ap-southeast-2").update_routing_control_states(
        UpdateRoutingControlStateEntries=[entry(control, "On")]
    )

    assert {state(embedded, control, region) for region in ("us-east-1", "eu-west-1")} == {"On"}


@pytest.mark.parametrize("broken", [{"RoutingControlState": "on"}, {"RoutingControlArn": "arn:aws:iam::1:role/x"}])
def test_of_several_states_all_are_set_or_none(embedded: Embedded, broken: dict[str, str]) -> None:
    first, second = arn(), arn()
    entries = [entry(first, "On"), {**entry(second, "On"), **broken}]

    with pytest.raises(ClientError) as refused:
        cluster(embedded).update_routing_control_states(UpdateRoutingControlStateEntries=entries)
    untouched = state(embedded, first)
    cluster(embedded).update_routing_control_states(
        UpdateRoutingControlStateEntries=[entry(first, "On"), entry(second, "On")]
    )

    assert (code_of(refused), untouched) == ("ValidationException", "Off")
    assert [state(embedded, one) for one in (first, second)] == ["On", "On"]


def test_what_is_not_simulated_says_so(embedded: Embedded) -> None:
    with pytest.raises(ClientError, match="ListRoutingControls is not simulated"):
        cluster(embedded).list_routing_controls()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "outage"}, "ServiceUnavailable"),
        ({"kind": "throttle"}, "ThrottlingException"),
        ({"kind": "error", "status": 409, "code": "ConflictException"}, "ConflictException"),
    ],
)
def test_an_endpoint_fails_alone(embedded: Embedded, fault: dict[str, Any], code: str) -> None:
    control = arn()

    with (
        embedded.fault(service=SERVICE, region="eu-west-1", **fault),
        pytest.raises(ClientError) as failed,
    ):
        state(embedded, control, "eu-west-1")
    with embedded.fault(service=SERVICE, region="eu-west-1", **fault):
        elsewhere = state(embedded, control, "us-east-1")

    assert (code_of(failed), elsewhere) == (code, "Off")


@pytest.mark.parametrize("config", [{}, {"RoutingControlArn": arn("0a"), "RequestInterval": 10}])
def test_a_check_of_a_control_needs_its_arn_and_nothing_else(embedded: Embedded, config: dict[str, Any]) -> None:
    route53 = embedded.client("route53", "us-east-1")

    with pytest.raises(ClientError) as refused:
        route53.create_health_check(
            CallerReference=str(uuid.uuid4()), HealthCheckConfig={"Type": "RECOVERY_CONTROL", **config}
        )

    assert code_of(refused) == "InvalidInput"


def test_a_name_follows_its_control(embedded: Embedded) -> None:
    control, (zone, domain) = arn(), make_zone(embedded)
    route53 = embedded.client("route53", "us-east-1")
    check = route53.create_health_check(
        CallerReference=control[-16:],
        HealthCheckConfig={"Type": "RECOVERY_CONTROL", "RoutingControlArn": control},
    )["HealthCheck"]["Id"]
    name = f"app.{domain}"
    first = plain(name, "A", "192.0.2.1", SetIdentifier="first", Failover="PRIMARY", HealthCheckId=check)
    put(embedded, zone, first, plain(name, "A", "192.0.2.2", SetIdentifier="second", Failover="SECONDARY"))

    def answers(address: str) -> bool:
        told = route53.test_dns_answer(HostedZoneId=zone, RecordName=name, RecordType="A")
        return bool(told["RecordData"] == [address])

    assert eventually(lambda: answers("192.0.2.2"))
    cluster(embedded).update_routing_control_states(UpdateRoutingControlStateEntries=[entry(control, "On")])
    assert eventually(lambda: answers("192.0.2.1"))


def test_routing_controls_are_named_as_simulated(embedded: Embedded) -> None:
    assert "ARC routing controls" in {what for what, _ in embedded.aws.simulated}
