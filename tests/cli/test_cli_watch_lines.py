"""`status --watch` without a terminal: text blocks, JSON lines, pipes that close, signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from tests.cli.fake_app import FakeApp
from tests.cli.terminal import ROOT, environment


def watched(scene: str, *words: str) -> subprocess.Popen[str]:
    """The command in a process of its own, its streams being pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cli.play", scene, "status", "--watch", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
    )


def lines_until(stream: object, wanted: Callable[[str], bool]) -> list[str]:
    """What was read up to the line that is wanted."""
    lines: list[str] = []
    for line in stream:  # type: ignore[attr-defined]
        lines.append(line)
        if wanted(line):
            return lines
    raise AssertionError(f"it never came: {lines}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_each_look_is_one_json_document_on_a_line_until_a_signal(number: signal.Signals) -> None:
    process = watched("turning", "--format", "json")
    lines = lines_until(process.stdout, lambda line: "unhealthy" in line)
    process.send_signal(number)
    rest, told = process.communicate()
    first, second = (json.loads(line) for line in lines)

    assert process.returncode == 0
    assert told == ""
    assert all(json.loads(line)["format"] == 1 for line in rest.splitlines())
    assert first["changes"] == []
    assert {"subject": "health", "where": "us-east-1", "before": "healthy", "after": "unhealthy"} in second["changes"]
    assert second["serving_region"] == "us-west-2"
    assert second["looked_at"].endswith("Z")
    assert second["took_s"] >= 0


def test_each_look_is_a_block_of_text_with_what_turned() -> None:
    process = watched("turning")
    lines = lines_until(process.stdout, lambda line: line.startswith("sample production: us-west-2 serves"))
    process.send_signal(signal.SIGTERM)
    process.communicate()

    assert process.returncode == 0
    assert lines[1].startswith("sample production: us-east-1 serves")
    assert "turned: us-east-1 healthy → unhealthy\n" in lines
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    ("log_format", "said"), [("text", "where: route53:ListHostedZones in us-east-1"), ("json", '"event": "failed"')]
)
def test_a_look_that_fails_is_told_on_stderr_and_the_watch_goes_on(log_format: str, said: str) -> None:
    process = watched("unheard", "--format", "json", "--log-format", log_format)
    lines_until(process.stderr, lambda line: said in line)
    lines_until(process.stderr, lambda line: said in line)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate()

    assert process.returncode == 0
    assert len(out.splitlines()) == 1


@pytest.mark.parametrize("words", [[], ["--format", "json"]])
def test_a_reader_that_has_gone_ends_the_watch_quietly(words: list[str]) -> None:
    with watched("turning", *words) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()

    assert process.returncode == 0
    assert told == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_the_watch_with_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tests.cli.play", "turning", "status", "--watch"],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=ROOT,
            env=environment(),
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("error: the result cannot be written: No space left on device\n")


def test_a_hanging_look_does_not_hold_up_a_signal() -> None:
    process = watched("stuck look", "--format", "json")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate()

    assert process.returncode == 0


@pytest.mark.parametrize("interval", ["0", "3601", "-1", "1.5", "soon", "", "99999999999", "٣"])
def test_an_interval_is_a_whole_number_of_seconds_up_to_an_hour(
    interval: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FakeApp()

    assert main(["status", "--watch", f"--interval={interval}"], app=app) == 64
    assert "from 1 to 3600" in capsys.readouterr().err
    assert app.seen == []


def test_an_interval_without_a_watch_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--interval", "10", "status"], app=FakeApp()) == 64
    assert "--interval means nothing without --watch" in capsys.readouterr().err
