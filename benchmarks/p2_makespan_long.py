"""P2: the same as P1 with stacks of about 60 s."""

from __future__ import annotations

from benchmarks.p1_makespan import rows
from benchmarks.results import save


def main() -> None:
    """Measure and save."""
    save("p2", rows(60.0, {"region by region": 1.03, "parallel": 1.03}))


if __name__ == "__main__":
    main()
