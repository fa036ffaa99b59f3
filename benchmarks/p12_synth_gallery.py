"""P12: synthesis of each example of the gallery in seconds, beside bare Python and the import of troposphere alone."""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peers import quiet_environment
from benchmarks.results import save
from benchmarks.timing import Command, run_once, side_by_side
from benchmarks.world import REPOSITORY

_ROUNDS = 5
_BARE, _IMPORT = "bare Python", "import troposphere"


def measure(folder: Path) -> list[dict[str, Any]]:
    """`synth` of every example, in turn with what no synthesis in Python can be faster than."""
    examples = sorted(one.parent for one in (REPOSITORY / "examples").glob("*/regions.yaml"))
    environment = quiet_environment(folder) | {"PYTHONPATH": str(REPOSITORY)}
    commands = [
        Command(_BARE, [sys.executable, "-c", "pass"], folder, environment),
        Command(_IMPORT, [sys.executable, "-c", "import troposphere"], folder, environment),
        *(_synth(example, folder, environment) for example in examples),
    ]
    found = side_by_side({one.name: partial(run_once, one) for one in commands}, rounds=_ROUNDS)
    return [
        {
            "what": name,
            "resources": _resources(folder / name),
            "wall_s": one.wall_s,
            "quartiles_s": [one.low_s, one.high_s],
            "times_bare_python": one.wall_s / found[_BARE].wall_s,
            "peak_mib": one.peak_mib,
        }
        for name, one in found.items()
    ]


def _synth(example: Path, folder: Path, environment: dict[str, str]) -> Command:
    words = ["--config", str(example / "regions.yaml"), "--state-dir", str(folder / "state")]
    program = [sys.executable, "-m", "orchestrator", *words, "synth", "--out", str(folder / example.name)]
    return Command(example.name, program, folder, environment)


def _resources(folder: Path) -> int:
    """Of all templates together; 0 where there are none."""
    return sum(len(json.loads(file.read_text())["Resources"]) for file in folder.glob("*.json"))


def main() -> None:
    """Measure and save."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        save("p12", measure(Path(folder)))


if __name__ == "__main__":
    main()
