"""The levers' metrics and what their alarms make of them, on the virtual clock."""

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


@dataclass(slots=True)
class _Alarm:
    """One alarm: what was written, its state, and until when that was looked at. `every_s` 0: at every moment."""

    rule: AlarmRule
    every_s: float
    first_s: float
    points: list[Point] = field(default_factory=list)
    state: AlarmState = AlarmState.INSUFFICIENT_DATA
    looked_at: float = 0.0

    def write(self, point: Point) -> None:
        self.settle(point.at)
        self.points = [one for one in self.points if point.at - one.at <= _PERIODS * self.rule.period_s + self.every_s]
        self.points.append(point)
        self.settle(point.at)

    def settle(self, now: float) -> AlarmState:
        """Look at every moment since the last look at which the points may say something else."""
        changes = {point.at + number * self.rule.period_s for point in self.points for number in range(_PERIODS + 1)}
        moments = {self._look_after(change) for change in changes} | (set() if self.every_s else {now})
        for moment in sorted(one for one in moments if self.looked_at < one <= now):
            self.state = alarm_state(self.rule, self._before(moment), now=moment, before=self.state)
        self.looked_at = now
        return self.state

    def _look_after(self, change: float) -> float:
        at = change + _JUST_AFTER_S
        if not self.every_s:
            return at
        return self.first_s + math.ceil((at - self.first_s) / self.every_s) * self.every_s

    def _before(self, moment: float) -> list[Point]:
        return [one for one in self.points if one.at <= moment]


class SimulatedLevers:
    """Every datum goes into its alarm. CloudWatch looks at an alarm every `every_s` (0: at once), from `first_s` on."""

    def __init__(self, clock: Clock, gate: Gate, faults: Faults, *, every_s: float = 0.0, first_s: float = 0.0) -> None:
        self._clock, self._gate, self._faults = clock, gate, faults
        self._every_s, self._first_s = every_s, first_s
        self._alarms: dict[tuple[str, str], _Alarm] = {}

    def move(self, lever: Lever, position: Position) -> None:
        """Write the metric. A write that is lost on its way was answered like any other."""
        with self._gate.call("Levers.move", region=lever.place, mutating=True):
            if self._faults.lost_data > 0:
                self._faults.lost_data -= 1
                return
            fresh = _Alarm(alarm_rule(lever.kind), self._every_s, self._first_s)
            alarm = self._alarms.setdefault((lever.place, lever.alarm), fresh)
            alarm.write(Point(self._clock.monotonic(), 1.0 if position is Position.OUT else 0.0))

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """Where the alarms stand; one call per region asked."""
        for place in sorted({lever.place for lever in levers}):
            with self._gate.call("Levers.positions", region=place):
                pass
        out = AlarmState.ALARM
        return {lever: Position.OUT if self.alarm(lever.place, lever.alarm) is out else Position.IN for lever in levers}

    def alarm(self, place: str, alarm: str) -> AlarmState:
        """The state of one alarm's data stream."""
        found = self._alarms.get((place, alarm))
        return found.settle(self._clock.monotonic()) if found else AlarmState.INSUFFICIENT_DATA
