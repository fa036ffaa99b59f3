"""`python -m tests.search [CRASHES] [DEATHS]`: the search within these bounds, 2 and 1 by default.

Exit 1 for a fault.
"""

from __future__ import annotations

import sys
import time

from tests.search.explore import explore
from tests.search.model import Rules


def main(arguments: list[str]) -> int:
    """Print what was visited, and the course to each fault."""
    crashes = int(arguments[0]) if arguments else 2
    deaths = int(arguments[1]) if len(arguments) > 1 else 1
    began = time.perf_counter()
    found = explore(Rules(crashes=crashes, deaths=deaths))
    print(f"{found} in {time.perf_counter() - began:.1f} s")
    for fault, course in found.broken.items():
        print(fault, *(f"  {world}" for world in course), sep="\n")
    for world in found.stuck[:3]:
        print(f"no way to rest from {world}")
    return 1 if found.broken or found.stuck else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
