"""R1: one answer is lost after its effect, at each mutating call in turn: how often is the verdict wrong?"""

from __future__ import annotations

from typing import Any

from benchmarks.results import save
from tests.invariants import violations
from tests.mischief import Kind
from tests.scenarios import SCENARIOS, boundaries, play


def main() -> None:
    """A row for each scenario."""
    rows: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        faults = boundaries(scenario, [Kind.LOSE_ANSWER])
        wrong = [str(fault) for fault in faults if violations(play(scenario, [fault]))]
        rows.append({"scenario": scenario.name, "calls": len(faults), "wrong": len(wrong), "where": wrong})
    total = {name: sum(one[name] for one in rows) for name in ("calls", "wrong")}
    save("r1", [*rows, {"scenario": "all", **total}])


if __name__ == "__main__":
    main()
