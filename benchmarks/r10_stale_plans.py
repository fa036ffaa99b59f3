"""R10: saved plans that are let through although the world moved, and refused although nothing they touch did."""

from __future__ import annotations

from benchmarks.results import save
from tests.test_stale_plans import wrong_verdicts

_CHANGES, _SEED = 10_000, 0


def main() -> None:
    """Count and save."""
    through, refused = wrong_verdicts(_CHANGES, _SEED)
    save("r10", [{"changes": _CHANGES, "seed": _SEED, "stale_applied": through, "refused_for_nothing": refused}])


if __name__ == "__main__":
    main()
