"""Failures of single steps, each with its place, its reason and what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.aws.error_codes import SIGN_IN_AGAIN
from orchestrator.core.dns import HealthCheck, RecordSet
from orchestrator.core.errors import AwsError, PreconditionFailed
from orchestrator.core.run import Verdict
from orchestrator.core.state import InstanceStatus
from orchestrator.executor import Polling, execute
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, WEST, Sample, infra_body, topology

SECOND = {"code": "second"}


@pytest.fixture
def stage():
    return Stage(Sample(topology())).deployed()


def failures(run):
    return {step.id: step.reason for step in run.failed}


def test_calls_made_by_threads_lead_to_the_same_end():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")

    run = execute(stage.plan(), stage.aws.ports, run="threads", emit=stage.events.append, polling=Polling()).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_an_artifact_that_somebody_else_wrote_is_not_overwritten(stage):
    stage.sample = stage.sample.edited(**SECOND)
    plan = stage.plan()
    (artifact,) = stage.sample.inputs.artifacts
    bucket = f"sample-production-{HOME}-{WEST}"
    stage.aws.buckets.put(WEST, bucket, artifact.key, artifact.file, sha256="0" * 64)

    run = stage.carry_out(plan).run

    assert "with other content than was built" in failures(run)["upload:app"]
    assert "find out who" in failures(run)["upload:app"]


def test_a_version_that_vanished_is_named(stage):
    stage.sample = stage.sample.edited(**SECOND)
    stage.aws.faults.replication_stuck.add(EAST)
    stage.do("deploy")
    plan = stage.plan()
    stage.aws.buckets.empty(WEST, f"sample-production-{HOME}-{WEST}")

    run = stage.carry_out(plan).run

    assert "is gone from the bucket that it was put in" in failures(run)[f"replica:app:{EAST}"]


def test_a_lost_put_again_is_put_again_once_more(stage):
    stage.sample = stage.sample.edited(**SECOND)
    stage.aws.faults.replication_fails[EAST] = 1
    stage.aws.faults.refuse["Buckets.put_again"] = [AwsError("InternalError")]

    run = stage.do("deploy")

    assert failures(run) == {f"replica:app:{EAST}": "InternalError"}


def test_a_batch_that_route_53_would_refuse_is_not_sent(stage):
    plan = Stage(Sample(topology()))
    plan.aws.dns.store(RecordSet(name=f"{EAST}.sample.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",)))
    stage.sample = stage.sample.edited(infra=infra_body(domain="EDGE"))
    made = stage.plan()
    latency = RecordSet(
        name=f"{EAST}.sample.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",), set_identifier="x", region=EAST
    )
    stage.aws.dns.store(latency)

    run = stage.carry_out(made).run

    assert "differ in policy" in failures(run)["records"]
    assert "nothing was sent" in failures(run)["records"]


def test_a_health_check_that_somebody_changed_meanwhile_is_not_overwritten(stage):
    regions = stage.sample.topology
    stage.sample = stage.sample.edited(topology=replace(regions, health=replace(regions.health, path="/ready")))
    plan = stage.plan()
    check = next(one for one in stage.aws.dns.checks if one.host.startswith(EAST))
    stage.aws.dns.store_check(replace(check, path="/theirs"))

    run = stage.carry_out(plan).run

    assert "somebody else changed it meanwhile" in failures(run)[f"check:{OTHER}:{EAST}"]
    assert {one.path for one in stage.aws.dns.checks if one.id == check.id} == {"/theirs"}


def test_references_that_are_used_up_are_passed_over():
    stage = Stage(Sample(topology())).deployed()
    for _ in range(3):
        for check in stage.aws.dns.checks:
            stage.aws.dns.forget_check(check.id)
        assert stage.do("deploy").verdict is Verdict.SUCCEEDED

    assert all(check.caller_reference.endswith("-3") for check in stage.aws.dns.checks)


def test_an_instance_that_cannot_be_deleted_is_named(stage):
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "the function is in use"

    run = stage.do("destroy")

    assert "the function is in use" in failures(run)[f"delete:compute:{EAST}"]
    assert (OTHER, EAST) in {(s.account, s.region) for s, _ in stage.aws.stacks.all() if "-infra" in s.name}


def test_an_inoperable_instance_refuses_the_next_plan_with_the_command(stage):
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "the function is in use"
    stage.do("destroy")

    plan = stage.plan()

    assert [finding.rule for finding in plan.findings if finding.rule == "instance-inoperable"] == [
        "instance-inoperable"
    ]
    assert plan.steps == ()


def test_a_stuck_stack_refuses_the_plan_with_the_command(stage):
    stage.aws.stacks.set_status(OTHER, EAST, "-compute", "UPDATE_ROLLBACK_FAILED")

    plan = stage.plan()

    assert "continue-update-rollback" in plan.findings[0].fix


def test_a_role_stack_that_fails_is_named_with_its_state():
    stage = Stage(Sample(topology()))
    stage.aws.faults.broken[("access", HOME, WEST)] = "the role name is taken"

    run = stage.do("bootstrap")

    assert "ended in ROLLBACK_COMPLETE" in failures(run)[f"access:{HOME}"]
    assert "the role name is taken" in failures(run)[f"access:{HOME}"]


def test_a_gate_waits_until_the_release_that_answers_is_ours(stage):
    stage.sample = stage.sample.edited(**SECOND)
    made = stage.plan()
    steps = tuple(
        replace(step, action=replace(step.action, release="another"), needs=()) if step.id.startswith("gate") else step
        for step in made.steps
    )

    run = stage.carry_out(replace(made, steps=steps)).run

    assert "not another" in failures(run)[f"gate:{OTHER}:{WEST}"]


def test_a_role_that_an_account_lacks_silences_that_account_alone(stage):
    from orchestrator.core.errors import AccessDenied

    stage.aws.faults.refuse["Stacks.list"] = [AccessDenied("not allowed to assume the role")]

    observed = stage.observe()

    assert [one.reason for one in observed.silent] == ["not allowed to assume the role"]


def test_a_call_that_no_wait_can_mend_fails_its_step(stage):
    stage.sample = stage.sample.edited(**SECOND)
    stage.aws.faults.refuse["Buckets.put"] = [PreconditionFailed("there is one")]

    run = stage.do("deploy")

    assert "with other content" in failures(run)["upload:app"]


def test_health_is_what_the_checkers_see(stage):
    by_host = {check.host: check for check in stage.aws.dns.checks}
    east = by_host[f"{EAST}.sample.fed.dev"]
    stage.aws.faults.sick.add(EAST)
    stage.aws.dns.store_check(HealthCheck(name="nowhere", id="hc-nowhere", host="nowhere.fed.dev"))

    assert stage.aws.dns.health(east.id) is False
    assert stage.aws.dns.health(by_host[f"{WEST}.sample.fed.dev"].id) is True
    assert stage.aws.dns.health("hc-nowhere") is None


def test_an_operation_that_succeeded_is_not_believed_when_an_instance_says_otherwise(stage):
    stage.sample = stage.sample.edited(**SECOND)
    plan = stage.plan()
    desired = stage.sample.desired(stage.observe()).compute
    wrong = replace(desired, digest="f" * 64)
    steps = tuple(
        replace(step, action=replace(step.action, stack_set=wrong)) if step.id == f"update:compute:{WEST}" else step
        for step in plan.steps
    )

    run = stage.carry_out(replace(plan, steps=steps)).run

    reason = failures(run)[f"update:compute:{WEST}"]
    assert "ended SUCCEEDED, but the instances say otherwise" in reason
    assert "template is" in reason


def test_a_value_that_no_step_yielded_is_said(stage):
    stage.sample = stage.sample.edited(infra=infra_body(domain="EDGE"))
    plan = stage.plan()
    made = tuple(step for step in plan.steps if step.id == "records")
    alone = tuple(replace(step, needs=()) for step in made)

    run = stage.carry_out(replace(plan, steps=alone)).run

    assert "did not yield" in failures(run)["records"]


class _Stackless:
    """StackSets whose failed instances never got a stack, as when the execution role is missing."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def instances(self, name, *, region=""):
        found = self._inner.instances(name, region=region)
        return [replace(one, stack_id="") if one.status is not InstanceStatus.CURRENT else one for one in found]


