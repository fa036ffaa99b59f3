"""What a broken network, proxy or service sends instead of an answer: one typed error, in bounded time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.aws import AwsPorts, aws_ports
from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Call, Sessions
from orchestrator.aws.template_upload import TemplateUploader
from orchestrator.core.canonical import digest
from orchestrator.core.dns import HealthCheck
from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError, Unreachable
from orchestrator.ports import Clock

OUTAGE = Outage("us-east-1", (("111111111111", "us-east-1.fed.dev"),))
Serving = Callable[..., Any]
Connected = Callable[..., Sessions]
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>proxy</body></html>"
XHTML = b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>"

READS: dict[str, Callable[[AwsPorts], object]] = {
    "stack set": lambda ports: ports.stack_sets.describe("s"),
    "instances": lambda ports: ports.stack_sets.instances("s"),
    "operation": lambda ports: ports.stack_sets.operation("s", "op"),
    "results": lambda ports: ports.stack_sets.results("s", "op"),
    "stacks": lambda ports: ports.stacks.list("111111111111", "us-east-1", name_contains="s"),
    "template": lambda ports: ports.stacks.template_digest("111111111111", "us-east-1", "s"),
    "events": lambda ports: ports.stacks.failure("111111111111", "us-east-1", "s"),
    "bucket": lambda ports: ports.buckets.describe("us-east-1", "bucket"),
    "zone": lambda ports: ports.dns.zone("fed.dev"),
    "records": lambda ports: ports.dns.records("Z1", frozenset({"fed.dev"})),
    "change": lambda ports: ports.dns.in_sync("C1"),
    "health checks": lambda ports: ports.dns.health_checks(tags={}),
    "health": lambda ports: ports.dns.health("hc"),
    "certificates": lambda ports: ports.certificates.validations("111111111111", "us-east-1", hosts=frozenset({"a"})),
    "alarms": lambda ports: ports.alarms.in_alarm("111111111111", "us-east-1", ("errors",)),
    "names of alarms": lambda ports: ports.alarms.missing("111111111111", "us-east-1", ("errors",)),
    "notes of drills": lambda ports: ports.drill_log.read("us-east-1", "bucket", ended=1),
    "releases": lambda ports: ports.releases.listed("us-east-1", "bucket", "production"),
}


def _http(body: bytes, status: str = "200 OK", content: str = "text/html", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def _ports(sessions: Sessions, clock: Clock) -> AwsPorts:
    return aws_ports(sessions, home_region="us-west-2", clock=clock)


@pytest.mark.parametrize("name", READS)
def test_a_body_that_is_no_answer_is_one_typed_error(
    serving: Serving, connected: Connected, clock: Clock, name: str
) -> None:
    server = serving(None)
    ports = _ports(connected(server.url), clock)

    for body in (HTML, XHTML, b"", b'{"truncated": ', b"<Trunc", b"\x00\xff\xfe"):
        server.answers[:] = [_http(body)]
        with pytest.raises(AwsError) as raised:
            READS[name](ports)
        # The SDK itself takes S3's unreadable successes for a 500.
        assert raised.value.code in ("UnreadableAnswer", "500")
        assert "html" not in raised.value.what


@pytest.mark.parametrize("body", [HTML, XHTML, b"", b"[]", b'{"truncated": '])
@pytest.mark.parametrize("call", [lambda one: one.begin(OUTAGE, lasts_s=9), lambda one: one.end(OUTAGE)])
def test_an_outage_is_neither_begun_nor_ended_on_a_body_that_is_no_answer(
    serving: Serving, connected: Connected, body: bytes, call: Callable[[AwsOutages], None]
) -> None:
    server = serving(_http(body))

    with pytest.raises(AwsError) as raised:
        call(AwsOutages(connected(server.url)))

    assert raised.value.code == "UnreadableAnswer"
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"])
@pytest.mark.parametrize(("name", "body"), [("stack set", b"<html>down</html>"), ("zone", b""), ("certificates", b"")])
def test_an_outage_is_unreachable_after_two_attempts(
    serving: Serving, connected: Connected, clock: Clock, name: str, body: bytes, status: str
) -> None:
    server = serving(_http(body, status))
    ports = _ports(connected(server.url), clock)

    with pytest.raises(Unreachable):
        READS[name](ports)

    assert len(server.requests) == 2


def test_an_answer_after_one_failure_is_taken(serving: Serving, connected: Connected, clock: Clock) -> None:
    result = b"<ListStackInstancesResult><Summaries/></ListStackInstancesResult>"
    good = b'<?xml version="1.0"?>\n<ListStackInstancesResponse>' + result + b"</ListStackInstancesResponse>"
    ports = _ports(connected(serving(_http(b"", "503 Busy"), _http(good, content="text/xml")).url), clock)

    assert ports.stack_sets.instances("s") == ()


def test_a_connection_that_breaks_in_the_middle_of_an_answer_is_unreachable(
    serving: Serving, connected: Connected, clock: Clock
) -> None:
    ports = _ports(connected(serving(_http(b"<ListStack", length=5000)).url), clock)

    with pytest.raises(Unreachable, match="no connection"):
        ports.stack_sets.instances("s")


def test_a_connection_that_closes_without_a_word_is_unreachable(
    serving: Serving, connected: Connected, clock: Clock
) -> None:
    ports = _ports(connected(serving(b"").url), clock)

    with pytest.raises(Unreachable):
        ports.dns.zone("fed.dev")


def test_a_region_that_never_answers_is_unreachable_after_its_time_out(
    serving: Serving, connected: Connected, clock: Clock
) -> None:
    server = serving(None)
    ports = _ports(connected(server.url), clock)

    with pytest.raises(Unreachable, match="no answer in time"):
        ports.stacks.list("111111111111", "us-east-1", name_contains="s")

    assert len(server.requests) == 2


@pytest.fixture
def closed() -> Iterator[str]:
    """The URL of a port that is taken and refuses every connection."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_a_refused_connection_is_unreachable(connected: Connected, clock: Clock, closed: str) -> None:
    ports = _ports(connected(closed), clock)

    with pytest.raises(Unreachable, match=r"cloudformation:DescribeStackSet in us-west-2"):
        ports.stack_sets.describe("s")


