"""One embedded AWS for all examples; each is deployed once, when a test first asks for it."""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.app import Settings, undertake
from tests.embedded import Embedded, embedded_aws
from tests.examples.gallery import FOLDER

ACCOUNT = "111111111111"


@dataclass(frozen=True)
class Deployed:
    """An example at work."""

    name: str
    config: dict[str, Any]
    aws: Embedded

    @property
    def prefix(self) -> str:
        return f"{self.config['application']}-production"

    @property
    def primary(self) -> str:
        return next(name for name, one in self.config["regions"].items() if one["role"] == "primary")

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.config["regions"])

    def client(self, service: str, region: str = "") -> Any:
        """A client of the example's account; by default in the primary region."""
        return self.aws.client(service, region or self.primary, ACCOUNT)

    def ask(self, method: str, path: str, body: object = None, *, region: str = "", **headers: str) -> tuple[int, Any]:
        """Status and body of a request to a region, by the region's own name."""
        region = region or self.primary
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        host = f"{region}.{self.config['environments']['production']['host']}"
        given = {"Host": host, "content-type": "application/json", **headers}
        connection = http.client.HTTPConnection(self.aws.aws.data_plane[region], self.aws.aws.data_port, timeout=20)
        try:
            connection.request(method, path, body=data, headers=given)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def queue(self, name: str, region: str = "") -> str:
        """The address of a queue."""
        url: str = self.client("sqs", region).get_queue_url(QueueName=f"{self.prefix}-{name}")["QueueUrl"]
        return url

    def received(self, name: str, region: str = "") -> list[str]:
        """The bodies of messages that wait in a queue; they are hidden for a while then."""
        url = self.queue(name, region)
        found = self.client("sqs", region).receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [one["Body"] for one in found]

    def skipped(self) -> list[str]:
        """The resource types that the embedded AWS stood in for."""
        stood_in = self.aws.admin("GET", "skipped")
        return sorted({one["type"] for one in stood_in if self.prefix in one["stack"]})


@dataclass(frozen=True)
class Gallery:
    """The running embedded AWS, and what was deployed there so far."""

    aws: Embedded
    folder: Path
    made: dict[str, Deployed] = field(default_factory=dict)

    def deploy(self, example: str) -> Deployed:
        """Bootstrap and deploy, as the example's README says; without the minute for which its gate bakes."""
        if example not in self.made:
            project = self.folder / example
            shutil.copytree(FOLDER / example, project, ignore=shutil.ignore_patterns("__pycache__"))
            file = project / "regions.yaml"
            text = file.read_text()
            # What does not come within a minute here does not come.
            file.write_text(text.replace("  bake: 60 ", "  bake: 0 ").replace("deadline: 300", "deadline: 60"))
            for verb in ("bootstrap", "deploy"):
                _carry_out(verb, Settings(config=file, local=True, state_dir=self.folder / "state"))
            self.made[example] = Deployed(example, yaml.safe_load(text), self.aws)
        return self.made[example]


def _carry_out(verb: str, settings: Settings) -> None:
    undertaking = undertake(settings, verb=verb)
    run = undertaking.carry_out(undertaking.plan(), on_event=lambda _: None)
    assert run.verdict.value == "succeeded", run.steps


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    folder = tmp_path_factory.mktemp("gallery")
    state = folder / "state" / "local"
    state.mkdir(parents=True)
    # What runs in the place of the container service's image, as its README says.
    program = {"command": [sys.executable, "web.py"], "folder": str(FOLDER / "container-service" / "app")}
    (state / "containers.json").write_text(json.dumps({"web": program}))
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, clock_factor=8) as aws:
        yield Gallery(aws, folder)


def until(what: Callable[[], Any], limit_s: float = 60) -> Any:
    """What it gives at last."""
    deadline = time.monotonic() + limit_s
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found
