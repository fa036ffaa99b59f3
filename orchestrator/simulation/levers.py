"""The levers' metrics and what their alarms make of them, on the virtual clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.core.check_health import AlarmState
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate

_PERIOD_S = 60.0


class SimulatedLevers:
    """What was last written, by region and metric. A drill's datum counts for the minute in which it was written."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self._written: dict[tuple[str, str], tuple[Lever, Position, float]] = {}

    def move(self, lever: Lever, position: Position) -> None:
        """Write the metric."""
        with self._gate.call("Levers.move", region=lever.place, mutating=True):
            self._written[(lever.place, lever.alarm)] = (lever, position, self._clock.monotonic())

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """Where the alarms stand; one call per region asked."""
        for place in sorted({lever.place for lever in levers}):
            with self._gate.call("Levers.positions", region=place):
                pass
        out = AlarmState.ALARM
        return {lever: Position.OUT if self.alarm(lever.place, lever.alarm) is out else Position.IN for lever in levers}

    def alarm(self, place: str, alarm: str) -> AlarmState:
        """The state of one alarm's data stream."""
        written = self._written.get((place, alarm))
        if written is None:
            return AlarmState.INSUFFICIENT_DATA
        lever, position, at = written
        over = lever.kind is LeverKind.DRILL and self._clock.monotonic() - at > _PERIOD_S
        return AlarmState.ALARM if position is Position.OUT and not over else AlarmState.OK
