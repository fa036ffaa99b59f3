"""How long a plan usually takes: its longest chain, by the kinds of its steps."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import (
    AwaitAnswer,
    AwaitOperation,
    ChangeRecords,
    DeleteHealthCheck,
    DeleteInstances,
    ProbeRegion,
)
from orchestrator.core.drill_actions import Pause
from orchestrator.core.gate_actions import AwaitHealthy, RunCommand, WatchAlarms
from orchestrator.core.plan import Plan, Step
from orchestrator.core.state import Targets
from orchestrator.core.usual_duration import usual_duration_s


def made(*steps):
    return Plan(
        application="sample",
        environment="production",
        verb="drill",
        release="",
        changes=(),
        steps=steps,
        findings=(),
        basis=(),
        fingerprint="",
    )


def step(name, action, *needs):
    return Step(id=name, action=action, needs=needs, reason="because")


def test_a_plan_lasts_as_long_as_its_longest_chain():
    pause = step("pause", Pause(600))
    answer = step("answer", AwaitAnswer("sample.fed.dev", "/", "us-east-1", leaves=True), "pause")
    check = step("check", DeleteHealthCheck("hc-1", "one"), "elsewhere")
    records = step("records", ChangeRecords("Z", "fed.dev", ()), "check")

    assert usual_duration_s(made(pause, answer, check, records)) == 660
    assert usual_duration_s(made(records, check)) == 32


def test_gates_last_as_long_as_they_are_told_to():
    where = ("222222222222", "us-west-2")
    probe = ProbeRegion(*where, "sample.fed.dev", "d-1", "/health", "r1", 3, 20)
    gates = (
        step("gate", probe),
        step("gate-alarms", WatchAlarms(*where, ("errors",), 1800), "gate"),
        step("gate-health", AwaitHealthy(*where, "hc-1", "sample.fed.dev", 10), "gate-alarms"),
        step("gate-command", RunCommand(*where, ("./smoke",), ".", (), 300), "gate-health"),
    )

    assert usual_duration_s(made(*gates)) == 62 + 1802 + 40 + 30


def test_what_lasted_before_is_what_is_reckoned_with():
    waiting = step("await", AwaitOperation("sample", "us-west-2", "operation"))

    assert usual_duration_s(made(replace(waiting, expected_s=700.0))) == 700


def test_stacks_take_minutes_and_nothing_takes_no_time():
    removal = DeleteInstances("sample", "us-west-2", Targets(("222222222222",)), ("us-east-1",), "token")
    waiting = step("await", AwaitOperation("sample", "us-west-2", "operation"))

    assert usual_duration_s(made(waiting, step("delete", removal, "await"))) == 135
    assert usual_duration_s(made()) == 0