class _AskedOfNothing:
    """Stacks that refuse an empty name, as CloudFormation does."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def failure(self, account, region, stack):
        if not stack:
            raise AwsError("Value '' at 'stackName' failed to satisfy constraint", code="ValidationError")
        return self._inner.failure(account, region, stack)


def test_an_instance_that_failed_before_it_had_a_stack_says_stack_sets_own_reason(stage):
    stage.sample = stage.sample.edited(**SECOND)
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "no role to take"
    aws = stage.aws.ports
    ports = replace(aws, stack_sets=_Stackless(aws.stack_sets), stacks=_AskedOfNothing(aws.stacks))

    run = execute(stage.plan(), ports, run="stackless", emit=stage.events.append, polling=Polling()).run

    assert "no role to take" in failures(run)[f"update:compute:{WEST}"]


def test_credentials_that_end_in_mid_run_leave_what_was_done_and_the_same_command_goes_on():
    stage = Stage()
    stage.do("bootstrap")
    expired = AwsError("The security token is expired", where="route53", fix=SIGN_IN_AGAIN, code="ExpiredToken")
    stage.aws.faults.refuse["Dns.create_health_check"] = [expired] * 50

    failed = stage.do("deploy")
    stage.aws.faults.refuse.clear()
    made = len(list(stage.aws.stacks.all()))
    again = stage.do("deploy")

    assert failed.verdict is Verdict.FAILED
    assert any("sign in again" in step.reason for step in failed.steps)
    assert again.verdict is Verdict.SUCCEEDED, reasons(again)
    assert len(list(stage.aws.stacks.all())) == made
    assert not [step.id for step in again.steps if step.id.startswith(("instances:", "upload:"))]