@pytest.mark.parametrize("name", ["zone", "records", "change", "health checks", "health"])
def test_an_answer_without_what_route53_always_sends_is_refused(
    serving: Serving, connected: Connected, clock: Clock, name: str
) -> None:
    ports = _ports(connected(serving(_http(b"<Something/>", content="text/xml")).url), clock)

    with pytest.raises(AwsError, match="cannot be read"):
        READS[name](ports)


def test_templates_on_the_emulator_are_addressed_by_path(serving: Serving, connected: Connected) -> None:
    server = serving(_http(b"", content="text/xml"))

    url = TemplateUploader(connected(server.url), region="us-west-2", bucket_of=lambda _: "bucket")("{}")

    assert url == f"{server.url}/bucket/templates/{digest('{}')}.json"
    assert server.requests[0].startswith(b"PUT /bucket/templates/")


def test_a_write_that_was_answered_with_html_did_not_succeed(
    serving: Serving, connected: Connected, clock: Clock, tmp_path: Path
) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"x")
    ports = _ports(connected(serving(_http(HTML)).url), clock)

    with pytest.raises(AwsError, match="cannot be read"):
        ports.buckets.put_again("us-east-1", "bucket", "k", file, sha256="00" * 32)
    with pytest.raises(AwsError, match="cannot be read"):
        ports.dns.create_health_check(HealthCheck(name="n", caller_reference="r", host="h"), tags={})


def test_a_made_up_error_is_shown_without_its_control_characters(
    serving: Serving, connected: Connected, clock: Clock
) -> None:
    body = b"<ErrorResponse><Error><Code>Odd</Code><Message>&#x9b;31mred&#10;line</Message></Error></ErrorResponse>"
    ports = _ports(connected(serving(_http(body, "400 Bad Request", "text/xml")).url), clock)

    with pytest.raises(AwsError) as raised:
        ports.stack_sets.describe("s")

    assert raised.value.what == "red line"
    assert raised.value.code == "Odd"


def test_every_request_is_reported_with_its_retries(serving: Serving, connected: Connected, clock: Clock) -> None:
    calls = list[Call]()
    ports = _ports(connected(serving(_http(b"", "503 Busy")).url, calls.append), clock)

    with pytest.raises(Unreachable):
        ports.stack_sets.delete("s")

    deletion = Call(service="cloudformation", operation="DeleteStackSet", region="us-west-2", account="", mutating=True)
    assert calls == [deletion, deletion]


def test_the_emulator_is_reached_past_proxies_and_configuration(
    serving: Serving, connected: Connected, clock: Clock, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "HTTP_PROXY": closed,
        "NO_PROXY": "",
        "AWS_PROFILE": "missing",
        "AWS_CONFIG_FILE": "/missing",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_ENDPOINT_URL": closed,
    }.items():
        monkeypatch.setenv(name, value)
    server = serving(_http(b"<DeleteStackSetResponse><DeleteStackSetResult/></DeleteStackSetResponse>"))
    ports = _ports(connected(server.url), clock)

    ports.stack_sets.delete("s")

    assert b"Credential=999999999999/" in server.requests[0]
    assert b"region-failover-orchestrator/" in server.requests[0]
