"""More records than one batch takes: several batches, each of them whole, and none sent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import ChangeRecords
from orchestrator.core.dns import AliasTarget, RecordAction, RecordChange, RecordSet
from orchestrator.core.plan import Step
from orchestrator.core.run import Verdict
from tests.flows.stage import Stage

NUMBER = 700


@pytest.fixture
def stage():
    return Stage()


def plan(stage, records):
    """One step that writes these records."""
    zone = stage.aws.ports.dns.zone("fed.dev")
    changes = tuple(RecordChange(RecordAction.UPSERT, one) for one in records)
    step = Step(
        id="records",
        action=ChangeRecords(zone.id, zone.name, changes),
        needs=(),
        reason="the zone must answer like this",
        home_region="us-east-1",
    )
    return replace(stage.plan("destroy"), steps=(step,), findings=(), complete=True)


def records(number):
    target = AliasTarget("d-1.execute-api.us-east-1.amazonaws.com", "Z2")
    return [RecordSet(name=f"a{one}.fed.dev", type="A", alias=target) for one in range(number)]


def sent(stage):
    return [call for call in stage.aws.gate.mutations() if call.name == "Dns.change"]


@pytest.mark.parametrize("lost", [False, True], ids=["all heard", "an answer lost"])
def test_they_go_in_as_few_batches_as_there_may_be_each_once(stage, lost):
    if lost:
        stage.aws.faults.lose.add("Dns.change")

    run = stage.carry_out(plan(stage, records(NUMBER))).run

    assert run.verdict is Verdict.SUCCEEDED
    assert len(sent(stage)) == 2
    assert {one.name for one in stage.aws.dns.contents} == {f"a{one}.fed.dev" for one in range(NUMBER)}


def test_one_that_route_53_would_refuse_keeps_all_from_being_sent(stage):
    wrong = RecordSet(name="a.other.dev", type="A", alias=AliasTarget("x.dev", "Z2"))

    run = stage.carry_out(plan(stage, [*records(NUMBER), wrong])).run

    assert "a.other.dev. is not permitted in zone fed.dev" in run.steps[0].reason
    assert sent(stage) == []
