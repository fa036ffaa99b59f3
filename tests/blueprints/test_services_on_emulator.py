"""Network, load balancer and services on the embedded AWS: both names lead to what runs behind the load balancer."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from orchestrator.local import down
from orchestrator.local.regions import ADDRESSES
from tests.blueprints import test_on_emulator as shipped
from tests.blueprints.container_samples import IMAGE, LEAST_INFRA
from tests.blueprints.context import CONTEXT
from tests.embedded import Embedded, embedded_aws

pytestmark = pytest.mark.emulator
pytest.importorskip("ministack")

PREFIX = "sample-production"
HOST = CONTEXT.host
CONTEXT_HERE = replace(CONTEXT, home_account=shipped.TARGET, reference_region=shipped.REGION, artifacts={})
GIVEN = {"RegionRole": "primary", "ReferenceRegion": "true", "Release": CONTEXT.release}
INFRA: dict[str, Any] = {**LEAST_INFRA, "secrets": {"partner": {"username": "shop"}}}
WEB: dict[str, Any] = {
    "image": IMAGE,
    "paths": ["/web/*", "/health"],
    "uses": {"tables": ["data"]},
    "secrets": {"PARTNER": "partner:username"},
}
SOONER: dict[str, Any] = {"alarms": {"5xx": {"periods": 1, "datapoints": 1}}}
UNKNOWN = {"image": {**IMAGE, "repository": "nobodys"}, "paths": []}

# What the image `web` would run.
PROGRAM = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Task(BaseHTTPRequestHandler):
    def do_GET(self):
        told = {name: os.environ[name] for name in ("RELEASE", "AWS_REGION", "TABLE_NAME", "PARTNER")}
        body = json.dumps({"path": self.path, "by": self.headers["X-Forwarded-Proto"], **told}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Task).serve_forever()
"""


