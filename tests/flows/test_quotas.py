"""Quotas are asked for before a deployment changes anything, of whom may answer and of nobody else."""

from __future__ import annotations

import pytest

from orchestrator.app import quota_findings as module
from orchestrator.app.quota_findings import with_quota_findings
from orchestrator.core.errors import AccessDenied
from orchestrator.core.quotas import Room
from tests.flows.stage import Stage
from tests.sample_world import EAST, OTHER, WEST, Sample, topology


def rules(stage: Stage) -> list[str]:
    observed, before = stage.observe(), stage.plan()
    stage.aws.gate.calls.clear()
    told = with_quota_findings(before, stage.sample.desired(observed), observed, stage.aws.quotas)
    assert told.steps == before.steps
    return [one.rule for one in told.findings if one not in before.findings]


@pytest.fixture
def stage() -> Stage:
    made = Stage(Sample(topology()))
    made.do("bootstrap")
    return made


def test_a_standby_that_may_run_less_and_a_zone_that_may_watch_less_are_told_before_the_first_step(
    stage: Stage,
) -> None:
    stage.aws.quotas.limits[(OTHER, WEST)] = 10
    stage.aws.quotas.checks = Room(199, 200)

    assert rules(stage) == ["standby-concurrency", "health-check-quota"]
    assert stage.aws.gate.mutations() == ()


def test_who_may_not_ask_is_not_warned(stage: Stage) -> None:
    stage.aws.quotas.limits[(OTHER, WEST)] = 10
    denied = AccessDenied("not authorized", code="AccessDenied")
    stage.aws.faults.refuse |= {"Quotas.concurrency": [denied] * 2, "Quotas.health_checks": [denied]}

    assert rules(stage) == []


def test_where_nothing_changes_nobody_is_asked(stage: Stage) -> None:
    stage.do("deploy")

    assert rules(stage) == []
    assert [call for call in stage.aws.gate.calls if call.name.startswith("Quotas")] == []


def test_a_silent_region_is_not_asked_again(stage: Stage) -> None:
    stage.do("deploy")
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.silent.add(EAST)

    assert rules(stage) == []
    assert {call.region for call in stage.aws.gate.calls if call.name.startswith("Quotas")} == {WEST}


def test_hundreds_of_places_are_not_asked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.aws.quotas.limits[(OTHER, WEST)] = 10
    monkeypatch.setattr(module, "_MOST_PLACES", 1)

    assert rules(stage) == []
