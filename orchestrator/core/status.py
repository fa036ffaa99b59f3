"""What `status` shows: every region in one value, derived from what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.core.levers import LeverKind, Position
from orchestrator.core.lock import Stored
from orchestrator.core.plan import Finding
from orchestrator.core.proof import Proof
from orchestrator.core.state import KeptRelease
from orchestrator.core.topology import RegionRole


@dataclass(frozen=True, slots=True)
class InstanceCounts:
    """How many instances of the region run what StackSets means them to run."""

    current: int = 0
    outdated: int = 0
    inoperable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionStatus:
    """One region. `healthy` None: nobody knows. `release` "": none, "mixed": accounts differ. `why`: its silence.

    `evacuated` and `drilled`: a lever holds it out of service. `levers` says where each stands; () has none.
    """

    name: str
    role: RegionRole
    reachable: bool
    release: str
    instances: InstanceCounts
    replica: str
    healthy: bool | None
    evacuated: bool = False
    drilled: bool = False
    levers: tuple[tuple[LeverKind, Position], ...] = ()
    hosts: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """Shared names that are answered alike: by these regions, () by none that is known."""

    regions: tuple[str, ...]
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDrill:
    """The drill that ended last. `mode` and `verdict` in the words of its report; `rto_s` None: not measured."""

    region: str
    mode: str
    verdict: str
    started_at: datetime
    rto_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The answer of `status`. `serving_region` is "" when it cannot be known, "mixed" when several regions serve.

    `serving_regions` are those several: all of them under weighted and latency routing, or accounts that differ
    (`accounts_differ`). `answering` has one entry unless accounts differ. `proof` is of the records that the zone
    holds, None when it holds none. `last_drill` None: no drill is recorded. `lock`: who changes this environment now
    or died doing so; None: nobody, or it is not known. `releases` are those that can be gone back to, newest first.
    """

    application: str
    environment: str
    serving_region: str
    regions: tuple[RegionStatus, ...]
    findings: tuple[Finding, ...] = ()
    operations: tuple[str, ...] = ()
    serving_regions: tuple[str, ...] = ()
    accounts_differ: bool = False
    answering: tuple[Answering, ...] = ()
    proof: Proof | None = None
    last_drill: LastDrill | None = None
    lock: Stored | None = None
    releases: tuple[KeptRelease, ...] = ()

    @property
    def earlier_releases(self) -> tuple[KeptRelease, ...]:
        """Those that do not run everywhere already; first those with which a deployment ended well."""
        running = {region.release for region in self.regions}
        earlier = [one for one in self.releases if {one.release} != running]
        return tuple(sorted(earlier, key=lambda one: one.landed_at is None))
