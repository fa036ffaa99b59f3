"""Two operators in processes of their own on one embedded AWS: one runs, the other is told; the dead are followed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import ROOT, Answer, Project

pytestmark = pytest.mark.emulator

EXPIRY_S = 120
"""More than a lease by far."""
HELD = "holds the lock since"


@pytest.fixture
def bootstrapped(project: Project) -> Project:
    assert project.run("bootstrap", "--yes").code == 0
    return project


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


def deploy_once_free(project: Project) -> Answer:
    """Deploy again and again while the lock is held."""
    deadline = time.monotonic() + EXPIRY_S
    while (answer := project.run("deploy", "--yes")).code == 3 and time.monotonic() < deadline:
        assert HELD in answer.err
    return answer


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


def test_an_owner_who_slept_past_his_lease_starts_nothing_more(bootstrapped: Project) -> None:
    with deploying(bootstrapped) as sleeper:
        said_so_far(sleeper, "done     upload:app")
        os.kill(sleeper.pid, signal.SIGSTOP)
        follower = deploy_once_free(bootstrapped)
        os.kill(sleeper.pid, signal.SIGCONT)
        out, err = sleeper.communicate(timeout=120)

    assert follower.code == 0, follower.err
    assert sleeper.returncode in (1, 130)
    assert "the lock was lost" in out + err
    assert "start " not in err.partition("the lock was lost")[2]
    assert bootstrapped.run("plan", "--exit-code").code == 0
