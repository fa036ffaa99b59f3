"""What the executor did is what its journal tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.core.history import history
from orchestrator.core.plan import Plan
from orchestrator.core.run import Event, EventKind, Run, StepStatus, Verdict
from orchestrator.core.run_facts_json import facts_json
from orchestrator.core.run_report import RunFacts
from orchestrator.journal import FileJournal, read_journal
from orchestrator.report import plan_json
from tests.flows.stage import Stage


def carried_out(stage: Stage, verb: str) -> tuple[Plan, Run, tuple[Event, ...]]:
    """One plan, its run and its events, with the plan before them as the journal has it."""
    plan, before = stage.plan(verb), len(stage.events)
    run = stage.carry_out(plan).run
    events = stage.events[before:]
    data = (("plan", plan_json(plan)), ("facts", facts_json(RunFacts())))
    return plan, run, (replace(events[0], kind=EventKind.PLANNED, data=data), *events)


def kept(folder: Path, events: tuple[Event, ...]) -> tuple[Event, ...]:
    with FileJournal(folder, "r") as journal:
        for event in events:
            journal.append(event)
    return read_journal(folder / "r.jsonl")


@pytest.mark.parametrize("verb", ["bootstrap", "deploy"])
def test_a_run_read_from_its_journal_is_the_run_that_was_carried_out(tmp_path: Path, verb: str) -> None:
    stage = Stage()
    if verb == "deploy":
        stage.do("bootstrap")
    plan, run, events = carried_out(stage, verb)

    told = history(kept(tmp_path, events))

    assert told.run == run
    assert told.findings == plan.findings
    assert [step.id for step in told.steps] == [step.id for step in plan.steps]


def test_wherever_a_run_was_killed_its_journal_tells_of_every_step() -> None:
    _, _, events = carried_out(Stage(), "bootstrap")
    steps = {step.id for step in history(events).run.steps}

    for length in range(1, len(events)):
        told = history(events[:length]).run
        ended = {one.step for one in events[:length] if one.kind is EventKind.STEP_SUCCEEDED}

        assert {step.id for step in told.steps} == steps
        assert {step.id for step in told.steps if step.status is StepStatus.SUCCEEDED} == ended
        assert told.verdict is Verdict.INTERRUPTED
