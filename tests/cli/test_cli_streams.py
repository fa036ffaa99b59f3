"""Where the words go: closed pipes, full disks, narrow character sets, missing streams, logs for programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, environment


def play(*words: str, redirect: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process without a terminal; `redirect` is what a shell would do with its streams."""
    command = f'exec "$@" {redirect}'
    return subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, "-m", "tests.cli.play", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(**more),
        check=False,
        timeout=60,
    )


def with_closed_reader(*words: str) -> tuple[int, str]:
    """Exit code and stderr of a command whose stdout nobody reads: `| head -0`."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.play", *words],
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
    )
    os.close(write)
    os.close(read)
    _, told = process.communicate()
    return process.returncode, told


def test_progress_is_plain_lines_where_there_is_no_terminal() -> None:
    done = play("update", "deploy", "--yes")

    assert done.returncode == 0
    assert "12:00:00Z start    upload:app: the code changed\n12:00:00Z done     upload:app: version 1\n" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert done.stdout.startswith("deploy of sample production succeeded")


@pytest.mark.parametrize(
    ("scene", "words", "code"),
    [
        ("large", ["plan", "--format", "json"], 0),
        ("large", ["plan", "--exit-code"], 2),
        ("failing", ["deploy", "--yes"], 1),
        ("update", ["deploy", "--yes"], 0),
        ("update", ["--help"], 0),
        ("update", ["plan", "--help"], 0),
    ],
)
def test_a_reader_that_has_gone_changes_neither_code_nor_peace(scene: str, words: list[str], code: int) -> None:
    returned, told = with_closed_reader(scene, *words)

    assert returned == code
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert "roken pipe" not in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_result_that_cannot_be_written_is_a_failure() -> None:
    done = play("update", "status", "--format", "json", redirect=">/dev/full")

    assert done.returncode == 1
    assert done.stderr.startswith("error: the result cannot be written: No space left on device\n")
    assert "Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_version_that_cannot_be_written_is_a_failure_without_a_traceback() -> None:
    done = play("update", "--version", redirect=">/dev/full")

    assert done.returncode == 1
    assert done.stderr == "error: the version cannot be printed: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_the_verdict_of_a_deployment_stands_whether_it_can_be_told_or_not() -> None:
    untold = play("update", "deploy", "--yes", redirect=">/dev/full")
    unlogged = play("update", "deploy", "--yes", redirect="2>/dev/full")
    unlogged_json = play("update", "deploy", "--yes", "--log-format", "json", redirect="2>/dev/full")

    assert untold.returncode == 0
    assert "error: the result cannot be written" in untold.stderr
    assert unlogged.returncode == unlogged_json.returncode == 0
    assert "succeeded" in unlogged.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_of_a_drill_in_a_simulation_the_result_is_all_there_is() -> None:
    untold = play("drilled", "drill", "us-east-1", "--mode", "tabletop", redirect=">/dev/full")
    real = play("drilled", "drill", "us-east-1", "--yes", redirect=">/dev/full")

    assert (untold.returncode, real.returncode) == (1, 0)
    assert "error: the result cannot be written" in untold.stderr


@pytest.mark.parametrize("redirect", [">&-", "2>&-", "<&-", ">&- 2>&-"])
def test_closed_streams_do_not_matter(redirect: str) -> None:
    assert play("update", "deploy", "--yes", redirect=redirect).returncode == 0
    assert play("update", "deploy", redirect=redirect).returncode == 3


def test_ascii_is_enough() -> None:
    narrow = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    shown = play("accents", "plan", **narrow)
    as_page = play("accents", "plan", "--format", "html", **narrow)
    deployed = play("accents", "deploy", "--yes", **narrow)

    assert (shown.returncode, as_page.returncode, deployed.returncode) == (0, 0, 0)
    assert (shown.stdout + deployed.stdout + deployed.stderr).isascii()
    assert r"\u017c\xf3\u0142\u0107" in shown.stdout


def test_the_json_log_is_one_object_per_line_and_nothing_else() -> None:
    done = play("update", "--log-format", "json", "deploy", "--yes")
    lines = [json.loads(line) for line in done.stderr.splitlines()]

    assert [line["event"] for line in lines] == [
        "planned",
        "run_started",
        "step_started",
        "step_succeeded",
        "run_ended",
    ]
    assert lines[0]["steps"] == 5
    assert lines[3]["step"] == "upload:app"
    assert lines[3]["run"] == "20261121T120000Z-deploy-a1b2c3"
    assert {line["level"] for line in lines} == {"info"}


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        (["update", "--log-format=json", "dploy"], "UsageError", 64),
        (["update", "dploy", "--log-format", "json"], "UsageError", 64),
        (["bug", "status", "--log-format", "json"], "OrchestratorError", 1),
    ],
)
def test_errors_are_objects_in_the_json_log_too(words: list[str], error: str, code: int) -> None:
    done = play(*words)
    line = json.loads(done.stderr)

    assert done.returncode == line["exit_code"] == code
    assert (line["event"], line["level"], line["error"]) == ("failed", "error", error)
    assert "\x1b" not in done.stderr


def test_every_problem_of_a_configuration_is_a_line_of_the_json_log(tmp_path: Path) -> None:
    (tmp_path / "regions.yaml").write_text("application: Shop!\nregins: {}\n")
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "validate", "--log-format", "json"],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment(),
        check=False,
    )
    *problems, last = [json.loads(line) for line in done.stderr.splitlines()]

    assert done.returncode == last["exit_code"] == 64
    assert {problem["event"] for problem in problems} == {"problem"}
    assert any(problem["where"].startswith("regions.yaml:2:1: regins") for problem in problems)


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_a_run_and_says_so_at_once(number: signal.Signals, log_format: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.play", "endless", "deploy", "--yes", "--log-format", log_format],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
    )
    assert process.stderr is not None
    while "the code changed" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    out, told = process.communicate()

    assert process.returncode == 130
    assert "stopping: what runs is waited for, nothing new starts" in told
    assert "deploy of sample production interrupted" in out


def test_who_leaves_at_once_does_not_wait_for_threads() -> None:
    done = play("stuck", "deploy", "--yes")

    assert done.returncode == 130
    assert done.stderr.endswith("error: left at once; still running: upload:app\n")
