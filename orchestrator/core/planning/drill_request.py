"""What a drill is planned from: the operator's wish and one look at everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.drill import DrillMode, DrillRecord, Outage
from orchestrator.core.levers import Lever, LeverKind, Positions, lever_of
from orchestrator.core.names import Names
from orchestrator.core.status import RegionStatus, Status
from orchestrator.core.topology import Environment, Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRequest:
    """What the operator wants, and what was seen. `accounts` are the target accounts.

    `checks`: ids of the region's endpoint checks. `record` is the note to be made; `records` those that were found.
    `failing`: (region, account, what was met) of endpoints that did not answer our own question just now.
    `hold_s`: how long the region stays out once every user has left it. `silent`: an outage that hangs, not refuses.
    """

    topology: Topology
    environment: Environment
    names: Names
    accounts: tuple[str, ...]
    region: str
    mode: DrillMode
    hold_s: int
    silent: bool
    status: Status
    positions: Positions
    checks: tuple[str, ...]
    record: DrillRecord
    records: tuple[DrillRecord, ...]
    now: datetime
    failing: tuple[tuple[str, str, str], ...] = ()

    @property
    def lever(self) -> Lever:
        """The drill lever of the region."""
        return lever_of(self.topology, self.names.prefix, self.region, LeverKind.DRILL)

    @property
    def outage(self) -> Outage:
        """The failure of mode outage: of the region in every account."""
        hosts = tuple((one, self.environment.regional_host_for(one, self.region)) for one in self.accounts)
        return Outage(self.region, hosts, silent=self.silent)

    @property
    def by_lever(self) -> bool:
        """Whether the drill lever takes the region out; else it really fails."""
        return self.mode is not DrillMode.OUTAGE

    @property
    def bucket(self) -> tuple[str, str]:
        """Where the note lies (region, bucket): with the lever, outside the region."""
        return self.lever.place, self.names.artifact_bucket(self.lever.place)

    def met(self, region: str) -> str:
        """What our own questions met there where they should have met an answer, "" when all is well."""
        return ", ".join(f"{what} (account {account})" for place, account, what in self.failing if place == region)

    def of(self, region: str) -> RegionStatus:
        """What was seen of one region."""
        return next(one for one in self.status.regions if one.name == region)
