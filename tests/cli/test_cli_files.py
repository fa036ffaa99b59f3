"""--out: the old content or the whole new one, and an exit code that says whose fault it was."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.cli.files import write_file
from orchestrator.core.errors import ExitCode, OrchestratorError
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
