"""Drills: notes, outages, and what keeps a dead man's lever out."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.drill import DrillRecord
from orchestrator.core.drill_actions import BeginDrill, BeginOutage, EndDrill, EndOutage, KeepLever
from orchestrator.core.errors import StepFailed, Throttled, Unreachable
from orchestrator.executor.context import Context, Done, Progress, Waiting

_REWRITE_S = 15.0
"""A datum counts for the minute of its alarm: so many must be lost in a row before the lever falls back."""
_LOOK_S = 0.5
_GIVES_WAY_S = 20.0
"""Who gives way ends its note at once: one call of S3, or a few."""
# Soon: the polling policy would let the next write wait for longer than a datum may be late.
_RETRY_S = 2.0


@dataclass(slots=True)
class BeginDrillTask:
    """The note comes first: what it tells of has not happened yet.

    Of drills that begin at the same moment at most one goes on: each looks again once its note is there. Who then sees
    a smaller run gives way; who sees only greater ones waits until they have, and gives way to one that does not. The
    note of who gives way is ended by the step that ends it in any case.
    """

    action: BeginDrill
    context: Context
    _written_at: float = field(default=0.0)

    def start(self) -> Progress:
        """Refused when another drill has left its note there."""
        action, ports = self.action, self.context.ports
        for other in self._others():
            raise _unfinished(other, action)
        ports.drill_log.write(action.place, action.bucket, action.record)
        self._written_at = ports.clock.monotonic()
        return self.poll()

    def poll(self) -> Progress:
        """Look again."""
        action, others = self.action, self._others()
        if not others:
            return Done(f"noted in {action.place}")
        first, waited = others[0], self.context.ports.clock.monotonic() - self._written_at
        if first.run < action.record.run or waited > _GIVES_WAY_S:
            raise _unfinished(first, action)
        return Waiting(f"drill {first.run} by {first.by} began at the same moment and has to give way", again_s=_LOOK_S)

    def _others(self) -> list[DrillRecord]:
        """Those that have not ended, the smallest run first."""
        action = self.action
        notes = self.context.ports.drill_log.read(action.place, action.bucket, ended=0)
        mine = action.record
        found = [one for one in notes if one.run != mine.run and one.region == mine.region and one.ended_at is None]
        return sorted(found, key=lambda one: one.run)


def _unfinished(other: DrillRecord, action: BeginDrill) -> StepFailed:
    return StepFailed(
        f"drill {other.run} of {other.region} by {other.by} has not ended",
        where=f"{action.place}, bucket {action.bucket}",
        fix=f"if nobody works at it any more: orchestrator drill {other.region} --put-back",
    )


@dataclass(frozen=True, slots=True)
class EndDrillTask:
    """The same note with its end."""

    action: EndDrill
    context: Context

    def start(self) -> Progress:
        """Replaces the note."""
        action, ports = self.action, self.context.ports
        ports.drill_log.write(action.place, action.bucket, action.record.ended(ports.clock.now()))
        return Done(f"noted in {action.place}")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return self.start()


@dataclass(slots=True)
class KeepLeverTask:
    """Writes while the drill lasts. Should this process die, the lever falls back by itself."""

    action: KeepLever
    context: Context
    _written_at: float = field(default=float("-inf"))

    def start(self) -> Progress:
        """The lever has just been moved."""
        self._written_at = self.context.ports.clock.monotonic()
        return self.poll()

    def poll(self) -> Progress:
        """Write when it is time."""
        action, ports = self.action, self.context.ports
        if self.context.results.has_ended(action.until):
            return Done(f"kept until {action.until} had ended")
        now = ports.clock.monotonic()
        if now - self._written_at >= _REWRITE_S:
            try:
                self.context.write(action.lever, action.position)
            except (Unreachable, Throttled) as error:
                return Waiting(str(error), again_s=_RETRY_S)
            self._written_at = now
        return Waiting(f"{action.lever.metric} is kept {action.position.value}", again_s=_LOOK_S)


@dataclass(frozen=True, slots=True)
class BeginOutageTask:
    """One call per place; all of them are repeatable."""

    action: BeginOutage
    context: Context

    def start(self) -> Progress:
        """Synchronous."""
        self.context.ports.outages.begin(self.action.outage, lasts_s=self.action.lasts_s)
        return Done(f"{self.action.outage.region} refuses its users")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return self.start()


@dataclass(frozen=True, slots=True)
class EndOutageTask:
    """Puts back; harmless when nothing is left."""

    action: EndOutage
    context: Context

    def start(self) -> Progress:
        """Synchronous."""
        self.context.ports.outages.end(self.action.outage)
        return Done(f"what was done to {self.action.outage.region} is undone")

    def poll(self) -> Progress:
        """The call is synchronous."""
        return self.start()
