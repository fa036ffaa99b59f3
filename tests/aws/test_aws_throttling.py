"""Throttling on the wire: what the SDK's two attempts leave over says for how long AWS wants to be left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.aws import AwsPorts, aws_ports
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import Throttled
from orchestrator.ports import Clock

Serving = Callable[..., Any]
Connected = Callable[..., Sessions]

QUERY = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>1</RequestId></ErrorResponse>"
)
JSON = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'

CALLS: dict[str, tuple[bytes, Callable[[AwsPorts], object]]] = {
    "CloudFormation": (QUERY, lambda ports: ports.stack_sets.instances("s")),
    "a write to CloudFormation": (QUERY, lambda ports: ports.stack_sets.delete("s")),
    "Route 53": (QUERY, lambda ports: ports.dns.zone("fed.dev")),
    "ACM": (JSON, lambda ports: ports.certificates.validations("111111111111", "us-east-1", hosts=frozenset({"a"}))),
}


def _refusal(body: bytes, header: str) -> bytes:
    kind = "application/x-amz-json-1.1" if body == JSON else "text/xml"
    head = (
        f"HTTP/1.1 400 Bad Request\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{header}Connection: close"
    )
    return f"{head}\r\n\r\n".encode() + body


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("header", "seconds"), [("", None), ("Retry-After: 7\r\n", 7.0), ("x-amz-retry-after: 20\r\n", 0.02)]
)
def test_a_throttled_call_is_tried_twice_and_says_when_aws_wants_it_again(
    serving: Serving, connected: Connected, clock: Clock, name: str, header: str, seconds: float | None
) -> None:
    body, call = CALLS[name]
    server = serving(_refusal(body, header))

    with pytest.raises(Throttled) as raised:
        call(aws_ports(connected(server.url), home_region="us-west-2", clock=clock))

    assert raised.value.retry_after_s == seconds
    assert len(server.requests) == 2
