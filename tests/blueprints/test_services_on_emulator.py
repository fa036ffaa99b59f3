"""Network, load balancer and service on the embedded AWS: both names lead to what stands behind the load balancer."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from orchestrator.local.regions import ADDRESSES
from tests.blueprints import test_on_emulator as shipped
from tests.blueprints.container_samples import IMAGE, LEAST_INFRA
from tests.blueprints.context import CONTEXT
from tests.embedded import Embedded, embedded_aws

pytestmark = pytest.mark.emulator
pytest.importorskip("ministack")

PREFIX = "sample-production"
HOST = CONTEXT.host


class Task(BaseHTTPRequestHandler):
    """What a container would run."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "by": self.headers["X-Forwarded-Proto"]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class Application:
    """A region with a service behind its load balancer."""

    aws: Embedded
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        return self.aws.client(service, shipped.REGION, shipped.TARGET)

    def ask(self, host: str, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(ADDRESSES[shipped.REGION], self.aws.aws.data_port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def task() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Task)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, task: int) -> Iterator[Application]:
    context = replace(CONTEXT, home_account=shipped.TARGET, artifacts={})
    given = {"RegionRole": "primary", "ReferenceRegion": "true", "Release": context.release}
    services = {"web": {"image": IMAGE, "paths": ["/web/*", "/health"]}}
    with embedded_aws(tmp_path_factory.mktemp("embedded")) as aws:
        emulator = shipped.Emulator(aws.aws.endpoint_url)
        outputs = emulator.deploy(shipped.template("infra", context, **LEAST_INFRA), "infra", **given)
        emulator.deploy(shipped.template("compute", context, entry="service", services=services), "compute", **given)
        made = Application(aws, outputs)
        groups = made.client("elbv2").describe_target_groups()["TargetGroups"]
        target = [{"Id": "127.0.0.1", "Port": task}]
        made.client("elbv2").register_targets(TargetGroupArn=groups[0]["TargetGroupArn"], Targets=target)
        yield made


@pytest.mark.parametrize("host", [HOST, f"{shipped.REGION}.{HOST}"])
def test_both_names_lead_to_the_service_by_the_load_balancer(application: Application, host: str) -> None:
    assert application.ask(host, "/web/1?a=b") == (200, {"path": "/web/1?a=b", "by": "https"})


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


def test_the_service_runs_in_the_cluster(application: Application) -> None:
    found = application.client("ecs").describe_services(cluster=PREFIX, services=[f"{PREFIX}-web"])["services"]

    assert [(one["status"], one["launchType"]) for one in found] == [("ACTIVE", "FARGATE")]


def test_what_the_embedded_aws_lacks_is_listed(application: Application) -> None:
    skipped = {one["type"] for one in application.aws.admin("GET", "skipped")}

    assert skipped == {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::EC2::FlowLog",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetNetworkAclAssociation",
    }
