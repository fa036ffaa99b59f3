"""P5: wall time of a plan of 12 instances with nothing to do, beside what the neighbours offer for it.

Two embedded AWS: one holds our stack sets, the other the same stacks under the neighbours' names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.counting import counting
from benchmarks.p8_memory import our_command
from benchmarks.peer_projects import PROJECTS, project_in, run_phases
from benchmarks.results import save
from benchmarks.timing import Sample, Summary, run_once, side_by_side
from benchmarks.workload import create, prepared
from benchmarks.world import Shape, world

_SHAPE = Shape(accounts=3, regions=2)
_ROUNDS = 5
_SLOW_ROUNDS = 3
_DELAY_S = 0.1


def measure() -> list[dict[str, Any]]:
    """All in turn, first as fast as the embedded AWS answers, then with the delay of a real one.

    The neighbours go through the counting proxy, which costs them about 2 ms a call.
    """
    with world(_SHAPE) as running, prepared(_SHAPE) as (other, stacks), counting(other.aws.endpoint_url) as proxy:
        running.deploy()
        create(other, stacks)
        runs: dict[str, Callable[[], Sample]] = {"ours": partial(run_once, our_command(running, "ours", "plan"))}
        for project_of in PROJECTS:
            project = project_in(other, project_of, stacks, proxy.url)
            runs[project.name] = partial(run_phases, project.plan())
        rows = _rows(side_by_side(runs, rounds=_ROUNDS), 0.0)
        for one in (running, other):
            one.delay_answers(_DELAY_S)
        return rows + _rows(side_by_side(runs, rounds=_SLOW_ROUNDS), _DELAY_S)


def _rows(found: dict[str, Summary], delay_s: float) -> list[dict[str, Any]]:
    return [
        {
            "tool": name,
            "instances": _SHAPE.instances,
            "answers_after_s": delay_s,
            "wall_s": one.wall_s,
            "quartiles_s": [one.low_s, one.high_s],
            "times_ours": one.wall_s / found["ours"].wall_s,
            "peak_mib": one.peak_mib,
        }
        for name, one in found.items()
    ]


def main() -> None:
    """Measure and save."""
    save("p5", measure())


if __name__ == "__main__":
    main()
