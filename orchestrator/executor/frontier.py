"""Which steps may begin: those whose needs have all ended. Each end is told once, so that a plan costs its edges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from orchestrator.core.plan import Step


class Frontier:
    """The edge between what has ended and what has not."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._needs = {step.id: frozenset((*step.needs, *step.after)) for step in steps}
        self._dependents: dict[str, list[str]] = {step.id: [] for step in steps}
        for step in steps:
            for need in self._needs[step.id]:
                self._dependents[need].append(step.id)
        self._missing: dict[str, int] = {}
        self._ready: deque[str] = deque()
        self._open: set[str] = set()
        self.look(lambda _: False, lambda _: True)

    @property
    def over(self) -> bool:
        """Every step has ended."""
        return not self._open

    def look(self, ended: Callable[[str], bool], waiting: Callable[[str], bool]) -> None:
        """Count anew: an interrupt may have come between an end and what follows from it."""
        self._open = {step_id for step_id in self._needs if not ended(step_id)}
        self._missing = {step_id: len(needs & self._open) for step_id, needs in self._needs.items()}
        self._ready = deque(one for one, count in self._missing.items() if count == 0 and waiting(one))

    def end(self, step_id: str) -> None:
        """The step has ended, in whatever way."""
        if step_id not in self._open:
            return
        self._open.remove(step_id)
        for dependent in self._dependents[step_id]:
            self._missing[dependent] -= 1
            if self._missing[dependent] == 0:
                self._ready.append(dependent)

    def ready(self) -> Iterator[str]:
        """Each step once, when all its needs have ended; ends that are told meanwhile count."""
        while self._ready:
            yield self._ready.popleft()
