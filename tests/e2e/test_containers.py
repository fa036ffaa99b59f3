"""An application without an API: a service behind a load balancer, from the first deployment to a failover."""

from __future__ import annotations

import json
import sys

import pytest

from tests.e2e.asking import ask
from tests.e2e.conftest import Project, deploy

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
def containers(project: Project) -> Project:
    project.configure('{blueprint: "blueprints.infra:Infra"}', INFRA)
    project.configure("{memory: 256}", "{entry: service, waiting: true}")
    project.configure("code:\n  app: {path: app}\n", "code: {}\n")
    folder = project.folder / ".orchestrator" / "local"
    (folder / "server.py").write_text(PROGRAM)
    (folder / "containers.json").write_text(json.dumps({"shop": {"command": [sys.executable, "server.py"]}}))
    return project


def test_a_service_follows_the_load_balancer_that_waits_for_it_and_is_failed_over(containers: Project) -> None:
    project = deploy(containers)
    waiting = {region: ask(project, region)[1] for region in (EAST, WEST)}
    project.configure("waiting: true", SERVICE % ("a" * 64))

    plan = project.run("plan", "--format", "json")
    release = project.run("deploy", "--yes")

    assert release.code == 0, release.out + release.err
    assert all(one["waiting"] for one in waiting.values())
    assert not [one for one in plan.json["findings"] if one["severity"] == "error"]
    served = {region: ask(project, region)[1] for region in (EAST, WEST)}
    assert {region: one["region"] for region, one in served.items()} == {EAST: EAST, WEST: WEST}
    assert {one["release"] for one in served.values()}.isdisjoint(one["release"] for one in waiting.values())
    assert project.run("deploy", "--yes").code == 0
    moved = project.run("failover", "--from", EAST, "--yes")
    assert moved.code == 0, moved.out + moved.err
