"""A door to the embedded AWS that loses requests and answers on the wire, and one step carried out through it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from orchestrator.aws import aws_ports
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Sessions, TimeOuts
from orchestrator.clock import SystemClock
from orchestrator.commands import ProcessCommands
from orchestrator.core.actions import Action
from orchestrator.core.errors import Unreachable
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import Run, Verdict
from orchestrator.core.topology import ClusterEndpoint
from orchestrator.executor import Polling, execute
from orchestrator.lookup import LocalLookup
from orchestrator.ports import Ports
from orchestrator.probe import LocalProbe
from orchestrator.zone_servers import LocalServers
from tests.embedded import Embedded

HOME, WEST, EAST = "000000000000", "us-west-2", "us-east-1"
_POLLING = Polling(shortest_s=0.02, longest_s=0.2, settle_s=0)
_DEADLINE_S = 30
_TRIES = 4


class Lost(Enum):
    """What the network swallows: the request before its effect, or the answer after it."""

    REQUEST = "request"
    ANSWER = "answer"


class LossySessions(Sessions):
    """Loses one delivery of an operation. `delivered`: what arrived since, in order, answered or not."""

    def __init__(self, url: str, *, attempts: int = 2) -> None:
        time_outs = TimeOuts(attempts=attempts)
        super().__init__("aws", credentials=LocalAccounts(HOME), endpoint_url=url, time_outs=time_outs)
        self.lost, self.delivered = 0, list[str]()
        self._doomed, self._how = "", Lost.ANSWER
        self._wire = URLLib3Session()
        self._watched: set[int] = set()

    def lose(self, operation: str, how: Lost) -> None:
        """The next delivery of that operation."""
        self._doomed, self._how, self.lost = operation, how, 0
        self.delivered.clear()

    def client(self, service: str, **where: Any) -> Any:
        """The client of the product, watched on the wire."""
        client = super().client(service, **where)
        if id(client) not in self._watched:
            self._watched.add(id(client))
            client.meta.events.register_first("before-send", self._on_the_wire)
            own = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register_first(f"needs-retry.{own}", partial(_at_once, client))
        return client

    def _on_the_wire(self, *, request: Any, event_name: str, **_: object) -> None:
        operation = event_name.rpartition(".")[2]
        doomed = operation == self._doomed
        if not doomed or self._how is Lost.ANSWER:
            self.delivered.append(operation)
        if not doomed:
            return
        self._doomed, self.lost = "", self.lost + 1
        if self._how is Lost.ANSWER:
            # On a connection of its own: the client's own never carries the answer.
            self._wire.send(request)
        raise ConnectionClosedError(endpoint_url=request.url)


def _at_once(client: Any, *, attempts: int, caught_exception: object, **_: object) -> float | None:
    """The SDK tries as often as it is told to, without the pauses in between."""
    lost = isinstance(caught_exception, ConnectionClosedError)
    return 0.0 if lost and attempts < client.meta.config.retries["total_max_attempts"] else None


def ports_of(embedded: Embedded, sessions: Sessions, *, template_bucket: str = "") -> Ports:
    """As the program has them; asked as fast as the embedded AWS bears it."""
    clock, running = SystemClock(), embedded.aws
    lookup = LocalLookup(running.dns_port)
    gateways = aws_ports(
        sessions,
        home_region=WEST,
        clock=clock,
        route53_pace=1000.0,
        template_bucket=(lambda _: template_bucket) if template_bucket else None,
        cluster=(ClusterEndpoint(WEST, running.endpoint_url),),
    )
    return Ports(
        clock=clock,
        probe=LocalProbe(clock, dict(running.data_plane), running.data_port, lookup),
        lookup=lookup,
        zone_servers=LocalServers(running.dns_port),
        outages=AwsOutages(sessions),
        commands=ProcessCommands(),
        **gateways._asdict(),
    )


def carried_out(ports: Ports, action: Action) -> Run:
    """A plan of one step, by the executor that all plans are carried out by."""
    step = Step(id="step", action=action, needs=(), reason="to see it done", deadline_s=_DEADLINE_S)
    plan = Plan(
        application="lost",
        environment="test",
        verb="deploy",
        release="",
        changes=(),
        steps=(step,),
        findings=(),
        basis=(),
        fingerprint="lost",
    )
    return execute(plan, ports, run="lost-run", emit=lambda event: None, polling=_POLLING).run


def done(ports: Ports, action: Action) -> None:
    """The step succeeds."""
    run = carried_out(ports, action)
    assert run.verdict is Verdict.SUCCEEDED, [step.reason for step in run.steps]


def again(call: Callable[[], object]) -> None:
    """What no step does: its caller does it again, or the next run, until there is an answer."""
    for _ in range(_TRIES):
        try:
            call()
        except Unreachable:
            continue
        return
    raise AssertionError("never answered")
