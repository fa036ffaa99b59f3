"""A reviewed plan in a file: carried out only as it was reviewed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.app import check_saved
from orchestrator.core.errors import Refused, StalePlan, UsageError
from orchestrator.core.gates import Gates
from orchestrator.core.plan import Plan
from orchestrator.report import plan_json
from tests.flows.stage import Stage
from tests.sample_world import Sample, topology


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A first deployment, planned."""
    stage = Stage()
    stage.carry_out(stage.plan("bootstrap"))
    return stage.plan()


def edited(plan: Plan, edit: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(plan_json(plan))
    edit(document)
    return json.dumps(document)


def test_a_plan_that_was_reviewed_with_gates_is_not_carried_out_without_them(plan: Plan) -> None:
    guarded, loosened = (
        Stage(Sample(replace(topology(), gates=gates))) for gates in (Gates(alarms=("errors",)), Gates(probes=1))
    )
    for stage in (guarded, loosened):
        stage.carry_out(stage.plan("bootstrap"))
    reviewed = plan_json(guarded.plan())

    check_saved(reviewed, guarded.plan())
    for now in (plan, loosened.plan()):
        with pytest.raises(StalePlan, match="gates of regions"):
            check_saved(reviewed, now)


def test_an_untouched_plan_passes(plan: Plan) -> None:
    check_saved(plan_json(plan), plan)
    check_saved(edited(plan, lambda document: document.update(added_later=1)), plan)


@pytest.mark.parametrize(
    "edit",
    [
        lambda document: document.update(fingerprint="0" * 64),
        lambda document: document["changes"].clear(),
        lambda document: document["changes"].pop(),
        lambda document: document["changes"].append(document["changes"][-1]),
        lambda document: document["changes"][-1].update(action="delete"),
        lambda document: document["changes"][-1].update(action="no-op"),
        lambda document: document["changes"][-1]["fields"].append({"path": "x", "before": "", "after": "y"}),
        lambda document: document["basis"].popitem(),
        lambda document: document["basis"].update(more="1"),
    ],
)
def test_an_edited_plan_is_refused(plan: Plan, edit: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(Refused, match="was edited") as caught:
        check_saved(edited(plan, edit), plan)

    assert not isinstance(caught.value, StalePlan)


def test_a_plan_of_another_world_is_stale(plan: Plan) -> None:
    stage = Stage()
    stage.carry_out(stage.plan("bootstrap"))
    stage.carry_out(stage.plan())
    stage.sample = stage.sample.edited(code="second")

    with pytest.raises(StalePlan, match="needs nothing now"):
        check_saved(plan_json(plan), stage.plan())


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "[" * 200_000, '{"format": 1}', '{"format": ' + "9" * 10_000 + "}", "\x00\x01"],
)
def test_what_is_no_plan_is_wrong_usage(plan: Plan, text: str) -> None:
    with pytest.raises(UsageError, match="not a plan"):
        check_saved(text, plan)


def test_a_newer_format_is_refused(plan: Plan) -> None:
    with pytest.raises(UsageError, match="format 2, this version reads 1"):
        check_saved(edited(plan, lambda document: document.update(format=2)), plan)


def test_a_plan_of_another_environment_is_refused(plan: Plan) -> None:
    with pytest.raises(UsageError, match="not sample production deploy"):
        check_saved(edited(plan, lambda document: document.update(environment="staging")), plan)
