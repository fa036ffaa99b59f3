"""P6: how long `--version` and `--help` take, beside the neighbours."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peers import ALL, quiet_environment
from benchmarks.results import save
from benchmarks.timing import Command, Sample, run_once, side_by_side
from benchmarks.world import REPOSITORY

_ROUNDS = 9
_HELP = {"aws": "help"}


def commands(flag: str, home: Path) -> dict[str, Callable[[], Sample]]:
    """Ours and theirs. `aws help` opens a manual page, so its --help is asked of one service."""
    environment = quiet_environment(home)
    ours = Command(
        "ours",
        [sys.executable, "-m", "orchestrator", flag],
        home,
        environment | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": ""},
    )
    bare = Command("python alone", [sys.executable, "-c", "pass"], home, environment)
    theirs = [Command(peer.name, [str(peer.install()), flag], home, environment) for peer in ALL]
    return {one.name: partial(run_once, one) for one in (ours, bare, *theirs)}
