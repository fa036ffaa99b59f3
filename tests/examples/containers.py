"""What Fargate would do on this machine: runs the task of each region's service, and tells its load balancer where."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.embedded import Embedded

_LOOK_S = 0.2


@dataclass
class Fargate:
    """One task of a service `web` in each region, made of the task definition that stands there."""

    aws: Embedded
    account: str
    prefix: str
    app: Path
    secrets: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_where_wanted(self, regions: tuple[str, ...]) -> None:
        """A task for each region that has a service and no task yet."""
        for region in regions:
            if region not in self.running and (group := self._target_group(region)) and self._service(region):
                port = _free_port()
                self.running[region] = self._start(region, port)
                target = [{"Id": "127.0.0.1", "Port": port}]
                self._client("elbv2", region).register_targets(TargetGroupArn=group, Targets=target)

    def stop(self) -> None:
        """Ends every task, as ECS does: SIGTERM, and then it is waited for."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(30)

    def _start(self, region: str, port: int) -> subprocess.Popen[bytes]:
        ecs = self._client("ecs", region)
        definition = ecs.describe_task_definition(taskDefinition=self._service(region)["taskDefinition"])
        container = definition["taskDefinition"]["containerDefinitions"][0]
        secrets = self._client("secretsmanager", region)
        given = {one["name"]: one["value"] for one in container["environment"]}
        # The emulator loses the names of a task's secrets: they are as regions.yaml has them.
        given |= {
            variable: secrets.get_secret_value(SecretId=f"{self.prefix}-{name}")["SecretString"]
            for variable, name in self.secrets.items()
        }
        own = {
            "PORT": str(port),
            "AWS_ENDPOINT_URL": self.aws.aws.endpoint_url,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "anything",
        }
        return subprocess.Popen([sys.executable, "web.py"], cwd=self.app, env={**os.environ, **given, **own})

    def _service(self, region: str) -> Any:
        found = self._client("ecs", region).describe_services(cluster=self.prefix, services=[f"{self.prefix}-web"])
        return next(iter(found["services"]), None)

    def _target_group(self, region: str) -> str | None:
        groups = self._client("elbv2", region).describe_target_groups()["TargetGroups"]
        return next((one["TargetGroupArn"] for one in groups), None)

    def _client(self, service: str, region: str) -> Any:
        return self.aws.client(service, region, self.account)


@contextlib.contextmanager
def fargate(running: Fargate, regions: tuple[str, ...]) -> Iterator[None]:
    """Starts tasks as services appear, until the block ends; the tasks stay."""
    from botocore.exceptions import ClientError

    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            # Before its stacks are there, a region knows no such cluster.
            with contextlib.suppress(ClientError):
                running.start_where_wanted(regions)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
