"""A deployment is killed for real, goes on under its own name, and its journal is read by another machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import Settings, undertake
from orchestrator.core.run import Event, EventKind, Run, Verdict
from orchestrator.journal import list_runs
from tests.e2e.conftest import ROOT, Project, put_right

pytestmark = pytest.mark.emulator


@pytest.fixture
def deployed(shared: Project) -> Project:
    """Deployed, with gates that have time on a busy machine: what they judge is not the matter here."""
    return put_right(shared, "gate_deadline: 15", "gate_deadline: 120")


def kept(project: Project) -> list[str]:
    return [one for one in list_runs(project.folder / ".orchestrator" / "runs") if "-deploy-" in one]


def killed(project: Project, step: str) -> str:
    """A deployment that gets a SIGKILL as soon as it says that a step has begun; its run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "--local", "deploy", "--yes", "--log-format", "json"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **project.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process, process.stderr as said:
        for line in said:
            told = json.loads(line)
            if told.get("step") == step and "started" in told["event"]:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    return kept(project)[-1]


def operations(project: Project, layer: str = "compute") -> list[str]:
    cloudformation = project.embedded.client("cloudformation")
    found = cloudformation.list_stack_set_operations(StackSetName=f"shop-production-{layer}")["Summaries"]
    return [one["OperationId"] for one in found]


def elsewhere(project: Project, *words: str) -> Any:
    """Another machine: a folder of its own for journals, the same embedded AWS."""
    other = project.folder / "elsewhere"
    other.mkdir(exist_ok=True)
    if not (other / "local").exists():
        (other / "local").symlink_to(project.folder / ".orchestrator" / "local")
    return project.run("--state-dir", str(other), *words)


@pytest.mark.parametrize("step", ["update:compute:us-west-2", "gate:111111111111:us-west-2"])
def test_a_killed_deployment_goes_on_under_its_name_and_each_effect_comes_once(deployed: Project, step: str) -> None:
    before = operations(deployed)
    deployed.release("two")
    run = killed(deployed, step)
    broken = deployed.run("report", run)

    # The killed run holds the lock until its lease has expired; here nobody waits for that.
    answer = deployed.run("deploy", "--resume", run, "--break-lock", "--yes", "--format", "json")
    told = deployed.run("report", run, "--format", "json").json

    assert "interrupted" in broken.out
    assert f"deploy --resume {run}" in broken.out.replace("\n      ", " ")
    assert answer.code == 0, answer.err
    assert f"run {run} goes on" in answer.err
    assert (answer.json["run"], answer.json["verdict"]) == (run, "succeeded")
    assert len(operations(deployed)) == len(before) + 2
    assert (told["run"], told["verdict"]) == (run, "succeeded")
    assert {one["status"] for one in told["steps"]} == {"succeeded"}
    assert {"upload:app", step, "update:compute:us-east-1"} <= {one["id"] for one in told["steps"]}
    assert deployed.run("plan", "--exit-code").code == 0


def test_a_run_that_is_over_or_unknown_or_had_other_inputs_is_refused(deployed: Project) -> None:
    over, unknown = deployed.run("deploy", "--resume", "latest", "--yes"), deployed.run("deploy", "--resume", "x")
    deployed.release("two")
    run = killed(deployed, "update:compute:us-west-2")
    deployed.release("three")

    other = deployed.run("deploy", "--resume", run, "--break-lock", "--yes")

    assert (over.code, "it has ended: succeeded" in over.err) == (3, True), over.err
    assert (unknown.code, "in the artifact buckets" in unknown.err) == (64, True), unknown.err
    assert other.code == 3
    assert "code app: is not as it was" in other.err
    assert deployed.run("deploy", "--break-lock", "--yes").code == 0


def test_another_machine_reads_the_journal_from_the_bucket_and_goes_on_with_the_run(deployed: Project) -> None:
    first = kept(deployed)[-1]
    here = deployed.run("report", first, "--format", "json").json
    listed = elsewhere(deployed, "report", "--remote", "--format", "json").json["runs"]

    there = elsewhere(deployed, "report", first, "--format", "json")

    assert there.code == 0, there.err
    assert there.json == here
    assert first in {one["run"] for one in listed}
    assert elsewhere(deployed, "report", "--format", "json").json["runs"] == []


def test_a_journal_that_a_full_disk_emptied_is_reported_from_the_bucket(deployed: Project) -> None:
    first = kept(deployed)[-1]
    path = deployed.folder / ".orchestrator" / "runs" / f"{first}.jsonl"
    whole, here = path.read_bytes(), deployed.run("report", first, "--format", "json").json
    path.write_bytes(b"")

    rescued = deployed.run("report", first, "--format", "json")
    path.write_bytes(whole)

    assert rescued.code == 0, rescued.err
    assert "this is what the artifact buckets have" in rescued.err
    assert rescued.json["verdict"] == here["verdict"]
    assert rescued.json["steps"] == here["steps"]


def test_one_region_is_enough_to_read_a_journal(deployed: Project) -> None:
    first = kept(deployed)[-1]

    with deployed.embedded.fault(kind="outage", region="us-west-2", plane="control"):
        answer = elsewhere(deployed, "report", first, "--format", "json")

    assert answer.code == 0, answer.err
    assert answer.json["verdict"] == "succeeded"


def more_memory(project: Project, *silent: str) -> tuple[Run, list[Event]]:
    """A deployment at whose end S3 is silent in these regions: what is left to do is to copy its journal."""
    project.configure("memory: 256", "memory: 512")
    settings = Settings(config=project.folder / "regions.yaml", local=True, state_dir=project.folder / ".orchestrator")
    undertaking, heard = undertake(settings, verb="deploy"), list[Event]()
    plan = undertaking.plan()
    with contextlib.ExitStack() as faults:

        def hear(event: Event) -> None:
            heard.append(event)
            for region in silent if event.kind is EventKind.RUN_ENDED else ():
                faults.enter_context(project.embedded.fault(kind="outage", region=region, service="s3"))

        return undertaking.carry_out(plan, on_event=hear), heard


def test_while_home_takes_no_objects_a_journal_goes_to_the_next_region_and_no_run_fails(deployed: Project) -> None:
    run, heard = more_memory(deployed, "us-west-2")

    found = deployed.embedded.client("s3", "us-east-1").list_objects_v2(
        Bucket="shop-production-000000000000-us-east-1", Prefix=f"journal/production/{run.id}/"
    )
    assert run.verdict is Verdict.SUCCEEDED
    assert found["KeyCount"] > 0
    assert EventKind.JOURNAL_NOT_COPIED not in {event.kind for event in heard}


def test_without_any_bucket_that_takes_it_the_copy_is_missed_once_and_no_run_fails(deployed: Project) -> None:
    run, heard = more_memory(deployed, "us-west-2", "us-east-1")

    assert run.verdict is Verdict.SUCCEEDED
    assert [event.kind for event in heard].count(EventKind.JOURNAL_NOT_COPIED) == 1
    assert deployed.run("report", run.id, "--format", "json").json["verdict"] == "succeeded"


def test_a_runs_folder_that_is_lost_costs_history_alone(deployed: Project) -> None:
    deployed.release("two")
    run = killed(deployed, "update:compute:us-west-2")
    for path in Path(deployed.folder / ".orchestrator" / "runs").iterdir():
        path.unlink()

    answer = deployed.run("deploy", "--break-lock", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert answer.json["run"] != run
    assert deployed.run("plan", "--exit-code").code == 0
