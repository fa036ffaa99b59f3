"""The gates between regions, each passing and each failing: the primary is not touched before the standby passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.simulating import simulated_deployments
from orchestrator.core.gates import Gates
from orchestrator.core.run import EventKind, Verdict
from orchestrator.ports import CommandEnd, FunctionAnswer
from tests.flows.gated import (
    EVERYTHING,
    KINDS,
    STANDBY,
    failures,
    hangs,
    lasted,
    missing,
    released,
    ringing,
    rings_later,
    sick,
    stage_with,
    unhealthy,
    without_data,
)
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, TWO_ACCOUNTS, WEST, Sample, topology

# -- all pass -------------------------------------------------------------------------------------------------------


def test_a_release_passes_every_gate_of_a_region_before_the_next_is_touched():
    stage = stage_with(EVERYTHING)

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    told = [(one.kind, one.step) for one in stage.events if one.run == run.id]
    began = told.index((EventKind.STEP_STARTED, f"update:compute:{EAST}"))
    passed = [told.index((EventKind.STEP_SUCCEEDED, f"{kind}:{OTHER}:{WEST}")) for kind in KINDS]
    assert max(passed) < began
    assert stage.plan().is_empty


def test_alarms_bake_for_their_time_beside_the_other_gates():
    stage = stage_with(EVERYTHING)

    run = stage.do("deploy")

    assert lasted(run, f"gate-alarms:{OTHER}:{WEST}") == pytest.approx(120, abs=1)
    assert lasted(run, f"gate-health:{OTHER}:{WEST}") == pytest.approx(10, abs=1)
    first = next(one for one in run.steps if one.id == f"gate:{OTHER}:{WEST}")
    others = [one for one in run.steps if one.id in {f"gate-alarms:{OTHER}:{WEST}", f"gate-health:{OTHER}:{WEST}"}]
    assert {one.started_at for one in others} == {first.started_at}


def test_the_first_deployment_is_judged_without_a_health_check_and_says_so():
    stage = Stage(Sample(replace(topology(), gates=Gates(health_check=True))))
    stage.do("bootstrap")

    plan = stage.plan()
    run = stage.carry_out(plan).run

    assert {one.where for one in plan.findings if one.rule == "gate-health-later"} == {EAST, WEST}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)


# -- each fails -----------------------------------------------------------------------------------------------------


def exits(status, output="2 of 9 checks failed"):
    return lambda stage: stage.aws.commands.ends.update({STANDBY: CommandEnd(status, output)})


def answers(error, payload):
    return lambda stage: stage.aws.functions.answers.update({STANDBY: FunctionAnswer(error, payload)})


FAULTS = {
    "the region answers 500": (sick, f"gate:{OTHER}:{WEST}", "answers 500"),
    "an alarm rings from the beginning": (ringing, f"gate-alarms:{OTHER}:{WEST}", "alarm errors is in ALARM"),
    "an alarm begins to ring in the bake": (rings_later, f"gate-alarms:{OTHER}:{WEST}", "errors began to ring"),
    "an alarm is not there": (missing, f"gate-alarms:{OTHER}:{WEST}", "there is no alarm errors"),
    "an alarm never has data": (without_data, f"gate-alarms:{OTHER}:{WEST}", "has too little data"),
    "checkers see the region unhealthy": (unhealthy, f"gate-health:{OTHER}:{WEST}", "see it unhealthy"),
    "the command fails": (exits(3), f"gate-command:{OTHER}:{WEST}", "./smoke exited with 3; its last lines: 2 of 9"),
    "the command is killed by somebody": (exits(-9, ""), f"gate-command:{OTHER}:{WEST}", "signal 9; it wrote nothing"),
    "the command hangs": (hangs, f"gate-command:{OTHER}:{WEST}", "was killed: not done within 300 s; its last lines"),
    "the function fails": (
        answers("Unhandled", '{"errorMessage": "boom"}'),
        f"gate-function:{OTHER}:{WEST}",
        "judge failed (Unhandled): boom",
    ),
    "the function says no": (
        answers("", '{"ok": false, "reason": "slow"}'),
        f"gate-function:{OTHER}:{WEST}",
        "judge says no: slow",
    ),
}


@pytest.mark.parametrize(("spoil", "gate", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_standby_that_does_not_pass_leaves_the_primary_and_the_records_as_they_were(spoil, gate, reason):
    stage = stage_with(EVERYTHING)
    before, records = released(stage, EAST), stage.aws.dns.contents
    spoil(stage)

    run = stage.do("deploy")

    assert reason in failures(run)[gate]
    assert reasons(run)[f"update:compute:{EAST}"].startswith("skipped")
    assert not any(call.name == "StackSets.update" and call.region == EAST for call in stage.aws.gate.calls)
    assert released(stage, EAST) == before
    assert released(stage, WEST) != before
    assert stage.aws.dns.contents == records


@pytest.mark.parametrize(("spoil", "gate", "reason"), FAULTS.values(), ids=FAULTS)
def test_deploying_again_asks_the_same_gates_and_never_passes_by_them(spoil, gate, reason):
    stage = stage_with(EVERYTHING)
    before = released(stage, EAST)
    spoil(stage)
    stage.do("deploy")

    again = stage.do("deploy")

    assert gate in failures(again), reason
    assert released(stage, EAST) == before


def test_one_account_that_does_not_pass_holds_up_all():
    stage = stage_with(EVERYTHING, accounts=TWO_ACCOUNTS)
    before = released(stage, EAST)
    ringing(stage)

    run = stage.do("deploy")

    assert set(failures(run)) == {f"gate-alarms:{OTHER}:{WEST}"}
    assert reasons(run).keys() >= {f"update:compute:{EAST}"}
    assert released(stage, EAST) == before
    assert not any(step.id == f"gate-alarms:{HOME}:{WEST}" for step in run.failed)


def test_a_region_that_does_not_answer_is_not_asked_by_command_or_function():
    stage = stage_with(EVERYTHING)
    stage.aws.commands.running.clear()
    sick(stage)

    run = stage.do("deploy")

    assert reasons(run)[f"gate-command:{OTHER}:{WEST}"] == f"skipped: needs gate:{OTHER}:{WEST}, which failed"
    assert reasons(run)[f"gate-function:{OTHER}:{WEST}"].startswith("skipped")
    assert stage.aws.commands.running == {}


# -- simulated ------------------------------------------------------------------------------------------------------


def test_a_simulated_deployment_knows_the_gates_and_says_which_it_does_not_run():
    made = replace(topology(), gates=EVERYTHING)

    found = simulated_deployments(made, made.environments[0])

    assert found.succeeded
    assert found.not_run == ("gates.command", "gates.function")
    steps = {link.step for link in found.rollouts[1].path.links}
    assert f"gate-alarms:{OTHER}:{WEST}" in steps
    assert simulated_deployments(topology(), made.environments[0]).not_run == ()
