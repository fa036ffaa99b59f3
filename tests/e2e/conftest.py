"""A project of its own on a private embedded AWS, driven through the command line as a user does it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.embedded import Embedded, embedded_aws

ROOT = Path(__file__).parents[2]

CONFIG = """\
application: shop
partition: aws
home_region: us-west-2
regions:
  us-east-1: {role: primary}
  us-west-2: {role: secondary}
environments:
  production:
    accounts: ["111111111111"]
    host: shop.fed.dev
    hosted_zone: fed.dev
code:
  app: {path: app}
stack_sets:
  infra: {blueprint: "blueprints.infra:Infra"}
  compute: {blueprint: "blueprints.compute:Compute", options: {memory: 256}}
health: {path: /health, interval: 10, failure_threshold: 3}
failover: {policy: failover, ttl: 60}
rollout: {replication_deadline: 20, gate_deadline: 15}
objectives: {rto: 180}
"""


@dataclass(frozen=True)
class Answer:
    """What one command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A user's folder, and the embedded AWS that its --local means."""

    folder: Path
    embedded: Embedded
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, stdin: str | None = None, timeout: float = 120) -> Answer:
        """`orchestrator --local WORDS` in the project's folder, without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "orchestrator", "--local", *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def configure(self, old: str, new: str) -> None:
        """Edit regions.yaml."""
        file = self.folder / "regions.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def release(self, mark: str) -> None:
        """Change the code, as a developer would."""
        with (self.folder / "app" / "app.py").open("a") as file:
            file.write(f"\n# {mark}\n")


def new_project(folder: Path, embedded: Embedded) -> Project:
    """The sample application under the name of a shop, with one account."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "sample" / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "regions.yaml").write_text(CONFIG)
    return Project(folder, embedded)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty embedded AWS and a project that nothing was done with yet."""
    folder = tmp_path / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        yield new_project(folder, embedded)


@pytest.fixture
def fresh(project: Project) -> Project:
    """The project after bootstrap and a first deployment, for tests after which nothing could be put right."""
    return deploy(project)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A bootstrapped project that the tests of a module deploy one after another."""
    folder = tmp_path_factory.mktemp("shared") / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        project = new_project(folder, embedded)
        answer = project.run("bootstrap", "--yes")
        assert answer.code == 0, answer.err
        yield project


@pytest.fixture
def deployed(shared: Project) -> Project:
    """Both regions run the code as it stands, by the first regions.yaml, whatever the test before has left."""
    return put_right(shared)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A deployed project for tests that only look."""
    folder = tmp_path_factory.mktemp("steady") / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        yield deploy(new_project(folder, embedded))


def deploy(project: Project) -> Project:
    """Bootstrap and a first deployment."""
    for verb in ("bootstrap", "deploy"):
        answer = project.run(verb, "--yes")
        assert answer.code == 0, answer.err
    return project


def put_right(project: Project, old: str = "", new: str = "") -> Project:
    """Deploys with the first regions.yaml, edited if told. A deployment that was killed may still hold the lock."""
    (project.folder / "regions.yaml").write_text(CONFIG)
    project.configure(old, new)
    answer = project.run("deploy", "--break-lock", "--yes")
    assert answer.code == 0, answer.err
    return project
