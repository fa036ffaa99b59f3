"""P8: peak memory of the verbs that talk to AWS, for 20 regions x 6 target accounts (240 instances)."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.peers import quiet_environment
from benchmarks.results import save
from benchmarks.timing import Command, run_once
from benchmarks.world import REPOSITORY, Shape, World, world

SHAPE = Shape(accounts=6, regions=20)
_VERBS = (
    ("plan, nothing there", ("plan", "--format", "json")),
    ("deploy", ("deploy", "--yes", "--format", "json")),
    ("plan, nothing to do", ("plan", "--format", "json")),
    ("status", ("status", "--format", "json")),
)


def measure(running: World) -> list[dict[str, Any]]:
    """One process per verb, in the order of a first rollout."""
    rows = []
    for what, verb in _VERBS:
        sample = run_once(our_command(running, what, *verb))
        rows.append(
            {
                "what": what,
                "regions": running.shape.regions,
                "accounts": running.shape.accounts,
                "instances": running.shape.instances,
                "peak_mib": sample.peak_mib,
                "wall_s": sample.wall_s,
            }
        )
        print(rows[-1], flush=True)
    return rows


def our_command(running: World, what: str, *verb: str) -> Command:
    """The command line against this embedded AWS."""
    arguments = [sys.executable, "-m", "orchestrator", "--local", "--state-dir", "state", *verb]
    environment = quiet_environment(running.folder) | {"PYTHONPATH": str(REPOSITORY)}
    return Command(what, arguments, running.folder, environment)


def main() -> None:
    """Measure and save."""
    with world(SHAPE) as running:
        running.bootstrap()
        save("p8", measure(running))


if __name__ == "__main__":
    main()
