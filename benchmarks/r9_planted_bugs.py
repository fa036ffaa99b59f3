"""R9: bugs planted in a copy of the product: how many does the suite catch?"""

from __future__ import annotations

import os

from benchmarks.results import save
from tests.planted import BUGS, hunted


def main() -> None:
    """A row for each bug, after the one that says that all pass without any."""
    rows = [
        {"bug": name, "as it should be": ok, "seconds": took_s}
        for name, ok, took_s, _ in hunted(BUGS, jobs=os.cpu_count() or 1)
    ]
    caught = sum(bool(one["as it should be"]) for one in rows[1:])
    save("r9", [*rows, {"bug": "all", "planted": len(BUGS), "caught": caught}])


if __name__ == "__main__":
    main()
