"""Simulated deployments: what order, how long, and what the failure of a region at each step would leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from orchestrator.app.losing import lose
from orchestrator.app.settings import Settings, open_configuration
from orchestrator.app.simulated_world import SimulatedWorld, simulated_world
from orchestrator.core.critical_path import critical_path
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.simulated import (
    DeploySimulation,
    Expected,
    Loss,
    Rollout,
    Round,
    expected,
    loss_cases,
    problem_of,
)
from orchestrator.simulation import SPREAD, Durations, drawn_durations

if TYPE_CHECKING:
    from orchestrator.core.topology import Environment, Topology

_TRIES = 20
# Each takes a tenth of a second: a simulation of some regions is to take a few.
_MOST_LOSSES = 40
FIRST, RELEASE = "first deployment", "release"


def simulate_deploy(settings: Settings, *, seed: int = 0) -> DeploySimulation:
    """A first deployment of the environment, then a release; makes no AWS call and runs no blueprint.

    `seed` draws the durations of the tries. Raises ConfigurationError, UsageError, Refused, Interrupted.
    """
    loaded, environment = open_configuration(settings)
    return simulated_deployments(loaded.topology, environment, seed=seed)


def simulated_deployments(topology: Topology, environment: Environment, *, seed: int = 0) -> DeploySimulation:
    """The same of a topology that was read already."""
    return _Simulating(topology, environment, seed).all()


class _Simulating:
    def __init__(self, topology: Topology, environment: Environment, seed: int) -> None:
        self._topology, self._environment, self._seed = topology, environment, seed

    def all(self) -> DeploySimulation:
        """Everything."""
        world = simulated_world(self._topology, self._environment)
        names, rounds = (FIRST, RELEASE), self._deployed(Durations())
        tries = [self._deployed(drawn_durations(f"{self._seed}/{number}")) for number in range(_TRIES)]
        rollouts = tuple(
            Rollout(name=name, rounds=done, expected=_expected([one[place] for one in tries if place < len(one)]))
            for place, (name, done) in enumerate(zip(names, rounds, strict=False))
        )
        losses, left_out = self._losses(rollouts[-1]) if rollouts[-1].name == RELEASE else ((), 0)
        return DeploySimulation(
            application=self._topology.application,
            environment=self._environment.name,
            regions=tuple(region.name for region in self._topology.regions),
            accounts=world.accounts,
            accounts_in_all=len(self._environment.accounts),
            seed=self._seed,
            durations=tuple((what, usual) for what, usual in asdict(Durations()).items() if what.endswith("_s")),
            spread=SPREAD,
            rollouts=rollouts,
            losses=losses,
            left_out=left_out,
        )

    def _deployed(self, durations: Durations) -> tuple[tuple[Round, ...], ...]:
        """The rounds of the first deployment, and of the release unless that failed.

        The bootstrap before it is no part of it, unless it fails: then there is nothing else to tell.
        """
        world = simulated_world(self._topology, self._environment, durations=durations)
        bootstrap = world.rounds(plan_bootstrap)
        first = bootstrap if problem_of(bootstrap) else world.rounds()
        return (first,) if problem_of(first) else (first, world.next_edition().rounds())

    def _losses(self, release: Rollout) -> tuple[tuple[Loss, ...], int]:
        if not release.succeeded:
            return (), 0
        found = loss_cases(release.rounds, self._topology.control_regions, most=_MOST_LOSSES)
        return tuple(lose(self._standing(), step, region) for step, region in found.cases), found.left_out

    def _standing(self) -> SimulatedWorld:
        return simulated_world(self._topology, self._environment).stand()


def _expected(tries: Sequence[tuple[Round, ...]]) -> Expected:
    seconds = [_seconds(one) for one in tries if not problem_of(one)]
    return expected(seconds, [problem for one in tries if (problem := problem_of(one))])


def _seconds(rounds: tuple[Round, ...]) -> float:
    return critical_path([(one.plan, one.run) for one in rounds]).makespan_s
