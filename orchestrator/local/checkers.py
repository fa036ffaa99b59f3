"""Route 53's health checkers: several for each check, out of step with one another, each with an opinion of its own.

A checker changes its mind after as many probes in a row as the check's failure threshold says.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from orchestrator.core.check_health import CheckState
from orchestrator.core.checker import Opinion, phases
from orchestrator.core.errors import NotFound
from orchestrator.local.checker_probe import CheckerProbe, Verdict
from orchestrator.local.checks_in_core import core_check
from orchestrator.local.health_checks import HealthCheckStore, Observation, StoredCheck, watches_endpoint

CHECKER_REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1")
"""Where the checkers of a check sit unless its Regions say otherwise: names only, they all run in this process.

The fewest that Route 53 allows: each of their probes runs the application's function on this machine.
"""

_START = 0.5
"""Intervals before the first probe: the name of a new check is often published a moment after the check is made."""


@dataclass(slots=True)
class _Seat:
    """One checker's view of one check: its opinion, and what it saw last."""

    region: str
    address: str
    opinion: Opinion = field(default_factory=Opinion)
    last: Observation | None = None
    last_failure: Observation | None = None

    def learn(self, verdict: Verdict, threshold: int) -> None:
        seen = Observation(self.region, self.address, verdict.text, time.time())
        self.last = seen
        if not verdict.ok:
            self.last_failure = seen
        self.opinion = self.opinion.after(threshold, ok=verdict.ok)


@dataclass(slots=True)
class _Watch:
    """The checkers of one check, and the tasks that they run in."""

    seats: tuple[_Seat, ...]
    tasks: tuple[asyncio.Task[None], ...]

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(seat.region for seat in self.seats)


# Probes under way at once. They run the application on this machine: on one that is too slow for them they must wait
# for one another, or each late answer would start yet another process.
_AT_ONCE = 8


class Checkers:
    """Probes every endpoint check of the store. `draw` in [0, 1) puts the checkers out of step."""

    def __init__(
        self, store: HealthCheckStore, probe: CheckerProbe, *, clock_factor: float, draw: Callable[[], float]
    ) -> None:
        self._store, self._probe, self._factor, self._draw = store, probe, clock_factor, draw
        self._watches: dict[str, _Watch] = {}
        self._changed = asyncio.Event()
        self._places = asyncio.Semaphore(_AT_ONCE)
        store.changed = self._changed.set

    async def run(self) -> None:
        """Follows the store until cancelled; costs nothing while there are no checks."""
        try:
            while True:
                self._reconcile()
                await self._changed.wait()
                self._changed.clear()
        finally:
            self._drop(tuple(self._watches))

    def state(self, check_id: str) -> CheckState:
        """What the checkers that have probed at least once think."""
        watch = self._watches.get(check_id)
        return CheckState(tuple(seat.opinion.healthy for seat in watch.seats if seat.last)) if watch else CheckState()

    def observations(self, check_id: str) -> tuple[Observation, ...]:
        """What each checker saw last."""
        watch = self._watches.get(check_id)
        return tuple(seat.last for seat in watch.seats if seat.last) if watch else ()

    def failures(self, check_id: str) -> tuple[Observation, ...]:
        """What each checker saw when its probe last failed."""
        watch = self._watches.get(check_id)
        return tuple(seat.last_failure for seat in watch.seats if seat.last_failure) if watch else ()

    def _reconcile(self) -> None:
        there = {one.id: (account, one) for account, one in self._store.everything() if watches_endpoint(one)}
        kept = {check_id: _regions(one) for check_id, (_, one) in there.items()}
        self._drop([check_id for check_id, watch in self._watches.items() if kept.get(check_id) != watch.regions])
        for check_id, (account, one) in there.items():
            if check_id not in self._watches:
                self._watches[check_id] = self._watch(account, one)

    def _drop(self, check_ids: Iterable[str]) -> None:
        for check_id in check_ids:
            for task in self._watches.pop(check_id).tasks:
                task.cancel()

    def _watch(self, account: str, one: StoredCheck) -> _Watch:
        seats = tuple(_Seat(region, f"192.0.2.{number}") for number, region in enumerate(_regions(one), 1))
        tasks = tuple(
            asyncio.create_task(self._keep_asking((account, one.id), seat, phase))
            for seat, phase in zip(seats, phases(len(seats), self._draw()), strict=True)
        )
        return _Watch(seats, tasks)

    async def _keep_asking(self, one: tuple[str, str], seat: _Seat, phase: float) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotFound):  # deleted a moment ago
            interval = self._store.get(*one).config["RequestInterval"] / self._factor
            due = loop.time() + (_START + phase) * interval
            while True:
                await asyncio.sleep(due - loop.time())
                await self._ask(self._store.get(*one), seat)
                # After a probe longer than the interval comes the next one at once, not those that were missed.
                due = max(due + interval, loop.time())

    async def _ask(self, stored: StoredCheck, seat: _Seat) -> None:
        check = core_check(stored)
        if not check.disabled:
            async with self._places:
                verdict = await self._probe.ask(check, stored.config.get("IPAddress", ""))
            seat.learn(verdict, check.failure_threshold)


def _regions(one: StoredCheck) -> tuple[str, ...]:
    return tuple(one.config.get("Regions") or CHECKER_REGIONS)
