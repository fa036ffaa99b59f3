"""A table-top world: a user's topology, deployed on a simulated AWS in virtual time, with users who call.

Neither AWS nor a blueprint is asked: small templates stand in, for records, checks and levers do not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.app.allowance import ensure_allowed
from orchestrator.core.desired import Inputs, desired_state
from orchestrator.core.errors import StepFailed
from orchestrator.core.names import Names
from orchestrator.core.plan import Plan
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.run import Event, Run, StepStatus
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import Environment, Topology
from orchestrator.executor import Polling, execute
from orchestrator.observe import Question, observe
from orchestrator.ports import Ports
from orchestrator.simulation import Crowd, InlineWorkers, SimulatedAws, SimulatedUsers, World
from orchestrator.simulation.clock import START
from orchestrator.simulation.stand_ins import stand_in_inputs

if TYPE_CHECKING:
    from orchestrator.config import Loaded

_HOME = "999999999999"
_INVENTED = ("100000000001", "100000000002")
# Accounts are alike: more of them tell nothing new, and each costs sixteen checkers per region.
_MOST_ACCOUNTS = 4
_ROUNDS = 6
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
    small = replace(environment, accounts=environment.accounts[:_MOST_ACCOUNTS])
    accounts = small.accounts or _INVENTED
    aws = SimulatedAws(
        World(
            home_account=_HOME,
            home_region=topology.home_region,
            zone=small.hosted_zone.name,
            units=dict.fromkeys(small.organizational_units, accounts),
            instant=False,
            seed=seed,
            start=start,
        )
    )
    question = _deploy(aws, stand_in_inputs(topology, small, _HOME, accounts))
    aws.clock.sleep(_REST_S)
    hosts = tuple(small.host_for(account) for account in accounts)
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
        environment=small,
        accounts=accounts,
        names=question.names,
        ports=replace(aws.ports, users=users),
        users=users,
        polling=Polling(),
        question=question,
        aws=aws,
        workers=InlineWorkers(),
    )


def _deploy(aws: SimulatedAws, inputs: Inputs) -> Question:
    """Bootstrap and deploy as the program does; what to ask to see what stands then."""
    question = Question(
        topology=inputs.topology,
        environment=inputs.environment,
        names=Names(inputs.topology.application, inputs.environment.name, inputs.home_account),
        accounts=inputs.accounts,
        artifacts=inputs.artifacts,
        access=True,
    )
    for planned in (plan_bootstrap, plan_deploy):
        for _ in range(_ROUNDS):
            observed = observe(aws.ports, question)
            plan = planned(desired_state(inputs, observed), observed, {})
            if not _carried_out(aws, plan):
                break
    return question


def _carried_out(aws: SimulatedAws, plan: Plan) -> bool:
    """Whether the plan was not the whole truth, so that another must follow. Raises Refused, StepFailed."""
    ensure_allowed(plan)
    outcome = execute(plan, aws.ports, run=plan.verb, emit=_unheard, polling=Polling(), workers=InlineWorkers())
    unfinished = [step for step in outcome.run.steps if step.status is not StepStatus.SUCCEEDED]
    if unfinished:
        raise StepFailed(f"{unfinished[0].id}: {unfinished[0].reason}", where=f"simulated {plan.verb}")
    return outcome.replan or not plan.complete


def _unheard(_: Event) -> None:
    """What is built for a table-top drill is not its story."""