@dataclass(frozen=True)
class Application:
    """A region with a service behind its load balancer."""

    aws: Embedded
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return self.aws.client(service, shipped.REGION, shipped.TARGET)

    def deploy(self, name: str = "web", **given: str) -> None:
        services = {name: WEB, "unknown": UNKNOWN}
        options = {"services": services, "monitoring": SOONER}
        template = shipped.template("compute", CONTEXT_HERE, entry="service", **options)
        shipped.Emulator(self.aws.aws.endpoint_url).deploy(template, "compute", **{**GIVEN, **given})

    def ask(self, host: str, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(ADDRESSES[shipped.REGION], self.aws.aws.data_port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def until(what: Callable[[], bool], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("embedded")
    (folder / "server.py").write_text(PROGRAM)
    with embedded_aws(folder) as aws:
        (folder / "containers.json").write_text(json.dumps({"web": {"command": [sys.executable, "server.py"]}}))
        emulator = shipped.Emulator(aws.aws.endpoint_url)
        outputs = emulator.deploy(shipped.template("infra", CONTEXT_HERE, **INFRA), "infra", **GIVEN)
        made = Application(aws, outputs)
        made.deploy()
        until(lambda: made.ask(HOST, "/health")[0] == 200)
        yield made


@pytest.mark.parametrize("host", [HOST, f"{shipped.REGION}.{HOST}"])
def test_both_names_lead_to_the_service_by_the_load_balancer(application: Application, host: str) -> None:
    status, said = application.ask(host, "/web/1?a=b")

    assert (status, said["path"], said["by"]) == (200, "/web/1?a=b", "https")


def test_a_program_is_told_what_the_container_would_be(application: Application) -> None:
    _, said = application.ask(HOST, "/health")

    assert {name: said[name] for name in ("AWS_REGION", "TABLE_NAME", "PARTNER")} == {
        "AWS_REGION": shipped.REGION,
        "TABLE_NAME": f"{PREFIX}-data",
        "PARTNER": "shop",
    }


def test_what_no_service_asked_for_is_answered_by_the_load_balancer(application: Application) -> None:
    assert application.ask(HOST, "/other") == (404, {"error": "no such path"})


def test_the_name_of_the_load_balancer_leads_there_too_and_a_strangers_does_not(application: Application) -> None:
    status, _ = application.ask(application.outputs["RegionalTarget"], "/health")
    stranger, _ = application.ask("other.example.com", "/health")

    assert (status, stranger) == (200, 403)


def test_the_network_is_found_where_compute_looks(application: Application) -> None:
    parameters = application.client("ssm").get_parameters_by_path(
        Path=f"/orchestrator/{PREFIX}/network", Recursive=True
    )
    found = {one["Name"].partition("/network/")[2]: one["Value"] for one in parameters["Parameters"]}
    subnets = application.client("ec2").describe_subnets(SubnetIds=[found["subnets/1"], found["subnets/2"]])["Subnets"]

    assert [one["VpcId"] for one in subnets] == [found["vpc"]] * 2
    assert sorted(one["CidrBlock"] for one in subnets) == ["10.0.0.0/20", "10.0.16.0/20"]


def test_a_load_balancer_that_finds_nobody_to_ask_rings_its_alarm(application: Application) -> None:
    balancer = application.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    named = [{"Name": "LoadBalancer", "Value": balancer.partition(":loadbalancer/")[2]}]
    # No RequestCount: those for whom there is no target are not counted.
    lost = [{"MetricName": "HTTPCode_ELB_5XX_Count", "Dimensions": named, "Value": 1}]

    def rings() -> bool:
        application.client("cloudwatch").put_metric_data(Namespace="AWS/ApplicationELB", MetricData=lost)
        found = application.client("cloudwatch").describe_alarms(AlarmNames=[f"{PREFIX}-balancer-5xx"])["MetricAlarms"]
        return [one["StateValue"] for one in found] == ["ALARM"]

    until(rings)
    quiet = application.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{PREFIX}-web-")["MetricAlarms"]

    assert len(quiet) == 7
    assert "ALARM" not in {one["StateValue"] for one in quiet}


def test_what_the_embedded_aws_lacks_is_listed(application: Application) -> None:
    skipped = {(one["type"], one["logical_id"]) for one in application.aws.admin("GET", "skipped")}

    assert {kind for kind, _ in skipped} == {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::EC2::FlowLog",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::ECS::Service",
    }
    assert {name for kind, name in skipped if kind == "AWS::ECS::Service"} == {"ServiceUnknown"}


def test_a_service_that_is_renamed_cannot_have_the_priority_of_its_own_rule(application: Application) -> None:
    with pytest.raises(AssertionError, match="UPDATE_ROLLBACK_COMPLETE"):
        application.deploy(name="site")

    events = application.client("cloudformation").describe_stack_events(StackName="compute")["StackEvents"]
    reasons = {one.get("ResourceStatusReason", "") for one in events if one["LogicalResourceId"] == "ServiceSiteHeld"}
    assert "Priority '25100' is currently in use" in " ".join(reasons)
    assert application.ask(HOST, "/health")[0] == 200


def test_a_release_takes_the_place_of_the_one_before_without_a_gap(application: Application) -> None:
    seen: list[tuple[int, str]] = []

    def released() -> bool:
        status, said = application.ask(HOST, "/health")
        seen.append((status, said.get("RELEASE", "")))
        return seen[-1][1] == "ffffffffffff"

    application.deploy(Release="ffffffffffff")
    until(released)

    assert {status for status, _ in seen} == {200}


def test_an_embedded_aws_that_ends_takes_its_programs_along(application: Application) -> None:
    """The last one: nothing is left to ask afterwards."""
    groups = application.client("elbv2").describe_target_groups()["TargetGroups"]
    arn = next(one["TargetGroupArn"] for one in groups)
    targets = application.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    port = targets[0]["Target"]["Port"]
    socket.create_connection(("127.0.0.1", port), timeout=5).close()

    down(application.aws.aws.state_dir)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
