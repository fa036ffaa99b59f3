"""An application without an API: a service behind a load balancer, from the first deployment to the first image."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.name_lookup import DnsServerLookup
from tests.e2e.asking import ask, records
from tests.e2e.conftest import Project, deploy, new_project
from tests.embedded import embedded_aws

pytestmark = pytest.mark.emulator

EAST, WEST = "us-east-1", "us-west-2"
INFRA = """{blueprint: "blueprints.infra:Infra", options: {entry: service, network: {}, containers: {},
    images: {repositories: [shop]}}}"""
SERVICE = "services: {shop: {image: {repository: shop, digest: 'sha256:%s'}}}"
PROGRAM = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Task(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"release": os.environ["RELEASE"], "region": os.environ["AWS_REGION"]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Task).serve_forever()
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Without packages and functions; its image is there, in the form of a program."""
    folder = tmp_path / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        made = new_project(folder, embedded)
        made.configure('{blueprint: "blueprints.infra:Infra"}', INFRA)
        made.configure("{memory: 256}", "{entry: service, waiting: true}")
        made.configure("code:\n  app: {path: app}\n", "code: {}\n")
        (state / "server.py").write_text(PROGRAM)
        (state / "containers.json").write_text(json.dumps({"shop": {"command": [sys.executable, "server.py"]}}))
        yield made


def answered(project: Project) -> str:
    """The region that the name server sends users to."""
    aws = project.embedded.aws
    (address,) = asyncio.run(DnsServerLookup(("127.0.0.1",), aws.dns_port)("shop.fed.dev")).addresses
    return next(region for region, one in aws.data_plane.items() if one == address)


def targets(project: Project) -> list[str]:
    """Where the records of the shared name lead."""
    found = [one for (name, role), one in records(project).items() if name == "shop.fed.dev." and role]
    return [one["AliasTarget"]["DNSName"] for one in found]


def planned_without_programs(project: Project) -> str:
    """The plan that is made while nothing stands in for containers."""
    file = project.folder / ".orchestrator" / "local" / "containers.json"
    named = file.read_text()
    file.unlink()
    planned = project.run("plan").out
    file.write_text(named)
    return planned


def test_a_service_takes_the_place_of_the_load_balancer_that_waited_in_both_regions(project: Project) -> None:
    deploy(project)
    waited = {region: ask(project, region)[1] for region in (EAST, WEST)}
    project.configure("waiting: true", SERVICE % ("a" * 64))
    without = planned_without_programs(project)

    released = project.run("deploy", "--yes")
    served = {region: ask(project, region)[1] for region in (EAST, WEST)}

    assert released.code == 0, released.err
    assert "containers-not-run" in without
    assert "containers-not-run" not in released.out + released.err
    assert all("waiting" in one for one in waited.values())
    assert {region: one["region"] for region, one in served.items()} == {EAST: EAST, WEST: WEST}
    assert {one["release"] for one in served.values()}.isdisjoint(one["release"] for one in waited.values())
    assert answered(project) == EAST
    assert [".elb.amazonaws.com" in one for one in targets(project)] == [True, True]
