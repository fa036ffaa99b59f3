"""Failover on the embedded AWS: one datum in the surviving region, and no other call of AWS's API than CloudWatch's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.app import Settings, switch
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator


def settings(project: Project, calls: list[Any]) -> Settings:
    return Settings(
        config=project.folder / "regions.yaml",
        local=True,
        state_dir=project.folder / ".orchestrator",
        on_call=calls.append,
    )


def alarm(project: Project, region: str, name: str) -> str:
    found = project.embedded.client("cloudwatch", region).describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found[0]["StateValue"])


def test_a_forced_failover_writes_the_lever_where_it_lives_and_calls_cloudwatch_only(deployed: Project) -> None:
    calls: list[Any] = []
    undertaking = switch(settings(deployed, calls), verb="failover", region="us-east-1", force=True)
    plan = undertaking.plan()
    moving = [step for step in plan.steps if not step.id.startswith("answer:")]

    for step in moving:
        assert step.home_region == "us-west-2"
    undertaking.carry_out(_only(plan, moving), on_event=lambda event: None)

    assert {(call.service, call.region) for call in calls} == {("cloudwatch", "us-west-2")}
    assert next(call.operation for call in calls if call.mutating) == "PutMetricData"
    assert alarm(deployed, "us-west-2", "shop-production-evacuate-us-east-1") == "ALARM"
    assert alarm(deployed, "us-east-1", "shop-production-evacuate-us-east-1") != "ALARM"
    status = deployed.run("status", "--format", "json").json
    assert status["regions"]["us-east-1"]["evacuated"] is True
    assert status["serving_region"] == "us-west-2"


def _only(plan: Any, steps: list[Any]) -> Any:

    return replace(plan, steps=tuple(steps))
