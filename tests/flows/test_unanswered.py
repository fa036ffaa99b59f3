"""Instances that run what they should prove no gate: a region that does not answer well is never passed over."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.app import unanswered as module
from orchestrator.app.unanswered import unanswered
from orchestrator.core.errors import ExitCode
from orchestrator.simulation import SimulatedAws
from tests.flows.stage import Stage
from tests.operators import Command, World, give
from tests.sample_world import EAST, SOUTH, WEST, Sample, topology
from tests.scenarios import FIRST, frozen
from tests.theatre import Director, Part

THREE = Sample(topology(EAST, WEST, SOUTH))


def look(stage: Stage) -> list[tuple[str, str]]:
    observed = stage.observe()
    found = unanswered(stage.plan(), stage.sample.desired(observed), observed, stage.aws.ports.probe)
    return [(one.rule, one.where) for one in found]


@pytest.mark.parametrize("sick", [set(), {EAST}, {WEST, SOUTH}])
def test_each_region_that_answers_badly_is_told_and_no_other(sick: set[str]) -> None:
    stage = Stage(THREE).deployed()
    stage.aws.faults.sick |= sick

    assert look(stage) == [("region-unanswered", region) for region in (SOUTH, WEST, EAST) if region in sick]


def test_a_region_whose_gate_is_asked_anyhow_is_not_asked_twice() -> None:
    stage = Stage(THREE).deployed()
    stage.sample = replace(THREE, code="second")
    stage.aws.faults.sick.add(EAST)

    assert look(stage) == []


def test_before_the_first_deployment_nobody_is_asked() -> None:
    stage = Stage(THREE)
    stage.do("bootstrap")

    assert look(stage) == []


def test_hundreds_of_places_are_left_to_status(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(THREE).deployed()
    stage.aws.faults.sick.add(EAST)
    monkeypatch.setattr(module, "_MOST_PLACES", 2)

    assert look(stage) == []


def deploy(aws: SimulatedAws, folder: Path) -> Command:
    world = World(aws, FIRST, folder)
    Director(aws.clock, aws.gate).play([Part("operator-1", give(world, "deploy"))])
    return world.commands[-1]


def test_a_deployment_with_nothing_to_change_fails_while_the_primary_does_not_answer(tmp_path: Path) -> None:
    aws: SimulatedAws = pickle.loads(frozen(FIRST, FIRST))
    aws.faults.sick.add(EAST)
    sick = deploy(aws, tmp_path / "sick")
    aws.faults.sick.clear()
    well = deploy(aws, tmp_path / "well")

    assert (sick.exit_code, well.exit_code) == (ExitCode.FAILED, ExitCode.DONE)
    assert sick.run is not None
    assert [one.id.partition(":")[0] for one in sick.run.failed] == ["gate"]
    assert sick.run.rollback is None
