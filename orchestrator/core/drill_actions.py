"""What only drills do, beside moving levers: let a region fail, watch those who take over, wait for users."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.drill import DrillRecord, Limits, Outage
from orchestrator.core.levers import Lever, Position


@dataclass(frozen=True, slots=True)
class BeginDrill:
    """Note that a drill begins, where the region that it takes out cannot hide it. Refused when one runs there."""

    record: DrillRecord
    place: str
    bucket: str


@dataclass(frozen=True, slots=True)
class EndDrill:
    """Note that nothing of the drill is left."""

    record: DrillRecord
    place: str
    bucket: str


@dataclass(frozen=True, slots=True)
class KeepLever:
    """Write a dead man's lever again and again until the step `until` has ended."""

    lever: Lever
    position: Position
    until: str


@dataclass(frozen=True, slots=True)
class BeginOutage:
    """Let the region's application fail. It ends by itself after `lasts_s`, where that can be had."""

    outage: Outage
    lasts_s: int


@dataclass(frozen=True, slots=True)
class EndOutage:
    """Put back what BeginOutage changed; harmless when there is nothing to put back."""

    outage: Outage


@dataclass(frozen=True, slots=True)
class AwaitChecks:
    """Wait until Route 53's checkers agree: these checks (ids) are all `healthy`, or all not."""

    checks: tuple[str, ...]
    healthy: bool


@dataclass(frozen=True, slots=True)
class AwaitUsers:
    """Wait until the users of every resolver are served well, and no longer by `region` (`leaves`), or by it again.

    `alone` False: others serve beside it, so that it is enough when everybody is served.
    """

    region: str
    leaves: bool
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Watch the regions that take over until the step `until` has ended; fail when they exceed the limits.

    `hosts`: (account, region, regional host name) of each place that serves now.
    """

    hosts: tuple[tuple[str, str, str], ...]
    path: str
    region: str
    limits: Limits
    until: str


DrillAction = BeginDrill | EndDrill | KeepLever | BeginOutage | EndOutage | AwaitChecks | AwaitUsers | Pause | Watch
