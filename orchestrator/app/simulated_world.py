"""A simulated AWS for a user's topology, and the program's own plans carried out on it in virtual time.

Neither AWS nor a blueprint is asked: small templates stand in, for order, records, checks and levers do not depend on
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.app.allowance import ensure_allowed
from orchestrator.core.desired import DesiredState, Inputs, desired_state
from orchestrator.core.errors import Interrupted, StepFailed
from orchestrator.core.expected import with_expected
from orchestrator.core.names import Names
from orchestrator.core.plan import Plan
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.run import Event, Verdict
from orchestrator.core.simulated import Round, problem_of
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import Environment, Topology
from orchestrator.core.waves import waves_of
from orchestrator.executor import Polling, execute
from orchestrator.executor.walk import Outcome
from orchestrator.observe import Question, observe
from orchestrator.simulation import Durations, InlineWorkers, SimulatedAws, World
from orchestrator.simulation.clock import START
from orchestrator.simulation.stand_ins import stand_in_inputs

_HOME = "999999999999"
_INVENTED = ("100000000001", "100000000002", "100000000003", "100000000004")
# Accounts are alike: more of them tell nothing new, and each costs sixteen checkers per region.
_MOST_ACCOUNTS = 4
_ROUNDS = 6

Planner = Callable[[DesiredState, ObservedState, Mapping[str, frozenset[str]]], Plan]


def unheard(_: Event) -> None:
    """For what is no part of the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWorld:
    """`environment` has no more than a few accounts; `accounts` are those, invented ones for organizational units.

    `edition` numbers the releases that the world is to run. `members` are (account, unit) where waves are of units.
    """

    topology: Topology
    environment: Environment
    accounts: tuple[str, ...]
    aws: SimulatedAws
    edition: int = 1
    members: tuple[tuple[str, str], ...] = ()

    @property
    def inputs(self) -> Inputs:
        """What planning is given."""
        inputs = stand_in_inputs(self.topology, self.environment, _HOME, self.accounts, self.edition)
        return replace(inputs, members=self.members)

    @property
    def question(self) -> Question:
        """What to ask to see everything that stands."""
        return Question(
            topology=self.topology,
            environment=self.environment,
            names=Names(self.topology.application, self.environment.name, _HOME),
            accounts=self.accounts,
            artifacts=self.inputs.artifacts,
            access=True,
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The shared names that users call."""
        return tuple(self.environment.host_for(account) for account in self.accounts)

    def next_edition(self) -> SimulatedWorld:
        """The same world, which is to run another release."""
        return replace(self, edition=self.edition + 1)

    def plan(self, planner: Planner = plan_deploy) -> Plan:
        """From a fresh look."""
        observed = observe(self.aws.ports, self.question)
        return with_expected(planner(desired_state(self.inputs, observed), observed, {}), observed)

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None] = unheard) -> Outcome:
        """One plan, once. Raises Refused when a finding forbids it, Interrupted."""
        ensure_allowed(plan)
        ports, run = self.aws.ports, f"simulated-{plan.verb}"
        found = execute(plan, ports, run=run, emit=on_event, polling=Polling(), workers=InlineWorkers())
        if found.run.verdict is Verdict.INTERRUPTED:
            raise Interrupted("the simulation was left", fix="nothing was started on AWS")
        return found

    def rounds(self, planner: Planner = plan_deploy) -> tuple[Round, ...]:
        """Plan and carry out until the plan is the whole truth or a step fails. Raises Refused, Interrupted."""
        rounds: list[Round] = []
        for _ in range(_ROUNDS):
            plan = self.plan(planner)
            if plan.is_empty and plan.complete:
                break
            outcome = self.carry_out(plan)
            rounds.append(Round(plan, outcome.run))
            if problem_of(rounds) or (plan.complete and not outcome.replan):
                break
        return tuple(rounds)

    def stand(self) -> SimulatedWorld:
        """Bootstrapped and deployed. Raises Refused, Interrupted, and StepFailed with the step that failed."""
        for planner in (plan_bootstrap, plan_deploy):
            problem = problem_of(self.rounds(planner))
            if problem:
                raise StepFailed(problem, where="simulated deployment")
        return self


def simulated_world(
    topology: Topology,
    environment: Environment,
    *,
    durations: Durations | None = None,
    instant: bool = True,
    seed: int = 0,
    start: datetime = START,
) -> SimulatedWorld:
    """An empty one. `instant`: health checkers, alarms and name servers know everything at once (see World)."""
    small = _few(topology, environment)
    held = _held(topology, small)
    accounts = small.accounts or tuple(sorted({account for found in held.values() for account in found}))
    aws = SimulatedAws(
        World(
            home_account=_HOME,
            home_region=topology.home_region,
            zone=small.hosted_zone.name,
            units=held,
            durations=durations or Durations(),
            instant=instant,
            seed=seed,
            start=start,
        )
    )
    members = tuple((account, unit) for unit, found in held.items() for account in found) if _in_waves(held) else ()
    return SimulatedWorld(topology=topology, environment=small, accounts=accounts, aws=aws, members=members)


def _few(topology: Topology, environment: Environment) -> Environment:
    """With the first few accounts, but at least one of each wave; the same for units where waves are made of them."""
    waves = waves_of(topology.rollout.waves, environment, environment.accounts, {})
    firsts = [(one.units or one.accounts)[:1] for one in waves if one.name]
    given = environment.organizational_units or environment.accounts
    chosen = list(dict.fromkeys([*(name for first in firsts for name in first), *given]))[:_MOST_ACCOUNTS]
    few = tuple(one for one in given if one in chosen)
    if not environment.organizational_units:
        return replace(environment, accounts=few)
    return replace(environment, organizational_units=few) if firsts else environment


def _held(topology: Topology, environment: Environment) -> dict[str, tuple[str, ...]]:
    """Invented accounts: two for all units together, one for each where waves are made of them."""
    units = environment.organizational_units
    if len(waves_of(topology.rollout.waves, environment, (), {})) > 1:
        return {unit: (account,) for unit, account in zip(units, _INVENTED, strict=False)}
    return dict.fromkeys(units, _INVENTED[:2])


def _in_waves(held: Mapping[str, tuple[str, ...]]) -> bool:
    return any(len(found) == 1 for found in held.values())
