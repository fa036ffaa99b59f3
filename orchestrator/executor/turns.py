"""Whose call is made next: the most urgent that is due, while there are workers, and workers left for its region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from orchestrator.core.plan import Step
from orchestrator.core.urgency import urgency

WORKERS = 64
"""Threads wait more than they work. Several regions' shares: regions that hang leave some for the others."""
_PER_REGION = 8
"""A call into a region that never answers holds its worker for a whole time-out; no more than these are lost to it."""

_Rank = tuple[bool, float, int]


class Turns:
    """Steps that want to make a call, at a moment or at once, and those whose call is under way.

    What puts something back goes before everything and needs no share of its region.
    """

    def __init__(self, steps: Sequence[Step], workers: int = WORKERS) -> None:
        chains = urgency(steps)
        self._ranks: Mapping[str, _Rank] = {
            step.id: (not _restores(step), -chains[step.id], place) for place, step in enumerate(steps)
        }
        self._regions = {step.id: "" if _restores(step) else step.home_region or step.region for step in steps}
        self._size = workers
        self._calling: Counter[str] = Counter()
        self._under_way: set[str] = set()
        self._asked: set[str] = set()
        self._later: list[tuple[float, _Rank, str]] = []
        self._now: dict[str, list[tuple[_Rank, str]]] = {}

    @property
    def under_way(self) -> int:
        """How many calls have not been answered."""
        return len(self._under_way)

    def ask(self, step_id: str, due: float) -> None:
        """The step wants a turn from that moment on (monotonic seconds). It has one at most."""
        if step_id not in self._asked and step_id not in self._under_way:
            self._asked.add(step_id)
            heappush(self._later, (due, self._ranks[step_id], step_id))

    def drop(self, step_id: str) -> None:
        """The step wants none any more. A call that is under way goes on holding its worker."""
        self._asked.discard(step_id)

    def take(self, now: float) -> Iterator[str]:
        """Each step whose call is to be made now; from then on it is under way."""
        while self._later and self._later[0][0] <= now:
            _, rank, step_id = heappop(self._later)
            heappush(self._now.setdefault(self._regions[step_id], []), (rank, step_id))
        while (chosen := self._best()) is not None:
            self._asked.discard(chosen)
            self._under_way.add(chosen)
            self._calling[self._regions[chosen]] += 1
            yield chosen

    def answered(self, step_id: str) -> None:
        """Its call has ended."""
        if step_id in self._under_way:
            self._under_way.remove(step_id)
            self._calling[self._regions[step_id]] -= 1

    def next_due(self) -> float | None:
        """When the next step wants a turn; those that wait for a worker are not counted, an answer frees one."""
        while self._later and self._later[0][2] not in self._asked:
            heappop(self._later)
        return self._later[0][0] if self._later else None

    def look(self, wanting: Mapping[str, float], calling: Sequence[str]) -> None:
        """Begin anew from what is true: an interrupt may have come between two of the calls above."""
        self._under_way, self._calling = set(calling), Counter(self._regions[one] for one in calling)
        self._now = {}
        self._later = [(due, self._ranks[one], one) for one, due in wanting.items() if one not in self._under_way]
        self._asked = {one for _, _, one in self._later}
        heapify(self._later)

    def _best(self) -> str | None:
        if len(self._under_way) >= self._size:
            return None
        best: tuple[_Rank, str] | None = None
        where = ""
        for region, heap in self._now.items():
            while heap and heap[0][1] not in self._asked:
                heappop(heap)
            full = region and self._calling[region] >= _PER_REGION
            if heap and not full and (best is None or heap[0] < best):
                best, where = heap[0], region
        if best is None:
            return None
        heappop(self._now[where])
        return best[1]


def _restores(step: Step) -> bool:
    return step.always and not step.waits
