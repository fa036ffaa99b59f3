"""A region is deployed only once its own replica is proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import AwaitReplica
from orchestrator.core.desired import upload_step
from orchestrator.core.errors import AccessDenied, StepFailed
from orchestrator.core.planning.code import replica_step
from orchestrator.core.run import StepStatus, Verdict
from orchestrator.executor.code_tasks import AwaitReplicaTask
from orchestrator.executor.code_versions import missing_code, sent
from orchestrator.executor.context import Context, Results
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, NAMES, SOUTH, WEST, Sample, compute_body, topology


@pytest.fixture
def stage():
    return Stage(Sample(topology(EAST, WEST, SOUTH, home=WEST))).deployed()


def releases(stage):
    return {
        stack.region: dict(stack.parameters)["Release"]
        for stack, _ in stage.aws.stacks.all()
        if "-compute" in stack.name and stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    }


def test_a_replication_that_failed_once_is_put_again_and_converges(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 1

    run = stage.do("deploy")

    puts = [call.name for call in stage.aws.gate.calls if call.name.startswith("Buckets.put")]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert puts.count("Buckets.put_again") == 1
    assert set(releases(stage).values()) == {stage.sample.inputs.release}
    assert stage.plan().is_empty


def test_code_put_again_for_one_region_fails_no_other_that_takes_the_version_before():
    """The second region's operation runs already when the code gets another version for the first one's sake."""
    stage = Stage(Sample(topology(EAST, WEST, home=WEST))).deployed()
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 1

    run = stage.carry_out(stage.plan()).run

    updated = next(step for step in run.steps if step.id == f"update:compute:{WEST}")
    assert updated.status is StepStatus.SUCCEEDED, updated.reason
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert stage.plan().is_empty


@pytest.mark.parametrize(
    ("newest", "proven", "missing"),
    [("v9", "v9", False), ("v9", "v1", True), ("v1", "v9", False)],
    ids=["the-proven-one", "on-its-way", "there-before-it-was-proven"],
)
def test_a_region_whose_turn_comes_waits_for_the_version_that_was_put_again_for_another(stage, newest, proven, missing):
    stage.sample = stage.sample.edited(compute=compute_body(memory=512))
    update = next(step.action for step in stage.plan().steps if step.id == f"update:compute:{SOUTH}")
    context = Context(run="run-9", ports=stage.aws.ports, results=Results())
    context.results.put(upload_step("app"), {"version": newest})
    context.results.put(replica_step("app", SOUTH), {"version": proven})

    given = sent(update, context)

    assert dict(given.parameters)["CodeAppVersion"] == newest
    assert bool(missing_code(update, given, context)) is missing


@pytest.mark.parametrize("fails", [EAST, SOUTH])
def test_a_new_region_is_made_from_a_version_that_it_holds_whatever_had_to_be_put_again(fails):
    stage = Stage(Sample(topology(EAST, WEST, home=WEST))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST, SOUTH, home=WEST), code="second")
    stage.do("bootstrap")
    stage.aws.faults.replication_fails[fails] = 1

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert set(releases(stage)) == {EAST, WEST, SOUTH}
    assert stage.plan().is_empty


def test_a_replication_that_fails_twice_fails_its_region_with_what_to_do(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 9

    run = stage.do("deploy")

    assert [step.id for step in run.failed] == [f"replica:app:{EAST}"]
    assert "twice" in run.failed[0].reason
    assert "replication failure events" in run.failed[0].reason


def test_a_bucket_whose_key_s3_may_not_use_is_named_and_costs_its_region_alone(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.bucket_keys[EAST] = "key/denied"

    run = stage.do("deploy")

    assert [step.id for step in run.failed] == [f"replica:app:{EAST}"]
    assert "encrypts with the KMS key key/denied, which S3's replication role may not use" in run.failed[0].reason
    assert {region for region, release in releases(stage).items() if release == stage.sample.inputs.release} == {
        WEST,
        SOUTH,
    }


def test_a_copy_that_may_not_be_read_is_neither_missing_nor_the_end_of_the_look(stage):
    denied = AccessDenied("its KMS key may not be used to read it", code="403")
    stage.aws.faults.refuse["Buckets.head"] = [denied]

    observed = stage.observe()

    reads = {read.region: read.status for read in observed.replicas}
    assert sorted(status.value for status in reads.values()) == ["proven", "proven", "unreachable"]
    assert "its KMS key may not be used" in observed.silent[0].reason


def test_a_replication_seen_failed_before_the_deployment_is_put_again_first(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 9
    stage.do("deploy")
    stage.aws.faults.replication_fails.clear()

    plan = stage.plan()
    run = stage.do("deploy")

    assert plan.steps[0].id == "upload:app"
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_a_stuck_replica_fails_its_region_alone(stage):
    old = releases(stage)[EAST]
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_stuck.add(EAST)

    run = stage.do("deploy")

    assert [step.id for step in run.failed] == [f"replica:app:{EAST}"]
    assert "not done within 900 s" in run.failed[0].reason
    assert "PENDING" in run.failed[0].reason
    new = stage.sample.inputs.release
    assert releases(stage) == {SOUTH: new, WEST: new, EAST: old}


def test_a_region_starts_as_soon_as_its_own_replica_is_there(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_stuck.add(EAST)

    run = stage.do("deploy")

    ended = {step.id: step.ended_at for step in run.steps}
    assert ended[f"update:compute:{SOUTH}"] < ended[f"replica:app:{EAST}"]


def test_a_replica_that_was_overwritten_is_put_again(stage):
    bucket, key = f"sample-production-111111111111-{SOUTH}", stage.sample.inputs.artifacts[0].key
    stage.aws.buckets.put_again(SOUTH, bucket, key, stage.sample.inputs.artifacts[0].file, sha256="0" * 64)
    stage.aws.clock.sleep(60)

    plan = stage.plan()
    run = stage.do("deploy")

    upload = next(step for step in plan.steps if step.id == "upload:app")
    assert upload.action.again
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_a_put_that_landed_unanswered_is_looked_up_and_not_repeated(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 9
    stage.do("deploy")
    stage.aws.faults.replication_fails.clear()
    stage.aws.faults.lose.add("Buckets.put_again")
    before = len(stage.aws.gate.effects)

    run = stage.do("deploy")

    puts = [one for one in stage.aws.gate.effects[before:] if one.name == "Buckets.put_again"]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert len(puts) == 1
    assert stage.plan().is_empty


def test_code_of_an_earlier_release_that_s3_fails_to_replicate_is_named_with_what_to_do(stage):
    stage.sample = stage.sample.edited(code="second")
    stage.aws.faults.replication_fails[EAST] = 9
    stage.do("deploy")
    artifact, bucket = replace(stage.sample.inputs.artifacts[0], file=""), NAMES.artifact_bucket
    head = stage.aws.ports.buckets.head(WEST, bucket(WEST), artifact.key)
    action = AwaitReplica(artifact, EAST, bucket(EAST), head.version, (WEST, bucket(WEST)))
    task = AwaitReplicaTask(action, Context(run="run-9", ports=stage.aws.ports, results=Results()))

    def poll_all():
        return [task.poll() for _ in range(20)]

    with pytest.raises(StepFailed, match=r"not here to be put again .*aws s3 cp"):
        poll_all()
