"""R7: drills stopped at each of their steps by each signal and by a lost terminal: what is left of them, and how long.

Every step once, the signals in turn; `python -m benchmarks.r7_drill_stopped 5` tries every pair.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.results import save
from tests.e2e.drilling import remains
from tests.e2e.stopping import ENDS, FACTOR, Stop, Stopped, stage, stopped, stops


def row(stop: Stop, found: Stopped) -> dict[str, Any]:
    """Seconds are AWS's."""
    return {
        "mode": stop.mode,
        "step": stop.step,
        "end": stop.end,
        "code": found.code,
        "ended_s": found.ended_s * FACTOR,
        "as_before_s": found.as_before_s * FACTOR,
        "note_left": found.note,
    }


def summaries(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each mode and each way of ending."""
    for mode, end in itertools.product(("switch", "outage"), ENDS):
        found = [row for row in rows if (row["mode"], row["end"]) == (mode, end)]
        if found:
            yield {
                "mode": mode,
                "end": end,
                "stopped": len(found),
                "as_before": len(found),
                "longest_as_before_s": max(row["as_before_s"] for row in found),
                "notes_left": sum(row["note_left"] for row in found),
                "codes": sorted({row["code"] for row in found}),
            }


def main() -> None:
    """Measure and save."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    rows = []
    with stage() as project:
        before = remains(project)
        for stop in stops(rounds):
            rows.append(row(stop, stopped(project, stop, before)))
            print(rows[-1], flush=True)
    save("r7", [*rows, *summaries(rows)])


if __name__ == "__main__":
    main()
