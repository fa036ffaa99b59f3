"""A table-top world: a user's topology, deployed on a simulated AWS in virtual time, with users who call.

Neither AWS nor a blueprint is asked: small templates stand in, for records, checks and levers do not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.allowance import ensure_allowed
from orchestrator.app.simulated_world import simulated_world
from orchestrator.core.names import Names
from orchestrator.core.plan import Plan
from orchestrator.core.run import Event, Run
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import Environment, Topology
from orchestrator.executor import Polling, execute
from orchestrator.observe import Question, observe
from orchestrator.ports import Ports
from orchestrator.simulation import Crowd, InlineWorkers, SimulatedAws, SimulatedUsers
from orchestrator.simulation.clock import START

if TYPE_CHECKING:
    from orchestrator.config import Loaded

# Simulated users harm nobody: they call also where regions.yaml wants no traffic.
_RATE_PER_S = 10.0
# New checks count as healthy until they have data, and records take a while: a drill begins on a world at rest.
_REST_S = 120.0
_BEFORE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletopStage:
    """What a drill's plan is made from and carried out with.

    `environment` has no more than a few accounts; `accounts` are those (invented ones for organizational units).
    `users` have been calling since a moment ago, and are the users of `ports`. `aws` takes faults:
    `aws.clock.schedule` lets them begin in the middle of a run.
    """

    topology: Topology
    environment: Environment
    accounts: tuple[str, ...]
    names: Names
    ports: Ports
    users: SimulatedUsers
    polling: Polling
    question: Question
    aws: SimulatedAws
    workers: InlineWorkers

    def observe(self) -> ObservedState:
        """A snapshot, as of AWS."""
        return observe(self.ports, self.question)

    def carry_out(self, plan: Plan, *, run: str, on_event: Callable[[Event], None]) -> Run:
        """One run in virtual time. Raises Refused when a finding forbids it."""
        ensure_allowed(plan)
        return execute(plan, self.ports, run=run, emit=on_event, polling=self.polling, workers=self.workers).run


def tabletop_ports(
    loaded: Loaded, environment: Environment, seed: int = 0, *, start: datetime = START
) -> TabletopStage:
    """The environment deployed, at rest and in use; makes no AWS call. Equal seeds give equal runs.

    `start` is the virtual time at which its deployment begins. Raises Refused where a deployment would be refused.
    """
    topology = loaded.topology
    world = simulated_world(topology, environment, instant=False, seed=seed, start=start).stand()
    aws, hosts, question = world.aws, world.hosts, world.question
    aws.clock.sleep(_REST_S)
    regions = tuple(region.name for region in topology.regions)
    traffic = topology.traffic
    rate_per_s = (traffic.rate_per_s or _RATE_PER_S) * len(hosts)
    users = aws.users(
        Crowd(hosts=hosts, regions=regions, rate_per_s=rate_per_s, resolvers=traffic.resolvers, seed=seed)
    )
    users.start()
    aws.clock.sleep(_BEFORE_S)
    return TabletopStage(
        topology=topology,
        environment=world.environment,
        accounts=world.accounts,
        names=question.names,
        ports=replace(aws.ports, users=users),
        users=users,
        polling=Polling(),
        question=question,
        aws=aws,
        workers=InlineWorkers(),
    )
