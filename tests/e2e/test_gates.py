"""Each kind of gate on the embedded AWS, open and shut: real alarms, checkers, functions and commands."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.asking import ask
from tests.e2e.conftest import ROOT, Answer, Project, deploy, new_project
from tests.e2e.judging import ACCOUNT, make_judge
from tests.embedded import Embedded, embedded_aws

pytestmark = pytest.mark.emulator

EAST, WEST = "us-east-1", "us-west-2"
KINDS = ("gate", "gate-alarms", "gate-health", "gate-command", "gate-function")
GATES = """\
gates:
  probes: 2
  alarms: [errors]
  bake: 1
  health_check: true
  command: [./smoke, "30"]
  function: judge
"""
SMOKE = """\
#!/bin/sh
echo "$ORCHESTRATOR_ACCOUNT $ORCHESTRATOR_REGION $ORCHESTRATOR_HOST $ORCHESTRATOR_RELEASE" >> smoked
"""
SHY = """

_seen_by_users = handler

def handler(event, context):
    agent = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("user-agent", "")
    return {"statusCode": 503} if "Route53" in agent else _seen_by_users(event, context)
"""


def judge(embedded: Embedded, region: str, *, passes: bool) -> None:
    make_judge(embedded.client("lambda", region, ACCOUNT), passes=passes)


def alarm(embedded: Embedded, region: str, *, missing_data: str) -> None:
    """An alarm on a metric that nobody writes is what its missing data make it; returns once it is that."""
    client = embedded.client("cloudwatch", region, ACCOUNT)
    client.put_metric_alarm(
        AlarmName="errors",
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData=missing_data,
    )
    wanted = {"notBreaching": "OK", "breaching": "ALARM"}[missing_data]
    until = time.monotonic() + 60
    while client.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] != wanted:
        assert time.monotonic() < until
        time.sleep(0.1)


def smoke(project: Project, script: str) -> None:
    file = project.folder / "smoke"
    file.write_text(script)
    file.chmod(0o755)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed for the first time with every kind of gate; each test releases, and leaves what judges as it was."""
    folder = tmp_path_factory.mktemp("gates") / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        project = new_project(folder, embedded)
        with (folder / "regions.yaml").open("a") as file:
            file.write(GATES)
        smoke(project, SMOKE)
        for region in (EAST, WEST):
            judge(embedded, region, passes=True)
            alarm(embedded, region, missing_data="notBreaching")
        yield deploy(project)


def steps(answer: Answer) -> dict[str, Any]:
    return {one["id"]: one for one in answer.json["steps"]}


def test_a_release_passes_every_gate_and_the_plan_shows_them(guarded: Project) -> None:
    guarded.release("passes")
    (guarded.folder / "smoked").unlink()

    plan = guarded.run("plan", "--format", "json").json
    answer = guarded.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    shown = {one["id"]: one for one in plan["steps"]}
    gates = {f"{kind}:{ACCOUNT}:{region}" for kind in KINDS for region in (EAST, WEST)}
    assert gates <= shown.keys()
    assert all(shown[one]["deadline_s"] >= 15 and shown[one]["reason"] for one in gates)
    assert {steps(answer)[one]["status"] for one in gates} == {"succeeded"}
    began = steps(answer)[f"update:compute:{EAST}"]["started_at"]
    assert all(steps(answer)[f"{kind}:{ACCOUNT}:{WEST}"]["ended_at"] <= began for kind in KINDS)
    smoked = (guarded.folder / "smoked").read_text().splitlines()
    assert smoked == [f"{ACCOUNT} {region} {region}.shop.fed.dev {answer.json['release']}" for region in (WEST, EAST)]


@contextlib.contextmanager
def ringing(project: Project) -> Iterator[None]:
    alarm(project.embedded, WEST, missing_data="breaching")
    yield
    alarm(project.embedded, WEST, missing_data="notBreaching")


@contextlib.contextmanager
def shy(project: Project) -> Iterator[None]:
    code = project.folder / "app" / "app.py"
    before = code.read_text()
    code.write_text(before + SHY)
    yield
    code.write_text(before)


