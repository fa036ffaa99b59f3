"""Route 53's health checkers on the virtual clock: several for each endpoint check, out of step with one another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from orchestrator.core.check_health import CheckState
from orchestrator.core.checker import Opinion, phases
from orchestrator.core.dns import HealthCheck
from orchestrator.ports import ProbeResult
from orchestrator.simulation.clock import VirtualClock
from orchestrator.simulation.dns import SimulatedDns

CHECKERS = 16
"""The least that watch an endpoint when a check leaves it to Route 53 which checkers do."""


class SimulatedCheckers:
    """Probes each endpoint check of `dns` from its creation to its end. `draw` in [0, 1) puts checks out of step.

    `ask` asks an API domain; an answer that takes long changes an opinion when it is there.
    """

    def __init__(
        self,
        clock: VirtualClock,
        dns: SimulatedDns,
        ask: Callable[[str], ProbeResult],
        draw: Callable[[], float],
    ) -> None:
        self._clock, self._dns, self.ask, self._draw = clock, dns, ask, draw
        self._opinions: dict[tuple[str, int], Opinion] = {}
        self._ends: dict[str, list[Callable[[], None]]] = {}
        dns.watch = self._watch

    def state(self, check: HealthCheck) -> CheckState:
        """What the checkers that have probed at least once think."""
        seats = [(check.id, number) for number in range(CHECKERS)]
        return CheckState(tuple(self._opinions[seat].healthy for seat in seats if seat in self._opinions))

    def _watch(self, check: HealthCheck) -> None:
        if not check.host:
            return
        self._ends[check.id] = [
            self._clock.every(
                check.interval_s,
                partial(self._probe, (check.id, number)),
                # The name of a new check is often published a moment after the check is made.
                first_s=(0.5 + phase) * check.interval_s,
            )
            for number, phase in enumerate(phases(CHECKERS, self._draw()))
        ]

    def _probe(self, seat: tuple[str, int]) -> None:
        check = next((one for one in self._dns.checks if one.id == seat[0]), None)
        if check is None:
            for end in self._ends.pop(seat[0], ()):
                end()
        elif not check.disabled:
            target = self._dns.target(check.host)
            answer = self.ask(target) if target else ProbeResult(False, 0, "", 0.0, "the name does not resolve")
            learn = partial(self._learn, seat, check.failure_threshold, ok=answer.ok)
            self._clock.schedule(self._clock.monotonic() + answer.latency_s, learn)

    def _learn(self, seat: tuple[str, int], threshold: int, *, ok: bool) -> None:
        self._opinions[seat] = self._opinions.get(seat, Opinion()).after(threshold, ok=ok)
