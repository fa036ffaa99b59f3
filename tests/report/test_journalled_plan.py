"""What a journal keeps of a plan: whatever reports and resumed runs read, in a line that can be read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.history import History, history
from orchestrator.core.plan import Plan
from orchestrator.core.run import Event, EventKind
from orchestrator.report import journalled_plan_json, plan_json
from tests.report.samples import NOON, UPDATE, WARNING, large_plan

LARGE = replace(
    large_plan(accounts=3000, regions=2),
    findings=(WARNING,),
    basis=(("code app", "c0de"), ("instance:compute:1:x", "d1"), ("template of infra", "f00d")),
)


def read(plan_text: str) -> History:
    started = Event(at=NOON, run="20261121T120000Z-deploy-a1b2c3", kind=EventKind.RUN_STARTED, detail="deploy")
    return history([replace(started, kind=EventKind.PLANNED, data=(("plan", plan_text),)), started])


@pytest.mark.parametrize("plan", [UPDATE, LARGE], ids=["small", "large"])
def test_a_run_reads_from_it_what_it_would_read_from_the_whole_plan(plan: Plan) -> None:
    kept, whole = read(journalled_plan_json(plan)), read(plan_json(plan))

    inputs = tuple(one for one in whole.basis if one[0].startswith(("code ", "template of ")))
    assert replace(kept, basis=inputs) == replace(whole, basis=inputs)
    assert set(inputs) <= set(kept.basis)


def test_a_small_plan_is_kept_whole_and_of_a_large_one_neither_changes_nor_needs() -> None:
    kept = json.loads(journalled_plan_json(LARGE))

    assert journalled_plan_json(UPDATE) == plan_json(UPDATE)
    assert kept["summary"] == json.loads(plan_json(LARGE))["summary"]
    assert kept["changes"] == []
    assert len(kept["steps"]) == 6000
    assert "needs" not in kept["steps"][0]
