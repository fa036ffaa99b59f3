"""A machine at its limits: a disk that fills up, few file handles, little memory. The verdict stays the same."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.terminal import ROOT, environment

DRILL = ("drill", "us-east-1", "--mode", "tabletop", "--format", "json")
MIB = 1024 * 1024


def limited(folder: Path, *words: str, limits: Mapping[int, int]) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own, with limits of the operating system."""

    def limit() -> None:
        for name, value in limits.items():
            resource.setrlimit(name, (value, value))

    return subprocess.run(
        [
            sys.executable,
            "-m",
            "orchestrator",
            "--config",
            str(ROOT / "regions.yaml"),
            "--state-dir",
            str(folder),
            *words,
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        # Bytecode that was cut off at the limit would break whatever runs next.
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        check=False,
        timeout=120,
        preexec_fn=limit,
    )


@pytest.mark.parametrize(
    "limits",
    [{resource.RLIMIT_NOFILE: 24}, {resource.RLIMIT_AS: 900 * MIB}, {}],
    ids=["24 file handles", "900 MiB of addresses", "none"],
)
def test_few_handles_and_little_memory_change_no_verdict(tmp_path: Path, limits: Mapping[int, int]) -> None:
    done = limited(tmp_path, *DRILL, limits=limits)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "passed"


def test_a_disk_that_fills_up_in_mid_run_ends_the_record_and_not_the_run(tmp_path: Path) -> None:
    whole = limited(tmp_path / "whole", *DRILL, limits={})
    cut = limited(tmp_path / "cut", *DRILL, limits={resource.RLIMIT_FSIZE: 8192})

    (journal,) = (tmp_path / "cut" / "runs").iterdir()
    assert cut.returncode == whole.returncode == 0, cut.stderr
    assert json.loads(cut.stdout)["verdict"] == "passed"
    assert "the run goes on without a record" in cut.stderr
    assert journal.stat().st_size <= 8192


def test_without_room_for_a_journal_nothing_is_started(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")

    done = limited(tmp_path, *DRILL, limits={})

    assert done.returncode == 1
    assert done.stdout == ""
    assert "the journal cannot be written" in done.stderr
    assert "nothing was started" in done.stderr
