"""An embedded AWS that dies in the middle of a deployment is told at once, not after every deadline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.e2e.conftest import ROOT, Project

pytestmark = pytest.mark.emulator


def test_a_deployment_whose_embedded_aws_dies_ends_and_says_what_to_do(project: Project) -> None:
    project.configure("gate_deadline: 15", "gate_deadline: 900")
    assert project.run("bootstrap", "--yes").code == 0
    deployment = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "--local", "deploy", "--yes"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert deployment.stderr is not None
    for line in deployment.stderr:
        if "done     upload:app" in line:
            break
    os.kill(project.embedded.aws.pid, signal.SIGKILL)
    # Far less than the deadline of the gate that it would otherwise wait for.
    said = deployment.communicate(timeout=180)[1]

    assert deployment.returncode == 1
    assert "the embedded AWS has ended" in said
    assert "orchestrator local up" in said
