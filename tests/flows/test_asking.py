"""Who is asked how often while a release is carried out, and how stacks of a simulation take their own time."""

from __future__ import annotations

from collections import Counter

from orchestrator.core.expected import with_expected
from orchestrator.core.run import Verdict
from orchestrator.simulation import Durations
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, THIRD, WEST, Sample, topology

ACCOUNTS = (HOME, OTHER, THIRD)


def calls_of(stage, plan):
    before = len(stage.aws.gate.calls)
    run = stage.carry_out(plan).run
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    return Counter(call.name for call in stage.aws.gate.calls[before:])


def test_an_operation_is_asked_for_by_one_and_each_instance_once_at_its_end():
    stage = Stage(Sample(topology(accounts=ACCOUNTS))).deployed()
    stage.sample = stage.sample.edited(code="second")

    calls = calls_of(stage, stage.plan())

    regions = len((EAST, WEST))
    assert calls["StackSets.instances"] == regions
    assert calls["Stacks.list"] == regions * len(ACCOUNTS)
    assert calls["StackSets.operation"] > regions * 10


def test_a_release_is_asked_for_less_often_when_one_went_before():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    unknown = calls_of(stage, stage.plan())

    stage.sample = stage.sample.edited(code="third")
    observed = stage.observe()
    known = calls_of(stage, with_expected(stage.plan(), observed))

    assert known["StackSets.operation"] < unknown["StackSets.operation"]


def test_every_stack_of_a_seed_takes_its_own_time_and_the_same_each_time():
    one, same, other = Durations(each="a"), Durations(each="a"), Durations(each="b")
    places = [(OTHER, EAST), (OTHER, WEST), (THIRD, EAST)]

    drawn = [one.of_stack(20.0, *place) for place in places]

    assert len(set(drawn)) == len(places)
    assert drawn == [same.of_stack(20.0, *place) for place in places]
    assert drawn != [other.of_stack(20.0, *place) for place in places]
    assert Durations().of_stack(20.0, OTHER, EAST) == 20.0
