"""What a failover or failback is planned from: the operator's wish, levers, and what the regions answered."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.levers import Lever, LeverKind, Position, Positions, lever_of
from orchestrator.core.names import Names
from orchestrator.core.planning.copied_notes import NO_NOTES, CopiedNotes
from orchestrator.core.planning.standby_release import KeptByRegion
from orchestrator.core.topology import Environment, Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnswer:
    """What one account's regional name answered: `release` "" when it does not say; `detail` when it is not ok.

    `once`: well, and then not at all: the answer that should confirm it was lost, or did not come in time.
    """

    account: str
    region: str
    ok: bool
    release: str = ""
    detail: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRequest:
    """What the operator wants: `position` OUT of service (failover) or IN (failback), whatever the checks say: `force`.

    `positions` are the levers that could be read, `answers` those of the regions that were asked, `kept` the records of
    releases in their own buckets, `drills` the notes of drills that lie there.
    """

    topology: Topology
    environment: Environment
    names: Names
    region: str
    position: Position
    positions: Positions
    answers: tuple[RegionAnswer, ...]
    force: bool = False
    kept: KeptByRegion = ()
    drills: CopiedNotes = NO_NOTES

    @property
    def lever(self) -> Lever:
        """The evacuate lever of the region."""
        return lever_of(self.topology, self.names.prefix, self.region, LeverKind.EVACUATE)

    @property
    def out(self) -> bool:
        """Whether the region goes out of service."""
        return self.position is Position.OUT

    @property
    def moved(self) -> bool:
        """Whether the lever stands already where it is wanted."""
        return self.positions.get(self.lever, Position.UNKNOWN) is self.position
