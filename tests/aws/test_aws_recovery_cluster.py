"""Routing controls over real connections: endpoints that refuse, hang, deny or say no, asked in turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from botocore.stub import Stubber

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.denial import Denial
from orchestrator.aws.levers import AwsLevers
from orchestrator.aws.recovery_cluster import RecoveryCluster
from orchestrator.aws.sessions import Call, Sessions, TimeOuts
from orchestrator.core.errors import AccessDenied, AwsError, RuleViolated, Unreachable
from orchestrator.core.levers import CLUSTER, Lever, LeverKind, Position
from orchestrator.core.topology import ClusterEndpoint
from tests.aws.conftest import HOME, RawServer
from tests.sample_world import CLUSTER_REGIONS, control_arn
from tests.servers import free_port

EAST = Lever(
    kind=LeverKind.EVACUATE,
    region="us-east-1",
    place=CLUSTER,
    namespace="sample-production",
    routing_control=control_arn("us-east-1"),
)
PATIENCE = TimeOuts(connect_s=1.0, read_s=1.0, attempts=1)
Serving = Callable[..., RawServer]


def http(status: str, **fields: object) -> bytes:
    body = json.dumps(fields).encode()
    kind = "Content-Type: application/x-amz-json-1.0\r\nConnection: close"
    return f"HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def error(code: str, status: str = "400 Bad Request", message: str = "said so") -> bytes:
    return http(status, __type=code, message=message)


ON = http("200 OK", RoutingControlArn=EAST.routing_control, RoutingControlState="On")
OFF = http("200 OK", RoutingControlArn=EAST.routing_control, RoutingControlState="Off")
DONE = http("200 OK")
SILENCES = {
    "hangs": None,
    "is out for maintenance": error("EndpointTemporarilyUnavailableException"),
    "fails": error("InternalServerException", "500 Internal Server Error"),
    "throttles": error("ThrottlingException", "429 Too Many Requests"),
    "answers like a portal": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "closes the connection": b"",
}


class Asked:
    """Sessions of their own, with every call that they make."""

    def __init__(self, denied: frozenset[str] = frozenset()) -> None:
        self.calls: list[Call] = []
        deny = Denial(regions=denied, only_services=frozenset({"cloudwatch", "route53-recovery-cluster"}))
        self.sessions = Sessions("aws", credentials=LocalAccounts(HOME), on_call=self.calls.append, deny=deny)

    def levers(self, *urls: str, start: int = 0, patience: TimeOuts = PATIENCE, next_after_s: float = 5) -> AwsLevers:
        """Endpoints in the regions of a cluster, in their order; nobody listens where no URL is given."""
        nobody = f"http://127.0.0.1:{free_port()}/v1"
        given = (*urls, *[nobody] * (len(CLUSTER_REGIONS) - len(urls)))
        endpoints = [ClusterEndpoint(region, url) for region, url in zip(CLUSTER_REGIONS, given, strict=True)]
        cluster = RecoveryCluster(self.sessions, endpoints, start=start, patience=patience, next_after_s=next_after_s)
        return AwsLevers(self.sessions, cluster)

    @property
    def regions(self) -> list[str]:
        return [call.region for call in self.calls]


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.sessions.close()


def refusing() -> str:
    return f"http://127.0.0.1:{free_port()}/v1"


def test_the_first_refuses_the_second_hangs_and_the_third_answers(asked: Asked, serving: Serving) -> None:
    hanging, answering = serving(None), serving(DONE)

    asked.levers(refusing(), hanging.url, answering.url).move(EAST, Position.OUT)

    assert asked.regions == list(CLUSTER_REGIONS[:3])
    head, _, body = answering.requests[0].partition(b"\r\n\r\n")
    assert b"X-Amz-Target: ToggleCustomerAPI.UpdateRoutingControlStates" in head
    # Each endpoint takes signatures of its own region only.
    assert f"/{CLUSTER_REGIONS[2]}/route53-recovery-cluster/aws4_request".encode() in head
    entry = {"RoutingControlArn": EAST.routing_control, "RoutingControlState": "Off"}
    assert json.loads(body) == {"UpdateRoutingControlStateEntries": [entry]}


def test_a_slow_endpoint_is_not_waited_for_and_still_heard(asked: Asked, serving: Serving) -> None:
    hanging = serving(None)
    slow = serving(OFF, after=hanging)

    levers = asked.levers(
        slow.url, hanging.url, patience=TimeOuts(connect_s=4, read_s=4, attempts=1), next_after_s=0.05
    )

    assert levers.positions((EAST,)) == {EAST: Position.OUT}
    assert len(hanging.requests) == 1


@pytest.mark.parametrize("answer", SILENCES.values(), ids=SILENCES)
def test_an_endpoint_without_an_answer_is_followed_by_the_next(
    asked: Asked, serving: Serving, answer: bytes | None
) -> None:
    found = asked.levers(serving(answer).url, serving(OFF).url).positions((EAST,))

    assert found == {EAST: Position.OUT}


@pytest.mark.parametrize(("answer", "position"), [(ON, Position.IN), (OFF, Position.OUT)])
def test_a_control_that_is_on_leaves_its_region_in(
    asked: Asked, serving: Serving, answer: bytes, position: Position
) -> None:
    assert asked.levers(serving(answer).url).positions((EAST,)) == {EAST: position}


def test_a_control_that_does_not_exist_is_unknown(asked: Asked, serving: Serving) -> None:
    found = asked.levers(serving(error("ResourceNotFoundException", "404 Not Found")).url).positions((EAST,))

    assert found == {EAST: Position.UNKNOWN}
    assert asked.regions == [CLUSTER_REGIONS[0]]


def test_the_endpoint_that_answered_is_asked_first_the_next_time(asked: Asked, serving: Serving) -> None:
    levers = asked.levers(refusing(), serving(DONE, ON).url)
    levers.move(EAST, Position.IN)
    asked.calls.clear()

    levers.positions((EAST,))

    assert asked.regions == [CLUSTER_REGIONS[1]]


def test_the_turn_goes_round_from_where_it_starts(asked: Asked, serving: Serving) -> None:
    asked.levers(serving(DONE).url, start=3).move(EAST, Position.IN)

    assert asked.regions == [*CLUSTER_REGIONS[3:], CLUSTER_REGIONS[0]]


def test_the_endpoint_in_the_failing_region_is_left_out(serving: Serving) -> None:
    never, answering = serving(DONE), serving(DONE)
    outside = Asked(denied=frozenset({CLUSTER_REGIONS[0]}))

    outside.levers(never.url, answering.url).move(EAST, Position.OUT)
    outside.sessions.close()

    assert outside.regions == [CLUSTER_REGIONS[1]]
    assert never.requests == []


def test_when_no_endpoint_answers_each_is_named(asked: Asked, serving: Serving) -> None:
    with pytest.raises(Unreachable, match="no endpoint answered") as raised:
        asked.levers(serving(None).url).move(EAST, Position.OUT)

    assert all(f"{region}: " in raised.value.what for region in CLUSTER_REGIONS)
    assert "no answer in time" in raised.value.what


def test_a_safety_rule_is_told_as_a_refusal_and_no_other_endpoint_is_tried(asked: Asked, serving: Serving) -> None:
    refusal = error("ConflictException", message="AssertionRule keep-one: at least 1 control must be On")

    with pytest.raises(RuleViolated, match="a safety rule of the control panel forbids it: AssertionRule") as raised:
        asked.levers(serving(refusal).url, serving(DONE).url).move(EAST, Position.OUT)

    assert "failback" in raised.value.fix
    assert asked.regions == [CLUSTER_REGIONS[0]]


@pytest.mark.parametrize(("code", "kind"), [("AccessDeniedException", AccessDenied), ("ValidationException", AwsError)])
def test_a_no_of_one_endpoint_is_the_no_of_all(asked: Asked, serving: Serving, code: str, kind: type[AwsError]) -> None:
    with pytest.raises(kind):
        asked.levers(serving(error(code)).url, serving(DONE).url).move(EAST, Position.OUT)

    assert asked.regions == [CLUSTER_REGIONS[0]]


def test_levers_of_both_kinds_are_read_together(asked: Asked, serving: Serving) -> None:
    drill = Lever(kind=LeverKind.DRILL, region="us-east-1", place="us-west-2", namespace="sample-production")
    alarms = {"MetricAlarms": [{"AlarmName": drill.alarm, "StateValue": "ALARM"}]}

    with Stubber(asked.sessions.client("cloudwatch", region="us-west-2")) as cloudwatch:
        cloudwatch.add_response("describe_alarms", alarms)
        found = asked.levers(serving(ON).url).positions((EAST, drill))

    assert found == {EAST: Position.IN, drill: Position.OUT}


def test_several_controls_are_set_in_one_call(asked: Asked, serving: Serving) -> None:
    server = serving(DONE)
    endpoint = ClusterEndpoint("us-west-2", server.url)

    RecoveryCluster(asked.sessions, [endpoint], patience=PATIENCE).switch({"arn:a": False, "arn:b": True})

    (request,) = server.requests
    assert json.loads(request.partition(b"\r\n\r\n")[2])["UpdateRoutingControlStateEntries"] == [
        {"RoutingControlArn": "arn:a", "RoutingControlState": "Off"},
        {"RoutingControlArn": "arn:b", "RoutingControlState": "On"},
    ]


def test_without_a_cluster_nobody_answers(asked: Asked) -> None:
    with pytest.raises(Unreachable, match="no endpoint answered"):
        AwsLevers(asked.sessions).move(EAST, Position.OUT)
