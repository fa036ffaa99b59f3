"""Drills on a table-top stage: the plan from what is observed there, one run of it, and what users met."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from orchestrator.app.tabletop import TabletopStage, tabletop_ports
from orchestrator.config.loaded import Loaded
from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.levers import Lever, Position, levers
from orchestrator.core.overview import HealthView, Overview
from orchestrator.core.plan import Plan
from orchestrator.core.planning.drill import plan_drill
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.run import Event, Run, StepRecord
from orchestrator.core.traffic import TrafficRequest
from tests.sample_world import EAST, OTHER, by_arc, topology


@dataclass
class Drilled:
    """One drill of EAST on a stage of its own. `seed` shifts checkers, alarms and caches; `arc`: routing controls."""

    mode: DrillMode = DrillMode.SWITCH
    seed: int = 0
    hold_s: int = 30
    silent: bool = False
    regions: tuple[str, ...] = ()
    arc: bool = False
    rate_per_s: int = 8
    stage: TabletopStage = field(init=False)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = by_arc(topology(*self.regions)) if self.arc else topology(*self.regions)
        world = replace(world, traffic=replace(world.traffic, rate_per_s=self.rate_per_s, resolvers=8))
        self.stage = tabletop_ports(Loaded(world, ()), world.environments[0], self.seed)

    @property
    def request(self) -> DrillRequest:
        """The wish, and what is observed now."""
        stage, observed = self.stage, self.stage.observe()
        places = [(account, region.name) for account in stage.accounts for region in stage.topology.regions]
        overview = Overview(
            stage.topology,
            stage.environment,
            stage.names,
            observed,
            {place: HealthView(probe=True) for place in places},
            stage.ports.levers.positions(levers(stage.topology, stage.names.prefix)),
        )
        east = next(one for one in stage.topology.regions if one.name == EAST)
        checks = RegionChecks(stage.topology, stage.environment, stage.names)
        names = {checks.endpoint(account, east).name for account in stage.accounts}
        now = stage.ports.clock.now()
        return DrillRequest(
            topology=stage.topology,
            environment=stage.environment,
            names=stage.names,
            accounts=stage.accounts,
            region=EAST,
            mode=self.mode,
            hold_s=self.hold_s,
            silent=self.silent,
            status=overview.status(),
            positions=overview.levers,
            checks=tuple(check.id for check in observed.health_checks if check.name in names),
            record=DrillRecord(run="drill", region=EAST, mode=self.mode, started_at=now, by="ops@box"),
            records=(),
            now=now,
        )

    @property
    def lever(self) -> Lever:
        """The drill lever of EAST."""
        return self.request.lever

    def plan(self) -> Plan:
        """The whole drill."""
        return plan_drill(self.request)

    def run(self, plan: Plan | None = None) -> Run:
        """Carry it out in virtual time."""
        return self.stage.carry_out(plan or self.plan(), run="drill", on_event=self.events.append)

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.stage.aws.clock.sleep(seconds)

    def position(self) -> Position:
        """Where the drill lever's alarm stands."""
        lever = self.lever
        return self.stage.ports.levers.positions((lever,))[lever]

    def moved(self, since: StepRecord) -> list[float]:
        """Seconds from the start of a step until each resolver's users were served well, and not by EAST."""
        assert since.started_at is not None
        began = (since.started_at - self.stage.users.started_at).total_seconds()
        first: dict[int, float] = {}
        for one in self.stage.users.requests():
            if one.at >= began and one.ok and one.region != EAST:
                first.setdefault(one.resolver, one.at - began)
        return list(first.values())

    def at(self, request: TrafficRequest) -> datetime:
        """When a request was made."""
        return self.stage.users.started_at + timedelta(seconds=request.at)

    def last_of_each(self) -> list[TrafficRequest]:
        """The last request of each resolver."""
        return list({one.resolver: one for one in self.recent(30)}.values())

    def answered_by(self, seconds: float = 5) -> set[str]:
        """Who gave the good answers of the last seconds."""
        return {one.region for one in self.recent(seconds) if one.ok}

    def recent(self, seconds: float = 5) -> list[TrafficRequest]:
        """What users met in the last seconds."""
        return list(self.stage.users.recent(seconds))


def step(run: Run, step_id: str) -> StepRecord:
    """One step's record."""
    return next(one for one in run.steps if one.id == step_id)


ANSWER_BACK = f"answer-back:{OTHER}"