@contextlib.contextmanager
def smoking(project: Project) -> Iterator[None]:
    smoke(project, "#!/bin/sh\nprintf 'checked 9 orders\\n\\033[31m2 are lost\\n' >&2\nexit 4\n")
    yield
    smoke(project, SMOKE)


@contextlib.contextmanager
def judged(project: Project) -> Iterator[None]:
    judge(project.embedded, WEST, passes=False)
    yield
    judge(project.embedded, WEST, passes=True)


SHUT: dict[str, tuple[Callable[[Project], AbstractContextManager[None]], str]] = {
    "gate-alarms": (ringing, "alarm errors is in ALARM"),
    "gate-health": (shy, "Route 53's checkers of us-west-2.shop.fed.dev see it unhealthy"),
    "gate-command": (smoking, "./smoke exited with 4; its last lines: checked 9 orders |"),
    "gate-function": (judged, "judge says no: judged "),
}


def test_each_gate_that_stays_shut_says_why_and_the_release_does_not_reach_the_primary(guarded: Project) -> None:
    before = ask(guarded, EAST)[1]["release"]
    guarded.release("shut")
    guarded.configure("gate_deadline: 15", "gate_deadline: 8")

    with contextlib.ExitStack() as spoilt:
        for spoil, _ in SHUT.values():
            spoilt.enter_context(spoil(guarded))
        answer = guarded.run("deploy", "--yes", "--format", "json")
    guarded.configure("gate_deadline: 8", "gate_deadline: 15")

    found = steps(answer)
    failed = {one.split(":")[0]: step["reason"] for one, step in found.items() if step["status"] == "failed"}
    assert answer.code == 1
    assert failed.keys() == SHUT.keys()
    assert [kind for kind, (_, reason) in SHUT.items() if reason not in failed[kind]] == []
    assert "\x1b" not in answer.err
    assert found[f"update:compute:{EAST}"]["status"] == "skipped"
    assert ask(guarded, EAST)[1]["release"] == before


def test_what_can_be_known_of_gates_is_said_before_anything_is_changed(guarded: Project) -> None:
    guarded.release("told")
    guarded.configure("alarms: [errors]", "alarms: [errors, nobodys]")
    told = guarded.run("plan", "--format", "json")
    guarded.configure("./smoke", "./nowhere")
    refused, wrong = guarded.run("deploy", "--yes"), guarded.run("validate")
    guarded.configure("./nowhere", "./smoke")
    guarded.configure("alarms: [errors, nobodys]", "alarms: [errors]")

    (finding,) = [one for one in told.json["findings"] if one["rule"] == "gate-alarm-unknown"]
    assert f"no alarm nobodys in us-west-2 (account {ACCOUNT}), us-east-1 (account {ACCOUNT})" in finding["message"]
    assert told.json["steps"]
    assert (refused.code, wrong.code) == (3, 64)
    assert "there is no executable ./nowhere on this machine" in refused.err
    assert "there is no executable ./nowhere on this machine" in wrong.out


def test_an_interrupt_leaves_the_gates_and_nothing_of_the_command_behind(guarded: Project) -> None:
    before = ask(guarded, EAST)[1]["release"]
    guarded.release("interrupted")
    witness = guarded.folder / "witness"
    os.mkfifo(witness)
    # Each holds the fifo open for writing: reading it ends when none of them is left.
    smoke(guarded, "#!/bin/sh\nexec 3>witness\necho up >&3\nsleep 600 &\nsleep 600\n")
    running = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "--local", "deploy", "--yes", "--format", "json"],
        cwd=guarded.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with _told(witness) as pipe:
        first = pipe.readline()
        running.send_signal(signal.SIGINT)
        rest = pipe.read()
    out, _ = running.communicate(timeout=60)
    smoke(guarded, SMOKE)

    assert (first, rest) == ("up\n", "")
    assert running.returncode == 130
    assert json.loads(out)["verdict"] == "interrupted"
    assert ask(guarded, EAST)[1]["release"] == before


@contextlib.contextmanager
def _told(fifo: Path) -> Iterator[io.TextIOWrapper]:
    with fifo.open() as pipe:
        yield pipe
    fifo.unlink()
