"""The levers' metrics and what their alarms make of them, on the virtual clock; and the state of routing controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.core.check_health import AlarmState
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate

_PERIOD_S = 60.0


class SimulatedLevers:
    """What was last written, by region and metric. A drill's datum counts for the minute in which it was written.

    Routing controls are Off until they are set. The cluster answers as a whole, whichever of its regions is silent.
    """

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self._controls: dict[str, Position] = {}
        self._written: dict[tuple[str, str], tuple[Lever, Position, float]] = {}

    def move(self, lever: Lever, position: Position) -> None:
        """Write the metric, or set the routing control."""
        with self._gate.call("Levers.move", region=lever.place, mutating=True):
            if lever.routing_control:
                self._controls[lever.routing_control] = position
                return
            self._written[(lever.place, lever.alarm)] = (lever, position, self._clock.monotonic())

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """Where the alarms and routing controls stand; one call per region asked."""
        for place in sorted({lever.place for lever in levers}):
            with self._gate.call("Levers.positions", region=place):
                pass
        return {lever: self._position(lever) for lever in levers}

    def _position(self, lever: Lever) -> Position:
        if lever.routing_control:
            return Position.IN if self.control(lever.routing_control) else Position.OUT
        return Position.OUT if self.alarm(lever.place, lever.alarm) is AlarmState.ALARM else Position.IN

    def control(self, arn: str) -> bool:
        """Whether a routing control is On."""
        return self._controls.get(arn) is Position.IN

    def alarm(self, place: str, alarm: str) -> AlarmState:
        """The state of one alarm's data stream."""
        written = self._written.get((place, alarm))
        if written is None:
            return AlarmState.INSUFFICIENT_DATA
        lever, position, at = written
        over = lever.kind is LeverKind.DRILL and self._clock.monotonic() - at > _PERIOD_S
        return AlarmState.ALARM if position is Position.OUT and not over else AlarmState.OK
