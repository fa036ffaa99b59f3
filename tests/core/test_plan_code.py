"""Code: replication rules, one upload, a proof per region, and the version that everything waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.desired import artifact_version, code_parameter, needs_upload
from orchestrator.core.pending import Pending
from orchestrator.core.plan import ChangeAction
from orchestrator.core.replicas import judge_replica, judge_replicas
from orchestrator.core.state import Bucket, ObjectHead, ReplicaStatus, Silent
from tests.core.landed import LANDED, SAMPLE, Bent, change, plan, step_ids
from tests.sample_world import EAST, NAMES, SOUTH, WEST, artifact, topology

BENT = Bent(LANDED)
SECOND = SAMPLE.edited(code="second")
THREE = SAMPLE.edited(topology=topology(EAST, WEST, SOUTH))
UPLOAD = ["upload:app", f"replica:app:{EAST}", f"replica:app:{WEST}"]


def code_steps(sample, observed):
    return [one for one in step_ids(plan(sample, observed)) if one.startswith(("upload", "replica"))]


def without_replicas(observed):
    return replace(observed, replicas=())


TABLE = {
    "proven everywhere": (LANDED, [], ChangeAction.NO_OP, "unchanged"),
    "nowhere": (without_replicas(LANDED), UPLOAD, ChangeAction.CREATE, "no bucket holds it"),
    "under way": (
        BENT.replica(EAST, ReplicaStatus.PENDING),
        [f"replica:app:{EAST}"],
        ChangeAction.UPDATE,
        f"uploaded; not proven everywhere: {EAST} pending",
    ),
    "a region does not answer": (
        BENT.replica(EAST, ReplicaStatus.UNREACHABLE),
        [f"replica:app:{EAST}"],
        ChangeAction.UPDATE,
        f"uploaded; not proven everywhere: {EAST} unreachable",
    ),
    "a region was not asked": (
        replace(LANDED, replicas=tuple(one for one in LANDED.replicas if one.region == WEST)),
        [f"replica:app:{EAST}"],
        ChangeAction.UPDATE,
        f"uploaded; not proven everywhere: {EAST} unread",
    ),
    "put before the rule": (BENT.replica(EAST, ReplicaStatus.MISSING), UPLOAD, ChangeAction.UPDATE, "put again"),
    "replication failed": (BENT.replica(EAST, ReplicaStatus.FAILED), UPLOAD, ChangeAction.UPDATE, "put again"),
    "overwritten": (
        BENT.replica(EAST, ReplicaStatus.DIFFERENT, gone=False),
        UPLOAD,
        ChangeAction.UPDATE,
        f"put again so that it is replicated anew ({EAST}: different)",
    ),
}


@pytest.mark.parametrize(("observed", "steps", "action", "reason"), TABLE.values(), ids=TABLE)
def test_an_artifact_is_put_and_proven_as_far_as_it_has_to_be(observed, steps, action, reason):
    found = change(plan(SAMPLE, observed), "artifact:app")

    assert code_steps(SAMPLE, observed) == steps
    assert found.action is action
    assert found.reason.startswith(reason)


def test_a_region_waits_for_its_own_replica_and_no_other():
    made = plan(SECOND, without_replicas(LANDED))

    steps = {step.id: step for step in made.steps}
    assert f"replica:app:{WEST}" in steps[f"update:compute:{WEST}"].needs
    assert f"replica:app:{EAST}" not in steps[f"update:compute:{WEST}"].needs


def test_an_upload_goes_home_unless_home_is_silent():
    silent = replace(without_replicas(LANDED), silent=(Silent(WEST, "", "artifact bucket", "no answer"),))

    at_home = next(one for one in plan(SECOND, without_replicas(LANDED)).steps if one.id == "upload:app")
    elsewhere = next(one for one in plan(SECOND, silent).steps if one.id == "upload:app")

    assert at_home.action.region == WEST
    assert elsewhere.action.region == EAST


def test_an_upload_again_goes_where_the_original_lies():
    original = replace(LANDED.replicas[0].head, replication="FAILED")
    reads = tuple(
        replace(read, head=original if read.region == EAST else replace(read.head, replication="REPLICA"))
        for read in LANDED.replicas
    )
    observed = Bent(replace(LANDED, replicas=reads)).replica(WEST, ReplicaStatus.FAILED)

    step = next(one for one in plan(SAMPLE, observed).steps if one.id == "upload:app")

    assert step.action.region == EAST
    assert step.action.again


RULES = {
    "complete": (LANDED, [], ChangeAction.NO_OP),
    "no bucket yet": (replace(LANDED, buckets=()), [f"replicate:{EAST}", f"replicate:{WEST}"], ChangeAction.CREATE),
    "no rules": (
        replace(LANDED, buckets=(replace(LANDED.buckets[0], destinations=()), LANDED.buckets[1])),
        [f"replicate:{EAST}"],
        ChangeAction.CREATE,
    ),
    "another rule": (
        replace(LANDED, buckets=(replace(LANDED.buckets[0], destinations=("theirs",)), LANDED.buckets[1])),
        [f"replicate:{EAST}"],
        ChangeAction.UPDATE,
    ),
    "silent": (
        replace(LANDED, buckets=LANDED.buckets[1:], silent=(Silent(EAST, "", "artifact bucket", "?"),)),
        [],
        ChangeAction.NO_OP,
    ),
}


@pytest.mark.parametrize(("observed", "steps", "action"), RULES.values(), ids=RULES)
def test_every_bucket_replicates_to_every_other(observed, steps, action):
    made = plan(SAMPLE, observed)

    assert [one for one in step_ids(made) if one.startswith("replicate")] == steps
    assert change(made, f"bucket-replication:{EAST}").action is action


def test_a_new_regions_bucket_is_made_before_the_rules_that_name_it():
    steps = {step.id: step for step in plan(THREE, LANDED).steps}

    rules = steps[f"replicate:{WEST}"]
    assert rules.needs == ("instances:control:all",)
    assert dict(rules.action.destinations)[f"to-{SOUTH}"] == NAMES.artifact_bucket(SOUTH)


def test_what_is_put_waits_for_the_rules_that_cover_it():
    observed = replace(without_replicas(LANDED), buckets=(Bucket(EAST, "b", exists=True), LANDED.buckets[1]))

    upload = next(one for one in plan(SECOND, observed).steps if one.id == "upload:app")

    assert upload.needs == (f"replicate:{EAST}",)


# -- the version that all must have -------------------------------------------------------------------------------


def head(region, *, version="v1", replication="REPLICA", content="first"):
    return ObjectHead(region, "b", "k", version, artifact(content).sha256, 5, replication)


def test_the_version_is_pending_until_the_artifact_lies_unharmed_in_a_bucket():
    assert artifact_version(artifact(), LANDED) == "v1"
    assert artifact_version(artifact("second"), without_replicas(LANDED)) == Pending("upload:app", "version")
    assert artifact_version(artifact(), BENT.replica(EAST, ReplicaStatus.MISSING)) == Pending("upload:app", "version")


def test_replicas_alone_tell_the_version_too():
    only_replica = replace(LANDED, replicas=tuple(one for one in LANDED.replicas if one.region == EAST))

    assert artifact_version(artifact(), only_replica) == "v1"
    assert not needs_upload(artifact(), only_replica)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ({WEST: None, EAST: None}, {WEST: "missing", EAST: "missing"}),
        ({WEST: head(WEST, content="theirs"), EAST: None}, {WEST: "missing", EAST: "missing"}),
        ({WEST: head(WEST, replication="PENDING"), EAST: None}, {WEST: "proven", EAST: "pending"}),
        ({WEST: head(WEST, replication="FAILED"), EAST: None}, {WEST: "proven", EAST: "failed"}),
        ({WEST: head(WEST, replication=""), EAST: None}, {WEST: "proven", EAST: "missing"}),
        ({WEST: head(WEST, replication="COMPLETED"), EAST: head(EAST)}, {WEST: "proven", EAST: "proven"}),
        (
            {WEST: head(WEST, replication="COMPLETED"), EAST: head(EAST, version="v0")},
            {WEST: "proven", EAST: "different"},
        ),
        (
            {WEST: head(WEST, replication="PENDING"), EAST: head(EAST, content="theirs")},
            {WEST: "proven", EAST: "different"},
        ),
        # Put again, and the newer version is on its way: not to be put once more.
        (
            {WEST: head(WEST, version="v2", replication="PENDING"), EAST: head(EAST)},
            {WEST: "proven", EAST: "pending"},
        ),
        ({EAST: head(EAST)}, {EAST: "proven"}),
    ],
)
def test_each_region_is_judged_against_the_object_that_was_put(heads, expected):
    reads = judge_replicas(artifact(), heads)

    assert {read.region: read.status.value for read in reads} == expected


def test_a_replica_that_is_not_there_yet_is_pending():
    assert judge_replica(artifact(), EAST, None, "v1").status is ReplicaStatus.PENDING


def test_a_checksum_that_s3_does_not_hold_proves_nothing():
    read = judge_replica(artifact(), EAST, replace(head(EAST), sha256=""), "v1")

    assert read.status is ReplicaStatus.DIFFERENT
    assert "unknown" in read.reason


@pytest.mark.parametrize(
    ("name", "expected"), [("app", "CodeAppKey"), ("order-events", "CodeOrderEventsKey"), ("a_b", "CodeABKey")]
)
def test_code_parameters_are_named_after_the_artifact(name, expected):
    assert code_parameter(name, "Key") == expected


def test_an_update_comes_after_the_copies_of_new_regions_and_waits_for_none_of_them_to_succeed():
    made = plan(replace(THREE, code="second"), LANDED)

    updates = {one.id: one for one in made.steps if one.id.startswith("update:compute:")}
    copy = f"replica:app:{SOUTH}"
    assert set(updates) == {f"update:compute:{EAST}", f"update:compute:{WEST}"}
    assert all(one.after == (copy,) and copy not in one.needs for one in updates.values())


def test_an_update_waits_for_no_copy_but_its_own_where_no_region_is_new():
    assert not [one.id for one in plan(SECOND, LANDED).steps if one.after]
