"""Lost answers, silence, other people's operations, deadlines, interrupts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import Interrupted, NotFound, OperationInProgress
from orchestrator.core.plan import ChangeAction
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.core.topology import RoutingPolicy
from orchestrator.executor import Polling, execute
from orchestrator.simulation import InlineWorkers
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, OTHER, SOUTH, TWO_ACCOUNTS, WEST, Sample, compute_body, infra_body, topology


def picture(stage):
    """Everything of ours that stands, without the ids and times that differ between runs."""
    return {
        "stacks": sorted(
            (s.account, s.region, s.name.split("-")[1:4], s.parameters, s.status) for s, _ in stage.aws.stacks.all()
        ),
        "sets": stage.aws.stack_sets.names,
        "buckets": stage.aws.buckets.names,
        "records": [(r.key, r.failover, bool(r.health_check)) for r in stage.aws.dns.contents],
        "checks": sorted((c.host, c.path, c.interval_s) for c in stage.aws.dns.checks),
    }


_UNSEEN = NotFound("operation not found", code="OperationNotFoundException")

MUTATING = [
    "Stacks.put",
    "StackSets.create",
    "StackSets.create_instances",
    "Buckets.replicate",
    "Buckets.put",
    "Dns.create_health_check",
    "Dns.change",
]


@pytest.mark.parametrize("call", MUTATING)
def test_a_lost_answer_is_made_good_without_a_second_effect(call):
    smooth, bumpy = Stage(Sample(topology())).deployed(), Stage(Sample(topology()))
    bumpy.aws.faults.lose.add(call)

    bumpy.deployed()

    assert not bumpy.aws.faults.lose
    assert picture(bumpy) == picture(smooth)
    assert bumpy.plan().is_empty


LATER_EDITS = {
    "StackSets.update": {"compute": compute_body(memory=512)},
    "StackSets.override": {"topology": topology(WEST, EAST)},
    "StackSets.delete_instances": {"topology": topology(EAST, WEST)},
    "Dns.delete_health_check": {"topology": topology(EAST, WEST)},
}


@pytest.mark.parametrize("call", LATER_EDITS)
def test_a_lost_answer_of_a_later_deployment_is_made_good(call):
    stage = Stage(Sample(topology(EAST, WEST, SOUTH) if "delete" in call else topology())).deployed()
    stage.sample = stage.sample.edited(**LATER_EDITS[call])
    stage.aws.faults.lose.add(call)

    run = stage.do("deploy")

    assert not stage.aws.faults.lose
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_a_lost_answer_to_an_update_of_a_health_check_is_looked_up():
    from dataclasses import replace

    stage = Stage(Sample(topology())).deployed()
    regions = stage.sample.topology
    stage.sample = stage.sample.edited(topology=replace(regions, health=replace(regions.health, path="/ready")))
    stage.aws.faults.lose.add("Dns.update_health_check")

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {check.path for check in stage.aws.dns.checks if check.host} == {"/ready"}


@pytest.mark.parametrize("call", ["StackSets.delete", "Stacks.delete", "Buckets.empty"])
def test_a_lost_answer_of_destroy_is_made_good(call):
    stage = Stage(Sample(topology())).deployed()
    stage.aws.faults.lose.add(call)

    run = stage.do("destroy --artifacts")

    assert not stage.aws.faults.lose
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.aws.stack_sets.names == ()


def test_a_stack_set_that_somebody_holds_is_waited_for_and_then_planned_anew():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.stack_sets.start_foreign_operation("sample-production-compute", "theirs", OTHER, EAST)

    plan = stage.plan()
    run = stage.do("deploy")

    assert not plan.complete
    assert [step.id for step in plan.steps if step.id.startswith("await")] == ["await:compute:theirs"]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_an_operation_that_begins_in_between_is_waited_out():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.refuse["StackSets.update"] = [OperationInProgress("theirs holds it")] * 3

    run = stage.do("deploy")

    progress = [e.detail for e in stage.events if e.kind is EventKind.STEP_PROGRESS]
    assert "theirs holds it" in progress
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)


def test_an_operation_that_stack_sets_does_not_show_yet_is_asked_for_again():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.refuse["StackSets.operation"] = [_UNSEEN] * 3

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)


def test_an_operation_that_stack_sets_never_shows_fails_its_step():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.refuse["StackSets.operation"] = [_UNSEEN] * 10_000

    run = stage.do("deploy")

    assert "operation not found" in run.failed[0].reason


def test_an_operation_that_never_lets_go_ends_at_the_deadline():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.refuse["StackSets.update"] = [OperationInProgress("theirs holds it")] * 10_000

    run = stage.do("deploy")

    failed = run.failed[0]
    assert failed.id == f"update:compute:{WEST}"
    assert "not done within 3600 s: theirs holds it" in failed.reason
    assert (failed.ended_at - failed.started_at).total_seconds() == pytest.approx(3600, abs=1)


class InterruptedClock:
    """A clock at which the user presses Ctrl-C: in the given sleeps, counted from one."""

    def __init__(self, clock, sleeps):
        self._clock, self._sleeps, self._slept = clock, sleeps, 0

    def now(self):
        return self._clock.now()

    def monotonic(self):
        return self._clock.monotonic()

    def sleep(self, seconds):
        self._slept += 1
        if self._slept in self._sleeps:
            raise KeyboardInterrupt
        self._clock.sleep(seconds)


def interrupted(stage, sleeps):
    from dataclasses import replace

    ports = replace(stage.aws.ports, clock=InterruptedClock(stage.aws.clock, sleeps))
    return execute(
        stage.plan(), ports, run="broken off", emit=stage.events.append, polling=Polling(), workers=InlineWorkers()
    )


def test_ctrl_c_lets_what_runs_end_and_starts_nothing_new():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")

    run = interrupted(stage, {12}).run

    statuses = {step.id: step.status for step in run.steps}
    assert run.verdict is Verdict.INTERRUPTED
    assert statuses[f"update:compute:{WEST}"] is StepStatus.SUCCEEDED
    assert statuses[f"update:compute:{EAST}"] is StepStatus.SKIPPED
    assert next(s.reason for s in run.steps if s.id == f"update:compute:{EAST}") == "interrupted before it began"


def test_after_ctrl_c_the_same_command_goes_on():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")
    interrupted(stage, {12})

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert not any(step.id.startswith("upload") for step in run.steps)
    assert stage.plan().is_empty


def test_a_second_ctrl_c_leaves_at_once_and_names_what_runs():
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(code="second")

    with pytest.raises(Interrupted, match=f"update:compute:{WEST}") as left:
        interrupted(stage, {12, 13})

    assert left.value.run == "broken off"
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert stage.plan().is_empty


def test_a_silent_region_costs_only_its_own_part_of_the_plan():
    stage = Stage(Sample(topology(EAST, WEST, home=WEST))).deployed()
    stage.aws.faults.silent.add(EAST)

    plan = stage.plan()

    assert not plan.complete
    assert {finding.rule for finding in plan.findings} == {"region-unreachable"} | {"target-unknown"}
    assert not any(change.action is ChangeAction.DELETE for change in plan.changes)


def test_without_the_home_region_nothing_is_planned():
    stage = Stage(Sample(topology())).deployed()
    stage.aws.faults.silent.add(WEST)

    plan = stage.plan()

    assert plan.is_empty
    assert [finding.rule for finding in plan.findings] == ["home-unreachable"]
    assert not plan.complete


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
def test_without_the_dns_control_plane_nothing_is_planned(verb):
    stage = Stage(Sample(topology())).deployed()
    stage.sample = stage.sample.edited(infra=infra_body(note="new"))
    stage.aws.faults.silent.add("route53")

    plan = stage.plan(verb)

    assert plan.is_empty
    assert {finding.rule for finding in plan.findings} == {"zone-unreachable"}


def test_events_tell_the_run_in_order():
    stage = Stage(Sample(topology(accounts=TWO_ACCOUNTS))).deployed()

    last = [event for event in stage.events if event.run == stage.events[-1].run]
    assert last[0].kind is EventKind.RUN_STARTED
    assert last[-1].kind is EventKind.RUN_ENDED
    assert [event.at for event in last] == sorted(event.at for event in last)


def test_a_lost_answer_of_a_change_of_policy_sends_the_batch_once():
    stage = Stage(Sample(topology())).deployed()
    regions = stage.sample.topology
    failover = replace(regions.failover, policy=RoutingPolicy.WEIGHTED)
    stage.sample = stage.sample.edited(topology=replace(regions, failover=failover))
    stage.aws.faults.lose.add("Dns.change")
    before = len(stage.aws.gate.calls)

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert [call.name for call in stage.aws.gate.calls[before:]].count("Dns.change") == 1
    assert stage.plan().is_empty
