"""Two operators in processes of their own on one embedded AWS: one runs, the other is told; the dead are followed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from orchestrator.core.lock import LEASE_S, ROUNDING_S
from tests.e2e.conftest import ROOT, Project, new_project
from tests.embedded import embedded_aws

pytestmark = pytest.mark.emulator

PATIENCE_S = 120
"""More than a lease by far."""
BUCKET = "shop-production-000000000000-us-west-2"
KEY = "locks/us-west-2.json"
HELD = "holds the lock since"


@pytest.fixture
def bootstrapped(project: Project) -> Project:
    assert project.run("bootstrap", "--yes").code == 0
    return project


@pytest.fixture(scope="module", autouse=True)
def sleeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, subprocess.Popen[str]]]:
    """An owner of the lock who sleeps from the start: the other tests of this file run while his lease does."""
    folder = tmp_path_factory.mktemp("sleeping") / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        project = new_project(folder, embedded)
        assert project.run("bootstrap", "--yes").code == 0
        with deploying(project) as sleeper:
            said_so_far(sleeper, "done     upload:app")
            os.kill(sleeper.pid, signal.SIGSTOP)
            yield project, sleeper


@contextmanager
def deploying(project: Project) -> Iterator[subprocess.Popen[str]]:
    """A deployment that goes on meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "--local", "deploy", "--yes"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said_so_far(process: subprocess.Popen[str], until: str) -> str:
    """What it says on stderr up to a line."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if until in line:
            return "".join(said)
    raise AssertionError(f"{until} never came:\n{''.join(said)}")


def await_end_of_lease(project: Project) -> None:
    """Until the owner has not renewed it for longer than others must wait, by S3's own time."""
    s3, deadline = project.embedded.client("s3"), time.monotonic() + PATIENCE_S
    while _age_s(s3.head_object(Bucket=BUCKET, Key=KEY)) < LEASE_S + ROUNDING_S:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _age_s(answer: Any) -> float:
    told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]) - answer["LastModified"]
    return float(told.total_seconds())


def test_of_two_deployments_at_once_exactly_one_runs(bootstrapped: Project) -> None:
    with deploying(bootstrapped) as one, deploying(bootstrapped) as other:
        ended = [(process.communicate(timeout=120), process.returncode) for process in (one, other)]
    ((_, refusal),) = [told for told, code in ended if code == 3]

    assert sorted(code for _, code in ended) == [0, 3]
    assert HELD in refusal or "has run since this plan was made" in refusal
    assert "next:" in refusal
    assert len(list((bootstrapped.folder / ".orchestrator" / "runs").glob("*-deploy-*"))) == 1


def test_a_killed_owner_is_named_and_can_be_replaced_at_once(bootstrapped: Project) -> None:
    with deploying(bootstrapped) as dead:
        said_so_far(dead, "done     upload:app")
        dead.kill()
        dead.communicate()
    refused = bootstrapped.run("deploy", "--yes")
    shown = bootstrapped.run("status", "--format", "json").json["lock"]
    broken = bootstrapped.run("deploy", "--break-lock", "--yes")
    after = bootstrapped.run("status", "--format", "json").json["lock"]

    assert refused.code == 3
    assert HELD in refused.err
    assert "its lock ends by itself in" in refused.err
    assert "orchestrator --local deploy --break-lock" in refused.err
    assert (shown["state"], shown["purpose"][:17]) == ("held", "deploy of release")
    assert broken.code == 0, broken.err
    assert "what it has begun in AWS goes on" in broken.err
    assert after is None


def test_breaking_a_lock_needs_a_yes(bootstrapped: Project) -> None:
    with deploying(bootstrapped) as alive:
        said_so_far(alive, "done     upload:app")
        refused = bootstrapped.run("deploy", "--break-lock")
        alive.communicate(timeout=120)

    assert alive.returncode == 0
    assert refused.code == 3
    assert "there is no terminal to ask at" in refused.err


def test_an_owner_who_slept_past_his_lease_starts_nothing_more(sleeping: tuple[Project, subprocess.Popen[str]]) -> None:
    project, sleeper = sleeping
    refused = project.run("deploy", "--yes")
    await_end_of_lease(project)
    follower = project.run("deploy", "--yes")
    os.kill(sleeper.pid, signal.SIGCONT)
    out, err = sleeper.communicate(timeout=120)

    assert (refused.code, HELD in refused.err) == (3, True)
    assert follower.code == 0, follower.err
    assert sleeper.returncode in (1, 130)
    assert "the lock was lost" in out + err
    assert "start " not in err.partition("the lock was lost")[2]
    assert project.run("plan", "--exit-code").code == 0
