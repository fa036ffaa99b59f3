"""Organizational units: a second one, and an account that automatic deployment has missed, get what they lack."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.run import Verdict
from orchestrator.core.state import Targets
from orchestrator.ports import OperationInput
from tests.flows.returning import running
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, FAR_UNIT, NAMES, OTHER, THIRD, UNIT, WEST, Sample, topology

HELD = {UNIT: (OTHER,), FAR_UNIT: (THIRD,)}
ONE, BOTH = topology(units=(UNIT,)), topology(units=(UNIT, FAR_UNIT))


class InUnits(Sample):
    """Each unit holds one account; AWS Organizations tells of those that regions.yaml names."""

    __slots__ = ()

    @property
    def units(self):
        return HELD

    @property
    def members(self):
        named = self.topology.environments[0].organizational_units
        return tuple((account, unit) for unit in named for account in HELD[unit])

    @property
    def inputs(self):
        return replace(super().inputs, accounts=tuple(account for account, _ in self.members))


def lose(stage, account, layer):
    """An account's instances go, as if they had never come."""
    name = NAMES.stack_set(layer)
    aim = Targets((account,), (UNIT,))
    stage.aws.ports.stack_sets.delete_instances(
        OperationInput(stack_set=name, operation_id=f"lose-{layer}", targets=aim, regions=(WEST, EAST))
    )
    stage.aws.clock.sleep(3600)
    stage.aws.stack_sets.settle()


def test_a_unit_added_to_regions_yaml_gets_the_application():
    stage = Stage(InUnits(ONE)).deployed()
    assert set(running(stage)) == {(OTHER, WEST), (OTHER, EAST)}

    stage.sample = stage.sample.edited(topology=BOTH)
    run = stage.deployed().do("deploy")

    assert run.verdict is Verdict.NOTHING_TO_DO, reasons(run)
    release = stage.sample.inputs.release
    assert running(stage) == {(account, region): release for account in (OTHER, THIRD) for region in (WEST, EAST)}
    assert {f"{THIRD}.sample.fed.dev"} <= {record.name for record in stage.observe().records}


def test_an_account_without_instances_gets_them_with_the_next_release():
    stage = Stage(Sample(ONE)).deployed()
    for layer in ("compute", "infra"):
        lose(stage, THIRD, layer)
    assert set(running(stage)) == {(OTHER, WEST), (OTHER, EAST)}

    stage.sample = stage.sample.edited(code="second")
    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    release = stage.sample.inputs.release
    assert running(stage) == {(account, region): release for account in (OTHER, THIRD) for region in (WEST, EAST)}


def test_an_account_that_cannot_have_instances_fails_at_once_and_is_named_with_its_cause():
    stage = Stage(Sample(ONE)).deployed()
    lose(stage, THIRD, "compute")
    stage.aws.faults.broken[("compute", THIRD, WEST)] = "the account is suspended"

    stage.sample = stage.sample.edited(code="second")
    run = stage.do("deploy")

    (failed,) = run.failed
    assert failed.id == f"instances:compute:{WEST}"
    assert THIRD in failed.reason
    assert WEST in failed.reason
    assert "the account is suspended" in failed.reason
