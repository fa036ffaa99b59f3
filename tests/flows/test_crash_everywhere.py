"""The process dies at every mutating call, before and after its effect: the same commands lead to the same end."""

from __future__ import annotations

import pytest

from orchestrator.core.run import Verdict
from orchestrator.simulation import Death
from tests.flows.stage import Stage, reasons
from tests.flows.test_faults import picture
from tests.sample_world import EAST, SOUTH, WEST, Sample, compute_body, infra_body, topology

FIRST = Sample(topology())
SECOND = Sample(topology(), code="second", infra=infra_body(domain="EDGE"), compute=compute_body(memory=512))
FEWER = Sample(topology(EAST, WEST))
MORE = Sample(topology(EAST, WEST, SOUTH))


def from_nothing():
    return Stage(FIRST), ("bootstrap", "deploy")


def release():
    stage = Stage(FIRST).deployed()
    stage.sample = SECOND
    return stage, ("deploy",)


def removal():
    stage = Stage(MORE).deployed()
    stage.sample = FEWER
    return stage, ("deploy",)


def destruction():
    return Stage(FIRST).deployed(), ("destroy --artifacts",)


def do_all(stage, verbs):
    return [stage.do(verb) for verb in verbs]


def smooth_end(begin):
    stage, verbs = begin()
    before = len(stage.aws.gate.mutations())
    do_all(stage, verbs)
    return picture(stage), range(before + 1, len(stage.aws.gate.mutations()) + 1)


CASES = [
    pytest.param(begin, end, moment, number, id=f"{begin.__name__}-{moment}-{number}")
    for begin in (from_nothing, release, removal, destruction)
    for end, numbers in [smooth_end(begin)]
    for number in numbers
    for moment in ("before", "after")
]


@pytest.mark.parametrize(("begin", "end", "moment", "number"), CASES)
def test_a_death_at_any_call_is_made_good_by_the_same_commands(begin, end, moment, number):
    stage, verbs = begin()
    setattr(stage.aws.faults, f"die_{moment}", number)
    with pytest.raises(Death):
        do_all(stage, verbs)
    setattr(stage.aws.faults, f"die_{moment}", 0)

    runs = do_all(stage, verbs)

    assert all(run.verdict in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO) for run in runs), reasons(runs[-1])
    assert picture(stage) == end
    assert stage.plan(verbs[-1]).is_empty


@pytest.mark.parametrize("call", ["StackSets.create", "StackSets.create_instances"])
def test_a_template_edited_after_a_death_is_the_one_that_is_deployed(call):
    stage = Stage(FIRST)
    stage.do("bootstrap")
    calls = len(stage.aws.gate.mutations())
    smooth = Stage(FIRST).deployed()
    names = [one.name for one in smooth.aws.gate.mutations()]
    stage.aws.faults.die_after = names.index(call, calls) + 1
    with pytest.raises(Death):
        stage.do("deploy")
    stage.sample = SECOND

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty
