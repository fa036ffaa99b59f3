"""The stack sets of the embedded AWS, and what drives them: takes up the work that the model allows, reports back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from orchestrator.core import stacksets as model
from orchestrator.core.errors import NotFound
from orchestrator.core.stacksets import Outcome, StackSet, Work

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A stack set lives in one account and one region, its home."""

    account: str
    region: str
    name: str


Runner = Callable[[StackSet, Work], Awaitable[Outcome]]


class StackSetStore:
    """Every stack set by its key. Changes go through `put`, which sets the work going."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._sets: dict[Key, StackSet] = {}
        self._deleted: dict[Key, list[StackSet]] = {}
        self._tasks: set[asyncio.Future[Outcome]] = set()

    def get(self, key: Key) -> StackSet:
        """The stack set, by its name or by its id. Raises NotFound (StackSetNotFoundException)."""
        found = self._sets.get(self.locate(key))
        if found is None:
            raise NotFound(f"StackSet {key.name} not found", code="StackSetNotFoundException")
        return found

    def locate(self, key: Key) -> Key:
        """The key under which the stack set is kept: callers may use its id `name:uuid` too."""
        return Key(key.account, key.region, key.name.partition(":")[0])

    def homes(self) -> tuple[Key, ...]:
        """The keys of all stack sets, sorted."""
        return tuple(sorted(self._sets))

    def put(self, key: Key, stack_set: StackSet) -> None:
        """Keeps the new state and takes up whatever may start now."""
        self._sets[key] = stack_set
        for one in model.work(stack_set):
            self._sets[key] = model.started(self._sets[key], one, now=time.time())
            task = asyncio.ensure_future(self._runner(self._sets[key], one))
            self._tasks.add(task)
            task.add_done_callback(partial(self._report, key, one))

    def remove(self, key: Key) -> None:
        """Forgets the stack set, but for the list of deleted ones."""
        self._deleted.setdefault(key, []).append(self._sets.pop(key))

    def deleted(self, account: str, region: str) -> tuple[StackSet, ...]:
        """What was deleted in this home."""
        kept = [sets for key, sets in self._deleted.items() if (key.account, key.region) == (account, region)]
        return tuple(one for sets in kept for one in sets)

    def _report(self, key: Key, one: Work, task: asyncio.Future[Outcome]) -> None:
        """A fault of our own must not leave an operation running for ever: it fails the instance, and is logged."""
        self._tasks.discard(task)
        if task.cancelled():
            return
        fault = task.exception()
        if fault is not None:
            _LOG.error("%s: %s", key.name, one, exc_info=fault)
        outcome = Outcome(False, f"The embedded AWS failed: {fault!r}") if fault else task.result()
        self.put(key, model.finished(self._sets[key], one, outcome, now=time.time()))
