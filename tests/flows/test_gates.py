"""The gates between regions, each passing and each failing: the primary is not touched before the standby passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.gate_findings import unrunnable_command, with_gate_findings, with_left_out_gates
from orchestrator.app.simulating import simulated_deployments
from orchestrator.core.errors import AwsError, StepFailed, Throttled, Unreachable
from orchestrator.core.gates import Gates
from orchestrator.core.plan import Severity
from orchestrator.core.run import EventKind, Verdict
from orchestrator.core.topology import Rollout
from orchestrator.executor import Polling, execute
from orchestrator.executor.context import Results
from orchestrator.ports import CommandEnd, FunctionAnswer, ProbeResult
from orchestrator.simulation import InlineWorkers
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, TWO_ACCOUNTS, WEST, Sample, topology

STANDBY, PRIMARY = (OTHER, WEST), (OTHER, EAST)
EVERYTHING = Gates(
    probes=2, alarms=("errors",), bake_s=120, health_check=True, command=("./smoke",), function="judge"
)  # fmt: skip
KINDS = ("gate", "gate-alarms", "gate-health", "gate-command", "gate-function")


def stage_with(gates, *, accounts=(OTHER,), deadline_s=300):
    made = topology(accounts=accounts)
    made = replace(made, gates=gates, rollout=Rollout(gate_deadline_s=deadline_s))
    stage = Stage(Sample(made)).deployed()
    stage.sample = stage.sample.edited(code="second")
    return stage


def released(stage, region):
    return {
        dict(stack.parameters)["Release"]
        for stack, _ in stage.aws.stacks.all()
        if "-compute" in stack.name and stack.region == region
    }


def failures(run):
    return {step.id: step.reason for step in run.failed}


def lasted(run, step_id):
    step = next(one for one in run.steps if one.id == step_id)
    return (step.ended_at - step.started_at).total_seconds()


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


def sick(stage):
    stage.aws.faults.sick.add(WEST)


def ringing(stage):
    stage.aws.alarms.ringing.add((*STANDBY, "errors"))


def missing(stage):
    stage.aws.alarms.unknown.add((*STANDBY, "errors"))


def without_data(stage):
    stage.aws.alarms.without_data.add((*STANDBY, "errors"))


def rings_later(stage):
    def ring():
        if stage.aws.alarms.ringing or not released(stage, WEST) - released(stage, EAST):
            return
        stage.aws.clock.schedule(stage.aws.clock.monotonic() + 30, lambda: ringing(stage))

    stage.aws.clock.every(1, ring)


def unhealthy(stage):
    check = next(one for one in stage.aws.dns.checks if one.host.startswith(WEST))
    stage.aws.dns.state_of = _state_of(stage, check)


def _state_of(stage, check):
    from orchestrator.core.check_health import CheckState

    before = stage.aws.dns.state_of
    return lambda one: CheckState((False,)) if one.id == check.id else before(one)


def exits(status, output="2 of 9 checks failed"):
    return lambda stage: stage.aws.commands.ends.update({STANDBY: CommandEnd(status, output)})


def hangs(stage):
    stage.aws.commands.ends[STANDBY] = None


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

    assert gate in failures(again) or spoil is rings_later, reason
    assert released(stage, EAST) == before


class _Answering:
    """A probe to which the standby gives one answer."""

    def __init__(self, inner, answer):
        self._inner, self._answer = inner, answer

    def get(self, **question):
        return self._answer if question["region"] == WEST else self._inner.get(**question)


POOR_STANDBYS = {
    "without code": ProbeResult(False, 404, '{"message": "Not Found"}', 0.02),
    "without capacity": ProbeResult(False, 429, '{"message": "Too Many Requests"}', 0.02),
    "without its secret": ProbeResult(False, 500, '{"error": "AccessDenied"}', 0.02),
    "with an older release": ProbeResult(True, 200, '{"release": "0123456789ab"}', 0.02),
    "with a bad certificate": ProbeResult(False, 0, "", 0.02, "certificate error"),
    "that hangs": ProbeResult(False, 0, "", 4.0, "no answer in time"),
}


@pytest.mark.parametrize("answer", POOR_STANDBYS.values(), ids=POOR_STANDBYS)
def test_a_standby_that_could_not_take_over_does_not_pass(answer):
    stage = stage_with(Gates())
    before = released(stage, EAST)

    run = carried_out(stage, probe=_Answering(stage.aws.ports.probe, answer))

    assert set(failures(run)) == {f"gate:{OTHER}:{WEST}"}
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


# -- flapping, and checks that are always green ---------------------------------------------------------------------


class _EveryOther:
    """A probe whose every other answer is bad."""

    def __init__(self, inner):
        self._inner, self._asked = inner, 0

    def get(self, **question):
        self._asked += 1
        found = self._inner.get(**question)
        return found if self._asked % 2 else replace(found, ok=False, status=503)


def carried_out(stage, **ports):
    changed = replace(stage.aws.ports, **ports)
    emit, workers = stage.events.append, InlineWorkers()
    return execute(stage.plan(), changed, run="run-9", emit=emit, polling=Polling(), workers=workers).run


@pytest.mark.parametrize(("probes", "passes"), [(1, True), (2, False), (3, False)])
def test_a_region_that_answers_every_other_time_passes_only_where_one_answer_is_enough(probes, passes):
    stage = stage_with(Gates(probes=probes, interval_s=5))
    before = released(stage, EAST)

    run = carried_out(stage, probe=_EveryOther(stage.aws.ports.probe))

    assert (run.verdict is Verdict.SUCCEEDED) is passes
    assert (released(stage, EAST) != before) is passes
    assert set(failures(run)) == (set() if passes else {f"gate:{OTHER}:{WEST}"})


def test_a_bad_answer_makes_the_probes_begin_anew():
    stage = stage_with(Gates(probes=3, interval_s=5))
    stage.aws.faults.sick.add(WEST)
    clock, faults = stage.aws.clock, stage.aws.faults
    plan = stage.plan()

    def heal_twice(event):
        stage.events.append(event)
        if event.kind is EventKind.STEP_STARTED and event.step == f"gate:{OTHER}:{WEST}":
            at = clock.monotonic()
            # Good at 5 and 10 s, bad at 15, good from 20 on: three in a row are there at 30 s.
            for after, heal in ((3, True), (12, False), (17, True)):
                change = faults.sick.discard if heal else faults.sick.add
                clock.schedule(at + after, lambda change=change: change(WEST))

    run = execute(plan, stage.aws.ports, run="run-9", emit=heal_twice, polling=Polling(), workers=InlineWorkers()).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate:{OTHER}:{WEST}") == pytest.approx(30, abs=0.5)


def test_checkers_that_change_their_minds_do_not_let_a_region_pass():
    stage = stage_with(Gates(probes=1, health_check=True))
    before = released(stage, EAST)
    health = iter(range(1000))
    dns = _Flapping(stage.aws.ports.dns, lambda: next(health) % 2 == 0)

    run = carried_out(stage, dns=dns)

    assert set(failures(run)) == {f"gate-health:{OTHER}:{WEST}"}
    assert released(stage, EAST) == before


class _Flapping:
    def __init__(self, inner, health):
        self._inner, self._health = inner, health

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def health(self, _check_id):
        return self._health()


def test_checks_that_are_always_green_do_not_let_a_sick_region_pass():
    stage = stage_with(Gates(health_check=True))
    before = released(stage, EAST)
    sick(stage)

    run = carried_out(stage, dns=_Flapping(stage.aws.ports.dns, lambda: True))

    assert set(failures(run)) == {f"gate:{OTHER}:{WEST}"}
    assert released(stage, EAST) == before


def test_a_check_that_nobody_has_observed_yet_is_waited_for():
    stage = stage_with(Gates(health_check=True), deadline_s=40)
    seen = iter([None, None, None])

    run = carried_out(stage, dns=_Flapping(stage.aws.ports.dns, lambda: next(seen, True)))

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert any("have not observed it yet" in one.detail for one in stage.events)


# -- bakes ----------------------------------------------------------------------------------------------------------


def test_an_alarm_of_the_release_before_may_calm_down_first():
    stage = stage_with(Gates(alarms=("errors",), bake_s=60))
    ringing(stage)
    stage.aws.clock.schedule(stage.aws.clock.monotonic() + 200, stage.aws.alarms.ringing.clear)

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate-alarms:{OTHER}:{WEST}") > 120


def test_an_alarm_that_came_and_went_between_two_looks_makes_the_bake_begin_anew():
    stage = stage_with(Gates(alarms=("errors",), bake_s=60))
    clock, alarms = stage.aws.clock, stage.aws.alarms

    def flicker(event):
        stage.events.append(event)
        if event.kind is EventKind.STEP_STARTED and event.step == f"gate-alarms:{OTHER}:{WEST}":
            clock.schedule(clock.monotonic() + 20, lambda: alarms.since.update({(*STANDBY, "errors"): "later"}))

    run = execute(
        stage.plan(), stage.aws.ports, run="run-9", emit=flicker, polling=Polling(), workers=InlineWorkers()
    ).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate-alarms:{OTHER}:{WEST}") == pytest.approx(90, abs=1)


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

    run = stage.do("deploy")

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
    from orchestrator.executor.context import Context, Waiting
    from orchestrator.executor.own_gate_tasks import InvokeFunctionTask

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


# -- simulated ------------------------------------------------------------------------------------------------------


def test_a_simulated_deployment_knows_the_gates_and_says_which_it_does_not_run():
    made = replace(topology(), gates=EVERYTHING)

    found = simulated_deployments(made, made.environments[0])

    assert found.succeeded
    assert found.not_run == ("gates.command", "gates.function")
    steps = {link.step for link in found.rollouts[1].path.links}
    assert f"gate-alarms:{OTHER}:{WEST}" in steps
    assert simulated_deployments(topology(), made.environments[0]).not_run == ()
