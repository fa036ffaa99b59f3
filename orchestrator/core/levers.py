"""The levers that take a region out: which there are and where they live.

A lever is a CloudWatch metric (1 = out, 0 = in) that an alarm of the control layer and a health check watch, or an ARC
routing control (Off = out, On = in) that a health check follows. It lives in another region than the one that it
switches, or in a cluster of five regions: it must move while that region is impaired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from orchestrator.core.dns import InsufficientData
from orchestrator.core.metric_alarm import AlarmRule, MissingData
from orchestrator.core.topology import LeverMechanism, Topology

CLUSTER = "arc-cluster"
"""The place of a routing control: any of the cluster's five endpoints moves and reads it."""


class LeverKind(Enum):
    """DRILL is a dead man's switch: without data the region is in. EVACUATE latches: without data it stays."""

    DRILL = "drill"
    EVACUATE = "evacuate"


class Position(Enum):
    """Where a lever stands. UNKNOWN: nobody could read it."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """The lever of `region`; metric and alarm that count are those in the region `place`.

    With a `routing_control` (its ARN) there is neither metric nor alarm, and `place` is CLUSTER.
    """

    kind: LeverKind
    region: str
    place: str
    namespace: str
    routing_control: str = ""

    @property
    def metric(self) -> str:
        """`Drill-us-east-1`."""
        return f"{self.kind.value.capitalize()}-{self.region}"

    @property
    def alarm(self) -> str:
        """The alarm that watches the metric; the control layer has it under the same name in every region."""
        return f"{self.namespace}-{self.kind.value}-{self.region}"

    @property
    def followed(self) -> tuple[str, str]:
        """What its health check follows: see HealthCheck.follows."""
        return ("", self.routing_control) if self.routing_control else (self.place, self.alarm)

    @property
    def call(self) -> str:
        """The call of AWS's data plane that moves it."""
        return "UpdateRoutingControlStates" if self.routing_control else "PutMetricData"

    @property
    def witness(self) -> str:
        """What tells where the lever stands, in a reader's words."""
        return f"routing control of {self.region}" if self.routing_control else f"alarm {self.alarm}"

    def setting(self, position: Position) -> str:
        """A position as it is written: `Evacuate-us-east-1 is out`, `routing control of us-east-1 is Off`."""
        if not self.routing_control:
            return f"{self.metric} is {position.value}"
        return f"{self.witness} is {'Off' if position is Position.OUT else 'On'}"

    @property
    def without_data(self) -> InsufficientData:
        """What the health check makes of an alarm without data."""
        return InsufficientData.HEALTHY if self.kind is LeverKind.DRILL else InsufficientData.LAST_KNOWN_STATUS


def alarm_rule(kind: LeverKind) -> AlarmRule:
    """What the alarm of such a lever makes of its metric: the control template's alarms say the same.

    Within one period "out" wins over "in": an evacuation is never averaged away.
    """
    missing = MissingData.NOT_BREACHING if kind is LeverKind.DRILL else MissingData.IGNORE
    return AlarmRule(comparison="GreaterThanOrEqualToThreshold", threshold=1, statistic="Maximum", missing=missing)


def lever_region(topology: Topology, region: str) -> str:
    """Where the levers of a region live: the next region by name, "" when there is no other.

    By name, so that neither a change of roles nor of the order in the file moves a lever.
    """
    names = sorted(one.name for one in topology.regions)
    following = names[(names.index(region) + 1) % len(names)]
    return "" if following == region else following


def levers(topology: Topology, namespace: str) -> tuple[Lever, ...]:
    """Every lever, region by region; () for an application of one region, which nothing could take over from."""
    return tuple(
        _lever(topology, namespace, region.name, kind)
        for region in topology.regions
        if lever_region(topology, region.name)
        for kind in LeverKind
    )


def _lever(topology: Topology, namespace: str, region: str, kind: LeverKind) -> Lever:
    """Only evacuate levers are routing controls: these have no dead man's switch, which a drill must have."""
    if kind is LeverKind.EVACUATE and topology.failover.lever is LeverMechanism.ARC:
        control = _routing_control(topology, namespace, region)
        return Lever(kind=kind, region=region, place=CLUSTER, namespace=namespace, routing_control=control)
    return Lever(kind=kind, region=region, place=lever_region(topology, region), namespace=namespace)


def _routing_control(topology: Topology, namespace: str, region: str) -> str:
    """Each environment has controls of its own; the namespace is that environment's prefix."""
    mine = (one for one in topology.environments if f"{topology.application}-{one.name}" == namespace)
    return next(dict(one.routing_controls)[region] for one in mine)


def lever_of(topology: Topology, namespace: str, region: str, kind: LeverKind) -> Lever:
    """One lever. Raises StopIteration for a region that has none."""
    return next(one for one in levers(topology, namespace) if (one.region, one.kind) == (region, kind))


Positions = Mapping[Lever, Position]


def out_regions(positions: Positions) -> frozenset[str]:
    """The regions that a lever holds out."""
    return frozenset(lever.region for lever, position in positions.items() if position is Position.OUT)
