"""Levers moved and held, and the shared name asked until users have moved."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.actions import AwaitAnswer, HoldLever, MoveLever
from orchestrator.core.health_answer import region_told
from orchestrator.core.levers import Position
from orchestrator.executor.context import Context, Done, Progress, Waiting
from orchestrator.ports import ProbeResult

# A datum counts when its minute is over, and CloudWatch looks once a minute: until both have happened, an alarm that
# says "in" may still say "out", for a whole minute.
_UNSEEN_S = 125.0


@dataclass(frozen=True, slots=True)
class MoveLeverTask:
    """One write; repeating it changes nothing."""

    action: MoveLever
    context: Context

    def start(self) -> Progress:
        """Synchronous."""
        lever, position = self.action.lever, self.action.position
        self.context.write(lever, position)
        return Done(f"{lever.setting(position)}, written in {lever.place}")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return self.start()


@dataclass(frozen=True, slots=True)
class HoldLeverTask:
    """Written again until the alarm agrees: a datum of the same minute that says "out" hides one that says "in"."""

    action: HoldLever
    context: Context

    def start(self) -> Progress:
        """The step before has just written it."""
        return self._look()

    def poll(self) -> Progress:
        """Write again, and look."""
        self.context.write(self.action.lever, self.action.position)
        return self._look()

    def _look(self) -> Progress:
        lever, ports, results = self.action.lever, self.context.ports, self.context.results
        position = ports.levers.positions((lever,))[lever]
        if position is Position.OUT:
            results.saw_out(lever)
        unseen_s = ports.clock.monotonic() - results.unseen_since(lever)
        lags = not lever.routing_control and unseen_s < _UNSEEN_S
        if position is self.action.position is Position.IN and lags:
            return Waiting(f"alarm {lever.alarm} may not have seen yet that it was out")
        if position is self.action.position:
            return Done(f"{lever.witness} says {position.value}")
        return Waiting(f"{lever.witness} says {position.value}")


@dataclass(slots=True)
class AwaitAnswerTask:
    """Ask the shared name as a user does. A region says its name in the JSON that its health path answers with."""

    action: AwaitAnswer
    context: Context
    _in_a_row: int = field(default=0)

    def start(self) -> Progress:
        """The first question."""
        return self.poll()

    def poll(self) -> Progress:
        """One question more."""
        action = self.action
        result = self.context.ports.probe.get(host=action.host, target=action.host, region="", path=action.path)
        region = region_told(result.body)
        self._in_a_row = self._in_a_row + 1 if self._moved(result, region) else 0
        if self._in_a_row >= action.successes:
            return Done(f"{action.host} is answered by {region}")
        told = result.error or f"{result.status} from {region or 'a region that does not say its name'}"
        return Waiting(f"{action.host}: {told}")

    def _moved(self, result: ProbeResult, region: str) -> bool:
        left = region != self.action.region
        return result.ok and bool(region) and (self.action.anywhere or left is self.action.leaves)
