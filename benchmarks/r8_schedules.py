"""R8: how many random schedules are played in five minutes on all cores, and how many violate an invariant."""

from __future__ import annotations

import os
import sys
import time

from benchmarks.results import save
from tests.schedules import soak

_SECONDS = 300.0


def main(seconds: float = _SECONDS) -> None:
    """One row; every violation with its seed."""
    began, jobs = time.monotonic(), os.cpu_count() or 1
    played, found = soak(seconds, jobs, 0)
    took = time.monotonic() - began
    for verdict in found:
        print(verdict)
    row = {"schedules": played, "seconds": took, "per second": played / took, "cores": jobs, "violated": len(found)}
    save("r8", [row])


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
