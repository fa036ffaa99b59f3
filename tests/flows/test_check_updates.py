"""A release that moves the health check itself: what Route 53 asks changes once every region has answered."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import CreateHealthCheck, UpdateHealthCheck
from orchestrator.core.run import Verdict
from tests.core.test_plan_waves import waited_for
from tests.flows.returning import Returning
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, THIRD, WEST, Sample, topology


def moved(sample):
    """Another release, which answers elsewhere."""
    made = sample.topology
    return sample.edited(code="second", topology=replace(made, health=replace(made.health, path="/new")))


def paths(stage):
    return {check.path for check in stage.observe().health_checks if check.path}


def test_no_check_asks_the_new_path_when_the_release_goes_back():
    stage = Stage(Sample(topology())).deployed()
    before = stage.observe().health_checks
    stage.sample = moved(stage.sample)
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "no"

    run = Returning(stage).deploy()

    assert run.verdict is Verdict.FAILED
    assert stage.observe().health_checks == before


def test_every_check_asks_the_new_path_once_all_regions_have_answered():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = moved(stage.sample)

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert paths(stage) == {"/new"}


def test_updates_of_checks_wait_for_all_gates_and_name_few_of_them():
    stage = Stage(Sample(topology(accounts=(HOME, OTHER, THIRD)))).deployed()
    stage.sample = moved(stage.sample)

    made = stage.plan()

    updates = [step for step in made.steps if isinstance(step.action, UpdateHealthCheck)]
    gates = {f"gate:{account}:{region}" for account in (HOME, OTHER, THIRD) for region in (WEST, EAST)}
    assert len(updates) == 6
    assert all(gates <= waited_for(made, step.id) for step in updates)
    assert sum(len(step.needs) for step in updates[1:]) <= 2 * len(updates)


def test_new_checks_wait_for_their_own_place_only():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")

    made = stage.plan()

    (west,) = [step for step in made.steps if step.id == f"check:{OTHER}:{WEST}"]
    assert isinstance(west.action, CreateHealthCheck)
    assert f"gate:{OTHER}:{EAST}" not in waited_for(made, west.id)
