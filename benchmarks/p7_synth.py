"""P7: synthesis and validation of sixty resources, beside `cdk synth` of the same sixty: time and peak memory.

Ours also makes the other two templates of the sample project (nine resources more), because the verb does.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.peers import CDK, quiet_environment
from benchmarks.results import save
from benchmarks.timing import Command, Summary, run_once, side_by_side
from benchmarks.world import REPOSITORY, Shape, write_project

_ROUNDS = 3
_SOURCES = Path(__file__).parent / "sixty"


def measure(folder: Path) -> list[dict[str, Any]]:
    """`synth`, `validate` (cfn-lint over every region's template) and `cdk synth`, in turn."""
    ours, theirs = folder / "ours", folder / "cdk"
    runs = (*_our_commands(ours), _cdk_command(theirs))
    found = side_by_side({one.name: partial(run_once, one) for one in runs}, rounds=_ROUNDS)
    counts = {
        "ours: synth": _resources(ours / "out" / "compute.json"),
        "cdk: synth": _resources(theirs / "out" / "Sixty.template.json"),
    }
    return [_row(name, one, found["cdk: synth"], counts.get(name, 0)) for name, one in found.items()]


def _our_commands(folder: Path) -> tuple[Command, ...]:
    write_project(folder, Shape(accounts=1, regions=2), compute="sixty.py:Sixty")
    shutil.copy(_SOURCES / "sixty.py", folder)
    environment = quiet_environment(folder) | {"PYTHONPATH": str(REPOSITORY)}
    program = [sys.executable, "-m", "orchestrator"]
    return (
        Command("ours: synth", [*program, "synth", "--out", "out"], folder, environment),
        Command("ours: validate", [*program, "validate"], folder, environment),
    )


def _cdk_command(folder: Path) -> Command:
    program = CDK.install()
    folder.mkdir()
    shutil.copy(_SOURCES / "app.mjs", folder)
    (folder / "node_modules").symlink_to(CDK.folder / "node_modules")
    arguments = [str(program), "synth", "--quiet", "--app", "node app.mjs", "--output", "out", "--no-notices"]
    offline = ["--no-lookups", "--no-version-reporting"]
    return Command("cdk: synth", [*arguments, *offline], folder, quiet_environment(folder))


def _resources(file: Path) -> int:
    resources = json.loads(file.read_text())["Resources"]
    return sum(one["Type"] != "AWS::CDK::Metadata" for one in resources.values())


def _row(name: str, one: Summary, cdk: Summary, resources: int) -> dict[str, Any]:
    return {
        "what": name,
        "resources": resources,
        "wall_s": one.wall_s,
        "quartiles_s": [one.low_s, one.high_s],
        "cdk_takes_times": cdk.wall_s / one.wall_s,
        "peak_mib": one.peak_mib,
    }


def main() -> None:
    """Measure and save."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        save("p7", measure(Path(folder)))


if __name__ == "__main__":
    main()
