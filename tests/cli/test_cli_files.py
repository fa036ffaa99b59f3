"""--out: the old content or the whole new one, and an exit code that says whose fault it was."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest

from orchestrator.cli.files import open_plan, write_file
from orchestrator.core.errors import ExitCode, OrchestratorError, UsageError
from tests.cli.terminal import ROOT, environment

FULL = Path("/dev/full")


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "plan.json", tmp_path / "link.json"
    file.write_text("old and longer")
    file.chmod(0o640)
    link.symlink_to(file)

    write_file(link, "new", what="the plan")

    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o640)
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [link, file]


@pytest.mark.parametrize("place", ["missing/plan.json", "folder", "file/plan.json", "x" * 300])
def test_a_wrong_place_is_wrong_usage(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(OrchestratorError, match="the plan cannot be written") as caught:
        write_file(tmp_path / place, "new", what="the plan")

    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_failure_and_not_wrong_usage() -> None:
    with pytest.raises(OrchestratorError, match="No space left") as caught:
        write_file(FULL, "new", what="the report")

    assert caught.value.exit_code is ExitCode.FAILED


def test_what_finds_no_room_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("old")
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.play", "large", "plan", "--out", str(file)],
        cwd=ROOT,
        # Bytecode that was cut off at the limit would break whatever runs next.
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )

    assert done.returncode == 1
    assert "error: the plan cannot be written: File too large" in done.stderr
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_pieces_are_written_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"

    write_file(file, (f"{n}\n" for n in range(3)), what="the plan")

    assert file.read_text() == "0\n1\n2\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_plan_file_that_is_missing_is_told_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"), open_plan("missing.json"):
        pytest.fail("it was opened")


@pytest.mark.parametrize(("content", "what"), [(b"\xff\xfe", "is not UTF-8 text"), (None, "larger than 536870912")])
def test_a_plan_file_without_an_end_or_a_text_is_wrong_usage(tmp_path: Path, content: bytes | None, what: str) -> None:
    file = tmp_path / "plan.json"
    if content is None:
        file.touch()
        os.truncate(file, 2**29 + 1)
    else:
        file.write_bytes(content)

    with pytest.raises(UsageError, match=what), open_plan(str(file)) as found:
        deque(found, maxlen=0)


def test_a_plan_may_come_through_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, "one plané".encode())
    os.close(writing)

    with open_plan(f"/dev/fd/{reading}") as found:
        told = "".join(found)

    os.close(reading)
    assert told == "one plané"
