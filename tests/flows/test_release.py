"""A release: only what it touches, standby first, and what is left when a part of it fails."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import CreateInstances, OverrideInstances, UpdateInstances
from orchestrator.core.run import EventKind, StepStatus, Verdict
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, SOUTH, TWO_ACCOUNTS, WEST, Sample, compute_body, infra_body, topology


@pytest.fixture
def stage():
    return Stage(Sample(topology(accounts=TWO_ACCOUNTS))).deployed()


def released(stage):
    """Release name by (account, region), as the application itself says it."""
    return {
        (stack.account, stack.region): dict(stack.parameters)["Release"]
        for stack, _ in stage.aws.stacks.all()
        if "-compute" in stack.name and stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    }


def order_of_ends(stage, run):
    ended = [event for event in stage.events if event.run == run.id and event.kind is EventKind.STEP_SUCCEEDED]
    return [event.step for event in ended]


def test_new_code_touches_compute_alone(stage):
    stage.sample = stage.sample.edited(code="second")

    plan = stage.plan()
    run = stage.do("deploy")

    instance_actions = [s for s in plan.steps if isinstance(s.action, CreateInstances | UpdateInstances)]
    assert {step.action.stack_set.layer for step in instance_actions} == {"compute"}
    assert not any(step.id.startswith(("check:", "certificate:", "records")) for step in plan.steps)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert set(released(stage).values()) == {stage.sample.inputs.release}
    assert stage.plan().is_empty


def test_the_primary_is_touched_only_after_the_standby_answered(stage):
    stage.sample = stage.sample.edited(code="second")

    run = stage.do("deploy")

    ends = order_of_ends(stage, run)
    gates = [ends.index(f"gate:{account}:{WEST}") for account in TWO_ACCOUNTS]
    assert ends.index(f"update:compute:{WEST}") < min(gates)
    assert max(gates) < ends.index(f"update:compute:{EAST}")


def test_a_failed_instance_is_named_with_the_reason_and_the_primary_is_left_alone(stage):
    before, records = released(stage), stage.aws.dns.contents
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "Runtime python9.9 is not supported"

    run = stage.do("deploy")

    assert run.verdict is Verdict.FAILED
    assert [step.id for step in run.failed] == [f"update:compute:{WEST}"]
    reason = run.failed[0].reason
    assert OTHER in reason
    assert WEST in reason
    assert "Runtime python9.9 is not supported" in reason
    after = released(stage)
    assert {place: after[place] for place in after if place[1] == EAST} == {
        place: before[place] for place in before if place[1] == EAST
    }
    assert stage.aws.dns.contents == records


def test_deploying_again_repeats_only_what_is_not_right(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "not today"
    stage.do("deploy")
    stage.aws.faults.broken.clear()

    plan = stage.plan()
    run = stage.do("deploy")

    repeated = next(step.action for step in plan.steps if step.id == f"update:compute:{WEST}")
    assert repeated.targets.accounts == (OTHER,)
    assert not any(step.id.startswith(("upload:", "replica:")) for step in plan.steps)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert set(released(stage).values()) == {stage.sample.inputs.release}
    assert stage.plan().is_empty


def test_a_gate_that_is_never_green_keeps_the_primary_as_it_was(stage):
    before = released(stage)
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.sick.add(WEST)

    run = stage.do("deploy")

    assert {step.id for step in run.failed} <= {f"gate:{account}:{WEST}" for account in TWO_ACCOUNTS}
    assert run.failed
    assert all("answers 500" in step.reason for step in run.failed)
    after = released(stage)
    assert after[(HOME, EAST)] == before[(HOME, EAST)]
    assert after[(HOME, WEST)] != before[(HOME, WEST)]


def test_swapping_primary_and_standby_overrides_parameters_and_moves_the_records(stage):
    stage.sample = stage.sample.edited(topology=topology(WEST, EAST, accounts=TWO_ACCOUNTS))

    plan = stage.plan()
    run = stage.do("deploy")

    kinds = {type(step.action) for step in plan.steps if "infra" in step.id or "compute" in step.id}
    assert kinds == {OverrideInstances}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    failing_over = [r for r in stage.aws.dns.contents if r.failover and not r.name.startswith("evacuated.")]
    roles = {r.set_identifier: r.failover.value for r in failing_over}
    assert roles == {f"sample-production-{WEST}": "PRIMARY", f"sample-production-{EAST}": "SECONDARY"}
    assert stage.plan().is_empty


def test_a_region_and_an_account_may_come_together_with_new_templates(stage):
    stage.sample = stage.sample.edited(
        topology=topology(EAST, WEST, SOUTH, accounts=(*TWO_ACCOUNTS, "333333333333")),
        code="second",
        compute=compute_body(memory=512),
        infra=infra_body(note="new"),
    )

    assert stage.do("bootstrap").verdict is Verdict.SUCCEEDED
    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert len(released(stage)) == 9
    assert set(released(stage).values()) == {stage.sample.inputs.release}
    assert stage.plan().is_empty


def test_a_replaced_api_domain_takes_its_records_along(stage):
    stage.sample = stage.sample.edited(infra=infra_body(domain="EDGE"))
    before = {record.key: record for record in stage.aws.dns.contents if record.alias}

    run = stage.do("deploy")

    after = {record.key: record for record in stage.aws.dns.contents if record.alias}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert all(after[key].alias != before[key].alias for key in before)
    assert stage.plan().is_empty


def test_a_domain_replaced_by_the_second_try_takes_its_records_along_too(stage):
    stage.sample = stage.sample.edited(infra=infra_body(domain="EDGE"))
    stage.aws.faults.broken[("infra", OTHER, EAST)] = "not today"
    stage.do("deploy")
    stage.aws.faults.broken.clear()

    run = stage.do("deploy")

    targets = {value for stack, _ in stage.aws.stacks.all() for _, value in stack.outputs}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {record.alias.name for record in stage.aws.dns.contents if record.alias} <= targets
    assert stage.plan().is_empty


def test_a_first_template_that_fails_can_be_mended():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")
    stage.aws.faults.broken[("infra", OTHER, WEST)] = "InvalidProperty"
    assert stage.do("deploy").verdict is Verdict.FAILED
    stage.aws.faults.broken.clear()
    stage.sample = stage.sample.edited(infra=infra_body(note="mended"))

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_a_stack_changed_behind_stacksets_back_is_put_right(stage):
    stage.aws.stacks.tamper(OTHER, EAST, "-compute", compute_body(memory=4096))

    plan = stage.plan()
    run = stage.do("deploy")

    assert [step.id for step in plan.steps if step.id.startswith("update:")] == [f"update:compute:{EAST}"]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_steps_that_need_a_failed_one_are_skipped_and_say_so(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "not today"

    run = stage.do("deploy")

    skipped = {step.id: step.reason for step in run.steps if step.status is StepStatus.SKIPPED}
    assert skipped[f"gate:{OTHER}:{WEST}"] == f"needs update:compute:{WEST}, which failed"
    assert skipped[f"update:compute:{EAST}"] == f"needs update:compute:{WEST}, which failed"
