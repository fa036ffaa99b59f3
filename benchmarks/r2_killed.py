"""R2: killed before and after every mutating call and at every event: duplicates, and good ends."""

from __future__ import annotations

from typing import Any

from benchmarks.results import save
from tests.invariants import violations
from tests.mischief import Kind
from tests.scenarios import SCENARIOS, boundaries, play

_KILLS = (Kind.DIE_BEFORE, Kind.DIE_AFTER, Kind.DIE_AT_EVENT, Kind.TEAR_EVENT)


def main() -> None:
    """A row for each scenario. Torn journals go on under the name of their run, the others by a new one."""
    rows: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        faults = boundaries(scenario, _KILLS)
        found = [violations(play(scenario, [one], resume=one.kind is Kind.TEAR_EVENT)) for one in faults]
        twice = sum(any(told.startswith("I1:") for told in one) for one in found)
        good = sum(not one for one in found)
        rows.append({"scenario": scenario.name, "boundaries": len(faults), "duplicates": twice, "resumed": good})
    total = {name: sum(one[name] for one in rows) for name in ("boundaries", "duplicates", "resumed")}
    save("r2", [*rows, {"scenario": "all", **total}])


if __name__ == "__main__":
    main()
