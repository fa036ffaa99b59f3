"""P6: how long `--version` and `--help` take, beside the neighbours."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peers import ALL, quiet_environment
from benchmarks.results import save
from benchmarks.timing import Command, run_once, side_by_side
from benchmarks.world import REPOSITORY

_ROUNDS = 9
_SPELLING = {("aws", "--help"): "help"}  # its --help is an error: exit 2


def commands(flag: str, home: Path) -> list[Command]:
    """A bare interpreter, ours, and theirs."""
    environment = quiet_environment(home)
    own = environment | {"PYTHONPATH": str(REPOSITORY)}
    bare = Command("python -c pass", [sys.executable, "-c", "pass"], home, environment)
    ours = Command("ours", [sys.executable, "-m", "orchestrator", flag], home, own)
    theirs = [
        Command(peer.name, [str(peer.install()), _SPELLING.get((peer.name, flag), flag)], home, environment)
        for peer in ALL
    ]
    return [bare, ours, *theirs]


def measure(flag: str) -> list[dict[str, Any]]:
    """Medians of one flag, each beside its ratio to ours."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        runs = {one.name: partial(run_once, one) for one in commands(flag, Path(home))}
        found = side_by_side(runs, rounds=_ROUNDS)
    return [
        {
            "flag": flag,
            "tool": name,
            "wall_s": one.wall_s,
            "quartiles_s": [one.low_s, one.high_s],
            "times_ours": one.wall_s / found["ours"].wall_s,
            "peak_mib": one.peak_mib,
        }
        for name, one in found.items()
    ]


def main() -> None:
    """Measure and save."""
    save("p6", [row for flag in ("--version", "--help") for row in measure(flag)])


if __name__ == "__main__":
    main()
