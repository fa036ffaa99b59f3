"""The process dies at every mutating call, before and after its effect: the same commands lead to the same end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.core.history import history
from orchestrator.core.resume import check_inputs, check_resumable
from orchestrator.core.run import Event, EventKind, StepStatus, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.journal import FileJournal, read_journal
from orchestrator.report import plan_json
from orchestrator.simulation import Death, InlineWorkers
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


# -- the same run goes on -----------------------------------------------------------------------------------------

RUN = "20261121T120000Z-deploy-a1b2c3"


def rounds(stage, folder):
    """One run in the journal of its name, round after round, as the program does it."""
    with FileJournal(folder, RUN) as journal:
        for _ in range(6):
            plan = stage.plan()
            head = replace(HEAD, data=(("plan", plan_json(plan)),))
            journal.append(head)
            outcome = execute(
                plan, stage.aws.ports, run=RUN, emit=journal.append, polling=Polling(), workers=InlineWorkers()
            )
            if plan.complete and not outcome.replan:
                return outcome.run
    raise AssertionError("it came to no end")


def operations(stage):
    """How often each stack set was touched."""
    stack_sets = stage.aws.stack_sets
    names = ("sample-production-control", "sample-production-infra", "sample-production-compute")
    return {name: len({one.id for one in stack_sets.describe(name).operations}) for name in names}


def first_deployment():
    stage = Stage(FIRST)
    stage.do("bootstrap")
    return stage, ("deploy",)


HEAD = Event(at=datetime(2026, 11, 21, tzinfo=UTC), run=RUN, kind=EventKind.PLANNED)

RESUMED = [
    pytest.param(begin, moment, number, id=f"{begin.__name__}-{moment}-{number}")
    for begin in (first_deployment, release, removal)
    for _, numbers in [smooth_end(begin)]
    for number in numbers
    for moment in ("before", "after")
]


@pytest.mark.parametrize(("begin", "moment", "number"), RESUMED)
def test_a_run_that_died_at_any_call_goes_on_under_its_name(begin, moment, number, tmp_path: Path):
    smooth, _ = begin()
    rounds(smooth, tmp_path / "smooth")
    stage, _ = begin()
    setattr(stage.aws.faults, f"die_{moment}", number)
    with pytest.raises(Death):
        rounds(stage, tmp_path)
    setattr(stage.aws.faults, f"die_{moment}", 0)
    journal = tmp_path / f"{RUN}.jsonl"
    with journal.open("ab") as file:
        file.write(b'{"format": 1, "at": "2026-11-2')

    broken = history(read_journal(journal))
    check_resumable(broken, application="sample", environment="production", simulated="")
    check_inputs(broken, stage.plan())
    rounds(stage, tmp_path)
    told = history(read_journal(journal)).run

    assert broken.run.verdict is Verdict.INTERRUPTED
    assert told.verdict in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO)
    assert {step.status for step in told.steps} == {StepStatus.SUCCEEDED}
    assert (picture(stage), operations(stage)) == (picture(smooth), operations(smooth))
    assert stage.plan().is_empty
