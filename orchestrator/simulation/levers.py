"""The levers' metrics and what their alarms make of them, on the virtual clock; and the state of routing controls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.check_health import AlarmState
from orchestrator.core.levers import Lever, Position, alarm_rule
from orchestrator.core.metric_alarm import AlarmRule, Point, alarm_state
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Faults, Gate

# A point is read in its own period and in two more.
_PERIODS = 3
# Beyond the rounding of floating point: at the end of its period a point must be outside of it.
_JUST_AFTER_S = 1e-6


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When CloudWatch looks at alarms: every `every_s`, first at `first_s`; what was written counts when its period is
    over, which begin at `periods_from_s`. `every_s` 0: it looks at every moment, and everything counts at once.
    """

    every_s: float = 0.0
    first_s: float = 0.0
    periods_from_s: float = 0.0

    def counts_at(self, written: float, period_s: float) -> float:
        """When a datum of that moment counts."""
        return written if self.instant else _next(written, period_s, self.periods_from_s)

    def look_after(self, moment: float) -> float:
        """When CloudWatch looks next."""
        return moment if self.instant else _next(moment, self.every_s, self.first_s)

    @property
    def instant(self) -> bool:
        """Nothing takes time."""
        return self.every_s == 0


def _next(moment: float, every_s: float, first_s: float) -> float:
    return first_s + math.ceil((moment - first_s) / every_s) * every_s


@dataclass(slots=True)
class _Alarm:
    """One alarm: what was written, its state, and until when that was looked at."""

    rule: AlarmRule
    rhythm: Rhythm
    points: list[Point] = field(default_factory=list)
    state: AlarmState = AlarmState.INSUFFICIENT_DATA
    looked_at: float = 0.0

    def write(self, now: float, value: float) -> None:
        self.settle(now)
        oldest = now - _PERIODS * self.rule.period_s - self.rhythm.every_s
        self.points = [one for one in self.points if one.at >= oldest]
        self.points.append(Point(self.rhythm.counts_at(now, self.rule.period_s), value))
        self.settle(now)

    def settle(self, now: float) -> AlarmState:
        """Look at every moment since the last look at which the points may say something else."""
        changes = {point.at + number * self.rule.period_s for point in self.points for number in range(_PERIODS + 1)}
        moments = {self.rhythm.look_after(change + _JUST_AFTER_S) for change in changes}
        if self.rhythm.instant:
            moments.add(now)
        for moment in sorted(one for one in moments if self.looked_at < one <= now):
            there = [one for one in self.points if one.at <= moment]
            self.state = alarm_state(self.rule, there, now=moment, before=self.state)
        self.looked_at = now
        return self.state


class SimulatedLevers:
    """Every datum goes into its alarm, which CloudWatch looks at in its rhythm.

    Routing controls are Off until they are set. The cluster answers as a whole, whichever of its regions is silent.
    """

    def __init__(self, clock: Clock, gate: Gate, faults: Faults, rhythm: Rhythm) -> None:
        self._clock, self._gate, self._faults, self._rhythm = clock, gate, faults, rhythm
        self._alarms: dict[tuple[str, str], _Alarm] = {}
        self._controls: dict[str, Position] = {}

    def move(self, lever: Lever, position: Position) -> None:
        """Write the metric, or set the routing control. A datum that is lost on its way was answered like any other."""
        with self._gate.call("Levers.move", region=lever.place, mutating=True):
            self._gate.changed("Levers.move", f"{lever.metric} {position.value}")
            if lever.routing_control:
                self._controls[lever.routing_control] = position
                return
            if self._faults.lost_data > 0:
                self._faults.lost_data -= 1
                return
            fresh = _Alarm(alarm_rule(lever.kind), self._rhythm)
            alarm = self._alarms.setdefault((lever.place, lever.alarm), fresh)
            alarm.write(self._clock.monotonic(), 1.0 if position is Position.OUT else 0.0)

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
        found = self._alarms.get((place, alarm))
        return found.settle(self._clock.monotonic()) if found else AlarmState.INSUFFICIENT_DATA
