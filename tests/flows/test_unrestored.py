"""A drill died and has not been put back: which of the next commands refuse, and which must never."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.core.errors import ExitCode
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.simulation import Death
from tests.operators import Command, World, give
from tests.sample_world import EAST, NAMES
from tests.scenarios import FIRST, SECOND, frozen
from tests.theatre import Director, Part

LEASE_ENDS_S = 70.0
_LEVER = "Levers.move"


class Left(World):
    """A world in which a drill died after it had taken its region out, and a release that waits. `do` types a verb."""

    def do(self, verb: str) -> Command:
        director = Director(self.aws.clock, self.aws.gate)
        part = Part("operator", give(self, verb))
        director.play([part])
        if part.error is not None:
            raise part.error
        return self.commands[-1]

    @property
    def settings(self):
        return replace(super().settings, despite_drill=self.despite)

    despite = False


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return dead(tmp_path, "drill switch", _LEVER)


def dead(folder: Path, verb: str, at: str) -> Left:
    """The drill of this mode died right after this call."""
    world = Left(pickle.loads(frozen(FIRST, SECOND)), SECOND, folder)

    def dies(call) -> None:
        if call.name == at:
            raise Death(call.name)

    world.aws.gate.after = dies
    world.do(verb)
    world.aws.gate.after = lambda call: None
    world.aws.clock.sleep(LEASE_ENDS_S)
    return world


def position(world: Left) -> Position:
    lever = lever_of(FIRST.topology, NAMES.prefix, EAST, LeverKind.DRILL)
    return world.aws.ports.levers.positions((lever,))[lever]


@pytest.mark.parametrize("verb", ["deploy", "drill switch", "drill outage"])
def test_what_would_build_on_a_region_that_may_be_out_is_refused_and_calls_nothing_that_changes(left, verb):
    before = len(left.aws.gate.mutations())

    refused = left.do(verb)

    changed = {call.name for call in left.aws.gate.mutations()[before:]} - {"Lock.write", "Lock.remove"}
    assert refused.exit_code is ExitCode.REFUSED
    assert f"drill {EAST} --put-back" in str(refused.error.fix)
    assert changed == set()


@pytest.mark.parametrize("verb", ["failover", "failback", "bootstrap", "destroy --artifacts"])
def test_what_helps_users_or_takes_everything_away_is_not_refused(left, verb):
    assert left.do(verb).exit_code is ExitCode.DONE


def test_put_back_opens_the_way_for_the_deployment(left):
    put_back, deployed = left.do("put-back"), left.do("deploy")

    assert (put_back.exit_code, deployed.exit_code) == (ExitCode.DONE, ExitCode.DONE)
    assert position(left) is Position.IN
    assert set(deployed.runs.values()) == {SECOND.inputs.release}


def test_whoever_says_so_deploys_despite_the_drill(left):
    left.despite = True

    deployed = left.do("deploy")

    assert deployed.exit_code is ExitCode.DONE, str(deployed)
    assert set(deployed.runs.values()) == {SECOND.inputs.release}


def test_an_outage_is_put_back_once_the_region_answers_on_its_own_name(tmp_path):
    left = dead(tmp_path, "drill outage", "Outages.begin")
    left.aws.faults.sick.add(EAST)

    sick, refused = left.do("put-back"), left.do("deploy")
    left.aws.faults.sick.clear()
    well, deployed = left.do("put-back"), left.do("deploy")

    assert (sick.exit_code, refused.exit_code) == (ExitCode.FAILED, ExitCode.REFUSED)
    assert left.aws.outages.current(EAST) is None
    assert (well.exit_code, deployed.exit_code) == (ExitCode.DONE, ExitCode.DONE)
