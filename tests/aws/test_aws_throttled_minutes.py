"""Minutes of throttling at botocore, in virtual time: no step fails, and nobody is asked too soon or too often."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from orchestrator.aws import aws_ports
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Sessions, TimeOuts
from orchestrator.commands import ProcessCommands
from orchestrator.core.actions import Action, DeleteHealthCheck, DeleteStackSet, MoveLever, ReplicateBucket
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import Run, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.lookup import SystemLookup
from orchestrator.ports import Clock, Ports
from orchestrator.probe import HttpProbe
from orchestrator.simulation import InlineWorkers
from orchestrator.zone_servers import DelegatedServers

HOME, WEST = "999999999999", "us-west-2"
BURST_S = 290.0
_JSON_ERROR = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
_ERROR = b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
_LEVER = Lever(kind=LeverKind.EVACUATE, region="us-east-1", place=WEST, namespace="sample")

ACTIONS: dict[str, tuple[Action, bytes]] = {
    "Route 53": (DeleteHealthCheck("c1", "check"), b"<DeleteHealthCheckResponse/>"),
    "CloudFormation": (
        DeleteStackSet("s", WEST),
        b"<DeleteStackSetResponse><DeleteStackSetResult/></DeleteStackSetResponse>",
    ),
    "S3": (ReplicateBucket(WEST, "b", (("rule", "other"),), "arn:aws:iam::999999999999:role/r"), b""),
    "CloudWatch": (MoveLever(_LEVER, Position.OUT), b"{}"),
}
"""A step of each service, and what the service answers once it does."""


class _Body(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@dataclass
class Throttling(Sessions):
    """AWS that refuses everything for the first `lasts_s` seconds of the clock, as the wire shows it."""

    clock: Clock
    answer: bytes
    lasts_s: float = BURST_S
    header: dict[str, str] = field(default_factory=dict)
    asked_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        # One attempt: the pauses of the SDK's own second one are real seconds.
        super().__init__("aws", credentials=LocalAccounts(HOME), time_outs=TimeOuts(attempts=1))
        self._watched = set[int]()

    def client(self, service: str, **where: Any) -> Any:
        client = super().client(service, **where)
        if id(client) not in self._watched:
            self._watched.add(id(client))
            client.meta.events.register("before-send", self._answer)
        return client

    def _answer(self, *, request: Any, **_: object) -> AWSResponse:
        now = self.clock.monotonic()
        self.asked_at.append(now)
        if now < self.lasts_s:
            error = _JSON_ERROR if self.answer == b"{}" else _ERROR
            return AWSResponse(request.url, 400, self.header, _Body(error))
        return AWSResponse(request.url, 200, {}, _Body(self.answer))


@pytest.fixture
def throttling(clock: Clock) -> Iterator[Callable[..., Throttling]]:
    made = list[Throttling]()

    def make(answer: bytes, **more: Any) -> Throttling:
        made.append(Throttling(clock, answer, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def carried_out(sessions: Throttling, *actions: Action) -> Run:
    steps = tuple(Step(id=f"step-{n}", action=one, needs=(), reason="r") for n, one in enumerate(actions))
    gateways = aws_ports(sessions, home_region=WEST, clock=sessions.clock)
    ports = Ports(
        clock=sessions.clock,
        probe=HttpProbe(sessions.clock),
        lookup=SystemLookup(),
        zone_servers=DelegatedServers(),
        outages=AwsOutages(sessions),
        commands=ProcessCommands(),
        **gateways._asdict(),
    )
    plan = Plan(
        application="a",
        environment="e",
        verb="deploy",
        release="",
        changes=(),
        steps=steps,
        findings=(),
        basis=(),
        fingerprint="throttled",
    )
    return execute(plan, ports, run="r", emit=lambda event: None, polling=Polling(), workers=InlineWorkers()).run


def pauses(asked_at: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(asked_at)]


@pytest.mark.parametrize("service", ACTIONS)
def test_under_five_minutes_of_throttling_no_step_fails_and_few_calls_are_made(
    throttling: Callable[..., Throttling], service: str
) -> None:
    action, answer = ACTIONS[service]
    sessions = throttling(answer)

    run = carried_out(sessions, action)

    assert run.verdict is Verdict.SUCCEEDED, [step.reason for step in run.steps]
    assert BURST_S <= sessions.asked_at[-1] < 300
    assert sum(at >= BURST_S for at in sessions.asked_at) == 1
    assert 10 < len(sessions.asked_at) < 100


@pytest.mark.parametrize("service", ACTIONS)
def test_nobody_asks_again_before_the_time_that_aws_names(throttling: Callable[..., Throttling], service: str) -> None:
    action, answer = ACTIONS[service]
    sessions = throttling(answer, lasts_s=150.0, header={"Retry-After": "40"})

    run = carried_out(sessions, action)

    assert run.verdict is Verdict.SUCCEEDED, [step.reason for step in run.steps]
    assert min(pauses(sessions.asked_at)) >= 40


def test_route_53_is_never_asked_more_often_than_a_whole_account_may(throttling: Callable[..., Throttling]) -> None:
    sessions = throttling(b"<DeleteHealthCheckResponse/>", lasts_s=30.0)

    run = carried_out(sessions, *(DeleteHealthCheck(f"c{number}", "check") for number in range(40)))

    assert run.verdict is Verdict.SUCCEEDED
    assert len(sessions.asked_at) > 60
    for start in sessions.asked_at:
        assert sum(start <= at < start + 1 for at in sessions.asked_at) <= 5


def test_throttling_that_outlasts_a_step_fails_it_with_what_aws_said(throttling: Callable[..., Throttling]) -> None:
    action, answer = ACTIONS["CloudFormation"]

    run = carried_out(throttling(answer, lasts_s=900.0), action)

    (step,) = run.failed
    assert "not done within 300 s" in step.reason
    assert "Rate exceeded" in step.reason
