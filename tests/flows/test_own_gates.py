"""Gates that a user brings: commands and functions, and what is known of gates before anything is changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.gate_findings import unrunnable_command, with_gate_findings, with_left_out_gates
from orchestrator.core.errors import AwsError, StepFailed, Throttled, Unreachable
from orchestrator.core.gates import Gates
from orchestrator.core.plan import Severity
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.executor.context import Context, Results, Waiting
from orchestrator.executor.own_gate_tasks import InvokeFunctionTask
from orchestrator.ports import CommandEnd
from orchestrator.simulation import InlineWorkers
from tests.flows.gated import EVERYTHING, STANDBY, failures, hangs, released, stage_with
from tests.flows.stage import reasons
from tests.sample_world import EAST, OTHER, TWO_ACCOUNTS, WEST

# -- commands and functions -----------------------------------------------------------------------------------------


def test_a_command_at_its_deadline_is_killed():
    stage = stage_with(EVERYTHING)
    hangs(stage)

    stage.do("deploy")

    assert stage.aws.commands.running[STANDBY].kills >= 1


def test_an_interrupt_leaves_gates_at_once_and_kills_the_command():
    stage = stage_with(EVERYTHING)
    before = released(stage, EAST)
    hangs(stage)

    def interrupt(event):
        stage.events.append(event)
        if event.kind is EventKind.STEP_PROGRESS and event.step == f"gate-command:{OTHER}:{WEST}":
            raise KeyboardInterrupt

    run = execute(
        stage.plan(), stage.aws.ports, run="run-9", emit=interrupt, polling=Polling(), workers=InlineWorkers()
    ).run

    assert run.verdict is Verdict.INTERRUPTED
    assert reasons(run)[f"gate-command:{OTHER}:{WEST}"] == "skipped: interrupted"
    assert stage.aws.commands.running[STANDBY].kills == 1
    assert released(stage, EAST) == before


@pytest.mark.parametrize("gate", ["gate", "gate-alarms", "gate-health"])
def test_a_gate_that_is_left_is_never_green_and_is_asked_again(gate):
    stage = stage_with(EVERYTHING)
    before = released(stage, EAST)
    left = f"{gate}:{OTHER}:{WEST}"

    def interrupt(event):
        if event.kind is EventKind.STEP_PROGRESS and event.step == left:
            raise KeyboardInterrupt

    run = execute(
        stage.plan(), stage.aws.ports, run="run-9", emit=interrupt, polling=Polling(), workers=InlineWorkers()
    ).run
    again = stage.do("deploy")

    assert run.verdict is Verdict.INTERRUPTED
    assert reasons(run)[left] == "skipped: interrupted"
    assert reasons(run)[f"update:compute:{EAST}"].startswith("skipped")
    assert next(one for one in again.steps if one.id == left).status is StepStatus.SUCCEEDED
    assert again.verdict is Verdict.SUCCEEDED
    assert released(stage, EAST) != before


def test_what_began_on_this_machine_ends_with_its_step_or_with_the_run():
    stopped: list[str] = []
    results = Results()
    results.at_end("runs", lambda: stopped.append("runs"))
    results.at_end("ends", lambda: stopped.append("ends"))

    for step in ("ends", "never began"):
        results.end(step)
        results.stop(step)
    results.at_end("ends", lambda: stopped.append("too late"))
    results.stop_all()
    results.at_end("after the run", lambda: stopped.append("after the run"))
    results.stop_all()

    assert stopped == ["ends", "too late", "runs", "after the run"]


def test_no_more_than_a_few_commands_run_at_once_and_all_get_their_turn():
    accounts = tuple(f"{number:012}" for number in range(1, 10))
    stage = stage_with(Gates(command=("./smoke",)), accounts=accounts)
    clock = stage.aws.clock
    commands = _Slow(stage.aws.ports.commands, clock)
    ports = replace(stage.aws.ports, commands=commands)

    run = execute(
        stage.plan(), ports, run="run-9", emit=stage.events.append, polling=Polling(), workers=InlineWorkers()
    ).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert commands.most == 4
    assert commands.begun == 2 * len(accounts)


class _Slow:
    """Commands that take ten seconds each."""

    def __init__(self, inner, clock):
        self._inner, self._clock = inner, clock
        self.most = self.begun = 0
        self._under_way: list[object] = []

    def start(self, argv, *, directory, environment):
        running = _SlowOne(self._clock, self._clock.monotonic() + 10)
        self.begun += 1
        self._under_way = [one for one in self._under_way if one.ended() is None] + [running]
        self.most = max(self.most, len(self._under_way))
        return running


class _SlowOne:
    def __init__(self, clock, until):
        self._clock, self._until = clock, until

    def ended(self):
        return CommandEnd(0, "") if self._clock.monotonic() >= self._until else None

    def kill(self):
        return ""


def test_a_command_that_cannot_be_started_fails_its_gate_and_frees_its_turn():
    accounts = tuple(f"{number:012}" for number in range(1, 7))
    stage = stage_with(Gates(command=("./smoke",)), accounts=accounts)
    stage.aws.faults.refuse["Commands.start"] = [StepFailed("./smoke cannot be run")] * len(accounts)
    made = stage.plan()
    # Each on its own: else the first that fails ends the others.
    alone = tuple(replace(step, group="") for step in made.steps)

    run = stage.carry_out(replace(made, steps=alone)).run

    assert set(failures(run)) == {f"gate-command:{account}:{WEST}" for account in accounts}


@pytest.mark.parametrize("error", [Unreachable("no connection", code="ConnectTimeoutError"), Throttled("slowly")])
def test_a_function_that_was_not_reached_is_asked_again(error):
    stage = stage_with(EVERYTHING)
    stage.aws.faults.refuse["Functions.invoke"] = [error, error]

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)


def test_a_function_that_keeps_silent_is_not_invoked_a_second_time_beside_the_first():
    stage = stage_with(EVERYTHING)
    stage.aws.faults.refuse["Functions.invoke"] = [Unreachable("no answer in time", code="ReadTimeoutError")]

    run = stage.do("deploy")

    assert "judge did not answer within 60 s" in failures(run)[f"gate-function:{OTHER}:{WEST}"]


def test_a_function_that_is_denied_says_what_to_allow():
    stage = stage_with(EVERYTHING)
    stage.aws.faults.refuse["Functions.invoke"] = [AwsError("denied", fix="allow lambda:InvokeFunction")]

    run = stage.do("deploy")

    assert "allow lambda:InvokeFunction" in failures(run)[f"gate-function:{OTHER}:{WEST}"]


def test_no_more_than_a_few_functions_are_waited_for_at_once():
    results = Results()
    turns = [results.claim(f"function {number}") for number in range(8)]
    stage = stage_with(Gates(function="judge"))
    plan = stage.plan()
    step = next(one for one in plan.steps if one.id.startswith("gate-function"))
    task = InvokeFunctionTask(step.action, Context(run="r", ports=stage.aws.ports, results=results))
    waiting = task.start()
    results.disclaim("function 3")
    passed = task.poll()

    assert all(turns)
    assert isinstance(waiting, Waiting)
    assert waiting.started is False
    assert passed.detail.startswith("not run")


# -- before anything is changed -------------------------------------------------------------------------------------


def test_the_plan_names_alarms_that_a_place_lacks():
    stage = stage_with(Gates(alarms=("errors", "business")), accounts=TWO_ACCOUNTS)
    for account in TWO_ACCOUNTS:
        for region in (EAST, WEST):
            stage.aws.alarms.unknown.add((account, region, "business"))
    stage.aws.alarms.unknown.add((*STANDBY, "errors"))

    plan = with_gate_findings(stage.plan(), stage.sample.topology, stage.aws.ports.alarms)

    found = [one.message for one in plan.findings if one.rule == "gate-alarm-unknown"]
    assert len(found) == 2
    assert any("no alarm business" in one and "and 1 other places" in one for one in found)
    assert any(f"no alarm errors in {WEST} (account {OTHER}): its gate fails there" in one for one in found)
    assert plan.steps


def test_a_place_that_cannot_be_asked_for_its_alarms_may_have_them():
    stage = stage_with(Gates(alarms=("errors",)))
    stage.aws.faults.refuse["Alarms.missing"] = [Unreachable("no answer"), AwsError("denied")]
    plan = stage.plan()

    assert with_gate_findings(plan, stage.sample.topology, stage.aws.ports.alarms) == plan


def test_gates_that_a_rehearsal_passes_by_are_said():
    stage = stage_with(Gates(alarms=("errors",), bake_s=9, health_check=True, command=("./smoke",), function="judge"))
    made = stage.sample.topology
    bare = replace(made, gates=made.gates.without_brought())
    plan = stage.plan()

    (found,) = set(with_left_out_gates(plan, made, bare).findings) - set(plan.findings)

    assert found.message == "gates.alarms, gates.command, gates.function: left out, for what they ask is not there"
    assert bare.gates == Gates(health_check=True)
    assert with_left_out_gates(plan, made, made) == plan


def with_command(tmp_path, *argv):
    stage = stage_with(Gates(command=argv))
    return stage, replace(stage.sample.topology, base_dir=str(tmp_path))


def test_a_command_that_is_not_there_refuses_the_plan(tmp_path):
    stage, made = with_command(tmp_path, "./smoke")

    plan = with_gate_findings(stage.plan(), made, stage.aws.ports.alarms)

    finding = next(one for one in plan.findings if one.rule == "gate-command")
    assert finding.severity is Severity.ERROR
    assert f"there is no executable ./smoke on this machine ({tmp_path}/smoke)" in finding.message
    assert plan.steps == ()
    assert not plan.complete


def test_a_file_must_be_executable_and_stands_beside_regions_yaml(tmp_path):
    _, made = with_command(tmp_path, "./smoke", "--fast")
    script = tmp_path / "smoke"
    script.write_text("#!/bin/sh\n")

    before = unrunnable_command(made)
    script.chmod(0o755)

    assert [one.rule for one in before] == ["gate-command"]
    assert unrunnable_command(made) == ()


def test_a_file_beside_the_regions_yaml_of_this_folder_is_found(tmp_path, monkeypatch):
    _, made = with_command(tmp_path, "./smoke")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smoke").write_text("#!/bin/sh\n")
    (tmp_path / "smoke").chmod(0o755)

    assert unrunnable_command(replace(made, base_dir=".")) == ()


def test_a_bare_name_is_looked_for_in_the_path(tmp_path):
    _, there = with_command(tmp_path, "sh", "-c", "true")
    _, nowhere = with_command(tmp_path, "no-such-program")

    assert unrunnable_command(there) == ()
    assert "(PATH)" in unrunnable_command(nowhere)[0].message
