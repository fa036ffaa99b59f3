"""A whole rehearsal, as a stranger meets it: a project of his own, no AWS account, nothing left running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CONFIG, ROOT

pytestmark = pytest.mark.emulator
_PATIENCE_S = 60


@dataclass(frozen=True)
class Rehearsed:
    """What one rehearsal left behind."""

    folder: Path
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "reports" / "rehearsal.json").read_text())
        return told


def project(folder: Path) -> Path:
    """The sample under the name of a shop, with a TTL that makes it quick."""
    shutil.copytree(ROOT / "sample" / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    config = CONFIG.replace("ttl: 60", "ttl: 20").replace("15}", "60}")
    # None of it is anywhere near: alarms and functions of an account, a tool of another machine.
    gates = "gates: {probes: 3, alarms: [nobodys], command: [./nowhere], function: nobodys}\n"
    never = 'drills: {blocked: ["daily 00:00-12:00", "daily 12:00-00:00"]}\n'
    (folder / "regions.yaml").write_text(config + gates + never)
    return folder


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    """`orchestrator rehearse WORDS` there, without a terminal; what it says goes to files."""
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "rehearse", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=err,
            text=True,
        )


def until(holds: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    """Wait for something that the process brings about."""
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            running.wait()
            pytest.fail("it ended before, or took too long")
        time.sleep(0.02)


def servers(folder: Path) -> list[int]:
    """The processes of an embedded AWS below a folder."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "local.server" in line and str(folder) in line]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """One rehearsal from its beginning to its end."""
    folder = project(tmp_path_factory.mktemp("whole"))
    running = begin(folder, "--hold", "5", "--clock-factor", "10", "--out", "reports")
    try:
        code = running.wait(5 * _PATIENCE_S)
    finally:
        running.kill()
        running.wait()
    return Rehearsed(folder, code, (folder / "out").read_text(), (folder / "err").read_text())


def test_it_passes_and_says_so_by_its_exit_code(whole: Rehearsed) -> None:
    assert whole.code == 0, whole.out + whole.err
    assert "rehearsal: passed" in whole.out


def test_every_stage_was_carried_out(whole: Rehearsed) -> None:
    stages = whole.document["stages"]

    assert [one["stage"] for one in stages] == ["bootstrap", "deploy", "release", "drill", "failover", "failback"]
    assert {one["fault"] for one in stages} == {""}


def test_gates_that_ask_what_a_rehearsal_has_not_are_left_out_and_named(whole: Rehearsed) -> None:
    said = " ".join(whole.err.split())

    assert "gates.alarms, gates.command, gates.function: left out, for what they ask is not there" in said


def test_the_second_release_loses_no_request(whole: Rehearsed) -> None:
    release = whole.document["stages"][2]

    assert release["requests"] > 0
    assert release["failed"] == 0


def test_the_document_has_the_keys_of_a_drill(whole: Rehearsed) -> None:
    document = whole.document

    assert (document["format"], document["verdict"], document["region"]) == (1, "passed", "us-east-1")
    assert (document["mode"], document["restored"]) == ("outage", True)
    assert {one["name"]: one["met"] for one in document["objectives"]}["rto"] is True
    assert {"name", "started_at", "ended_at", "duration_s"} <= document["phases"][0].keys()
    assert {"requests", "failed", "longest_outage_s", "by_region"} <= document["traffic"].keys()
    assert document["traffic"]["by_region"].keys() == {"us-east-1", "us-west-2"}
    assert {"at", "event"} <= document["timeline"][0].keys()


def test_who_serves_is_told_while_it_goes_on(whole: Rehearsed) -> None:
    told = [line.partition("users    ")[2] for line in whole.err.splitlines() if "Z users    " in line]

    assert "us-east-1 serves all users" in told
    assert any("requests fail" in line for line in told)
    assert "us-west-2 serves all users" in told


def test_the_page_stands_alone(whole: Rehearsed) -> None:
    page = (whole.folder / "reports" / "rehearsal.html").read_text()

    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "src=" not in page
    assert "<link" not in page
    assert {file.suffix for file in (whole.folder / "reports").iterdir()} == {".html", ".json", ".md", ".txt"}


def test_its_runs_are_kept_and_nothing_else_goes_on(whole: Rehearsed) -> None:
    kept = sorted(file.name.split("-")[1] for file in (whole.folder / ".orchestrator" / "runs").glob("*.jsonl"))

    assert kept == ["bootstrap", "deploy", "deploy", "drill", "failback", "failover"]
    assert servers(whole.folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_interrupts_its_start_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    running = begin(project(tmp_path / "shop"))
    until(lambda: bool(servers(tmp_path)), running)
    running.send_signal(number)

    assert running.wait(_PATIENCE_S) == 130
    assert servers(tmp_path) == []


def test_a_second_one_is_refused_and_the_first_ends_in_order_when_interrupted(tmp_path: Path) -> None:
    folder = project(tmp_path / "shop")
    running = begin(folder, "--out", "reports")
    until(lambda: "done     create:control" in (folder / "err").read_text(), running)

    second = subprocess.run(
        [sys.executable, "-m", "orchestrator", "rehearse"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    running.send_signal(signal.SIGINT)
    code = running.wait(_PATIENCE_S)

    assert second.returncode == 3
    assert "a rehearsal runs in this folder" in second.stderr
    assert code == 130
    assert "rehearsal: aborted" in (folder / "out").read_text()
    assert (folder / "reports" / "rehearsal.html").stat().st_size > 0
    assert servers(tmp_path) == []


def test_what_a_killed_one_left_is_ended_by_the_command_that_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "shop")
    running = begin(folder)
    until(lambda: "1/6" in (folder / "err").read_text(), running)
    running.kill()
    running.wait()

    again = begin(folder)
    refused = again.wait(_PATIENCE_S)
    told = (folder / "err").read_text()
    named = told.partition("end it: orchestrator ")[2].split()
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", *named],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    assert refused == 3, told
    assert ended.returncode == 0
    assert servers(tmp_path) == []


def test_a_project_without_users_is_refused_before_anything_starts(tmp_path: Path) -> None:
    folder = project(tmp_path / "shop")
    with (folder / "regions.yaml").open("a") as file:
        file.write("traffic: {rate: 0}\n")

    assert begin(folder).wait(_PATIENCE_S) == 64
    assert "judged by what users meet" in (folder / "err").read_text()


def test_containers_that_nothing_stands_in_for_are_told_before_anything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "links"
    shutil.copytree(ROOT / "examples" / "container-service", folder)

    assert begin(folder).wait(_PATIENCE_S) == 3
    assert ".orchestrator/local/containers.json" in (folder / "err").read_text()
    assert servers(tmp_path) == []
