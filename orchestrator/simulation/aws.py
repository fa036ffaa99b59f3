"""The whole simulated AWS: one home account, any number of target accounts, virtual time, injectable faults."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.core.check_health import CheckState
from orchestrator.core.dns import HealthCheck, HostedZone
from orchestrator.ports import Ports
from orchestrator.simulation.buckets import SimulatedBuckets
from orchestrator.simulation.checkers import SimulatedCheckers
from orchestrator.simulation.clock import START, VirtualClock
from orchestrator.simulation.dns import SimulatedDns, SimulatedZoneServers
from orchestrator.simulation.drills import SimulatedAlarms, SimulatedDrillLog, SimulatedOutages
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.endpoints import SimulatedCertificates, SimulatedProbe
from orchestrator.simulation.faults import Faults, Gate
from orchestrator.simulation.gates import SimulatedCommands, SimulatedFunctions
from orchestrator.simulation.journals import SimulatedJournals
from orchestrator.simulation.levers import Rhythm, SimulatedLevers
from orchestrator.simulation.lock_store import SimulatedLockStore
from orchestrator.simulation.quotas import SimulatedQuotas
from orchestrator.simulation.releases import SimulatedReleases
from orchestrator.simulation.stack_sets import SimulatedStackSets
from orchestrator.simulation.stacks import SimulatedStacks
from orchestrator.simulation.users import Crowd, SimulatedUsers


@dataclass(frozen=True, slots=True)
class SimulatedIdentity:
    """Who we are, and until when."""

    account: str
    ends: datetime | None = None

    def home_account(self) -> str:
        """The 12-digit home account."""
        return self.account

    def credentials_end(self) -> datetime | None:
        """As the simulation was told."""
        return self.ends


@dataclass(frozen=True, slots=True)
class SimulatedOrganization:
    """Which accounts the organizational units hold."""

    units: Mapping[str, tuple[str, ...]]

    def id(self) -> str:
        """The organization's id."""
        return "o-simulated00"

    def accounts(self, units: Sequence[str]) -> tuple[str, ...]:
        """The accounts of these units, sorted."""
        return tuple(sorted({account for unit in units for account in self.units.get(unit, ())}))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What exists before anything is deployed. `zone` "": no hosted zone. `units`: organizational unit -> accounts.

    `instant`: alarms, health checkers and name servers know everything at once. Else they take the time that they take
    on AWS, out of step with one another by the draws of `seed`.
    """

    home_account: str
    home_region: str
    zone: str = ""
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    durations: Durations = field(default_factory=Durations)
    instant: bool = True
    seed: int = 0
    start: datetime = START


class SimulatedAws:
    """All ports over one simulated world, and what a test or a table-top drill looks at behind them."""

    def __init__(self, world: World) -> None:
        self.clock, self.faults = VirtualClock(world.start), Faults()
        self.gate = Gate(self.faults, self.clock)
        durations = world.durations
        self.buckets = SimulatedBuckets(self.clock, self.gate, self.faults, durations)
        self.stacks = SimulatedStacks(self.clock, self.gate, self.faults, self.buckets, durations)
        self.outages = SimulatedOutages(self.clock, self.gate)
        self.lock = SimulatedLockStore(self.clock, self.gate)
        self.drill_log, self.alarms = SimulatedDrillLog(self.gate), SimulatedAlarms(self.gate)
        self.journals = SimulatedJournals(self.gate)
        self.commands, self.functions = SimulatedCommands(self.gate), SimulatedFunctions(self.gate)
        self.quotas = SimulatedQuotas(self.gate)
        self.releases = SimulatedReleases(self.clock, self.gate)
        self.probe = SimulatedProbe(self.gate, self.faults, self.stacks, self.outages.current)
        zone = HostedZone("ZONE1", world.zone) if world.zone else None
        draw = random.Random(world.seed).random
        every_s = 0.0 if world.instant else durations.alarm_every_s
        rhythm = Rhythm(every_s, first_s=every_s * draw(), periods_from_s=every_s * draw())
        self.levers = SimulatedLevers(self.clock, self.gate, self.faults, rhythm)
        self.dns = SimulatedDns(self.clock, self.gate, durations, zone=zone, instant=world.instant)
        self.dns.state_of = self._check_state
        self.zone_servers = SimulatedZoneServers(self.dns)
        self.checkers = None if world.instant else SimulatedCheckers(self.clock, self.dns, self.probe.ask, draw)
        self.probe.resolve = self.dns.answers
        self.certificates = SimulatedCertificates(self.clock, self.gate, self.dns, self.stacks, durations)
        self.stack_sets = SimulatedStackSets(
            self.clock,
            self.gate,
            self.faults,
            self.stacks,
            durations,
            home_region=world.home_region,
            units=world.units,
            certified=self.certificates.certified,
        )
        self._identity = SimulatedIdentity(world.home_account)
        self._organization = SimulatedOrganization(world.units)

    def users(self, crowd: Crowd) -> SimulatedUsers:
        """Users, who call once they are started."""
        return SimulatedUsers(self.clock, self.dns, self.probe.ask, crowd)

    def _check_state(self, check: HealthCheck) -> CheckState:
        if check.alarm_name:
            return CheckState(alarm=self.levers.alarm(check.alarm_region, check.alarm_name))
        if check.routing_control:
            return CheckState(last_known=self.levers.control(check.routing_control))
        if self.checkers is not None:
            return self.checkers.state(check)
        target = self.dns.target(check.host)
        return CheckState((self.probe.ask(target).ok,)) if target else CheckState()

    @property
    def ports(self) -> Ports:
        """The simulated AWS as the rest of the program sees it."""
        return Ports(
            clock=self.clock,
            identity=self._identity,
            organization=self._organization,
            stack_sets=self.stack_sets,
            stacks=self.stacks,
            buckets=self.buckets,
            dns=self.dns,
            certificates=self.certificates,
            probe=self.probe,
            levers=self.levers,
            lookup=self.dns,
            zone_servers=self.zone_servers,
            outages=self.outages,
            drill_log=self.drill_log,
            releases=self.releases,
            journals=self.journals,
            lock=self.lock,
            alarms=self.alarms,
            commands=self.commands,
            functions=self.functions,
            quotas=self.quotas,
        )
