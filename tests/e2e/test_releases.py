"""Releases of a deployed shop: region by region, as reviewed or refused, failed and tried again."""

from __future__ import annotations

import pytest

from tests.e2e.asking import ACCOUNT, ask, events
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator


def test_a_release_touches_the_standby_first_and_never_infra(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")

    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert answer.json["release"] != before
    ended = [one["step"] for one in events(deployed, "deploy") if one["kind"] == "step_succeeded"]
    updates = [step for step in ended if step.startswith(("update:", "gate:"))]
    assert updates == [
        "update:compute:us-west-2",
        f"gate:{ACCOUNT}:us-west-2",
        "update:compute:us-east-1",
        f"gate:{ACCOUNT}:us-east-1",
    ]
    assert {ask(deployed, region)[1]["release"] for region in ("us-east-1", "us-west-2")} == {answer.json["release"]}


def test_plan_exit_code_says_that_changes_are_pending(deployed: Project) -> None:
    unchanged = deployed.run("plan", "--exit-code")
    deployed.configure("memory: 256", "memory: 512")
    changed = deployed.run("plan", "--exit-code")

    assert (unchanged.code, changed.code) == (0, 2)
    assert "Nothing will change" in unchanged.out
    assert "Properties.MemorySize" in changed.out


def test_a_reviewed_plan_is_carried_out_while_it_holds(deployed: Project) -> None:
    deployed.release("two")
    deployed.run("plan", "--out", "plan.json")

    answer = deployed.run("deploy", "--plan", "plan.json", "--yes")
    again = deployed.run("deploy", "--plan", "plan.json", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert (again.code, again.json["verdict"]) == (0, "nothing-to-do")


def test_a_stale_plan_is_refused_and_says_what_moved(deployed: Project) -> None:
    deployed.release("two")
    deployed.run("plan", "--out", "plan.json")
    deployed.release("three")

    answer = deployed.run("deploy", "--plan", "plan.json", "--yes")

    assert answer.code == 3
    assert "code app" in answer.err
    assert "plan again" in answer.err
    assert ask(deployed, "us-east-1")[0] == 200


def test_a_failed_instance_is_named_and_the_primary_is_left_alone(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")
    reason = "Resource handler returned message: The role defined for the function cannot be assumed"

    with deployed.embedded.fault(kind="instance_fail", account=ACCOUNT, region="us-west-2", reason=reason):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    statuses = {step["id"]: step for step in answer.json["steps"]}
    assert answer.code == 1
    assert answer.json["verdict"] == "failed"
    assert reason in statuses["update:compute:us-west-2"]["reason"]
    assert ACCOUNT in statuses["update:compute:us-west-2"]["reason"]
    assert statuses["update:compute:us-east-1"]["status"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_after_a_failure_deploying_again_finishes_the_work(deployed: Project) -> None:
    deployed.release("two")
    with deployed.embedded.fault(kind="instance_fail", account=ACCOUNT, region="us-west-2", reason="no capacity"):
        deployed.run("deploy", "--yes")

    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert {ask(deployed, region)[1]["release"] for region in ("us-east-1", "us-west-2")} == {answer.json["release"]}


def test_a_replication_that_failed_is_put_again_once_and_the_deployment_converges(deployed: Project) -> None:
    deployed.release("two")

    with deployed.embedded.fault(kind="replication_fail", region="us-east-1", count=1):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    assert answer.code == 0, answer.err
    assert any("put again" in one["detail"] for one in events(deployed, "deploy"))
    assert deployed.run("plan", "--exit-code").code == 0


def test_a_replica_that_never_arrives_fails_its_region_with_what_to_do(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.release("two")
    deployed.configure("replication_deadline: 20", "replication_deadline: 2")

    with deployed.embedded.fault(kind="replication_stall", region="us-east-1"):
        answer = deployed.run("deploy", "--yes", "--format", "json")

    statuses = {step["id"]: step for step in answer.json["steps"]}
    assert answer.code == 1
    assert "not done within 2 s" in statuses["replica:app:us-east-1"]["reason"]
    assert "PENDING" in statuses["replica:app:us-east-1"]["reason"]
    assert statuses["update:compute:us-west-2"]["status"] == "succeeded"
    assert statuses["update:compute:us-east-1"]["status"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_a_release_that_fails_its_gate_never_reaches_the_primary_however_often_it_is_tried(deployed: Project) -> None:
    before = ask(deployed, "us-east-1")[1]["release"]
    deployed.configure("gate_deadline: 15", "gate_deadline: 2")
    code = deployed.folder / "app" / "app.py"
    working = code.read_text()
    code.write_text("def handler(event, context):\n    raise RuntimeError('broken')\n")

    first = deployed.run("deploy", "--yes", "--format", "json")
    second = deployed.run("deploy", "--yes", "--format", "json")
    code.write_text(working)

    assert (first.code, second.code) == (1, 1)
    for answer in (first, second):
        statuses = {step["id"]: step["status"] for step in answer.json["steps"]}
        assert statuses[f"gate:{ACCOUNT}:us-west-2"] == "failed"
        assert statuses["update:compute:us-east-1"] == "skipped"
    assert ask(deployed, "us-east-1")[1]["release"] == before


def test_a_bucket_whose_key_s3_may_not_use_fails_its_region_alone_and_is_named(deployed: Project) -> None:
    before, bucket = ask(deployed, "us-east-1")[1]["release"], "shop-production-000000000000-us-east-1"
    s3, kms = deployed.embedded.client("s3", "us-east-1"), deployed.embedded.client("kms", "us-east-1")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    deployed.release("two")

    answer = deployed.run("deploy", "--yes", "--format", "json")
    s3.delete_bucket_encryption(Bucket=bucket)
    again = deployed.run("deploy", "--yes")

    steps = {step["id"]: step for step in answer.json["steps"]}
    reason = steps["replica:app:us-east-1"]["reason"]
    assert answer.code == 1
    assert f"{bucket} encrypts with the KMS key {key}, which S3's replication role may not use" in reason
    assert f"aws s3api delete-bucket-encryption --bucket {bucket} --region us-east-1" in reason
    assert steps["update:compute:us-west-2"]["status"] == "succeeded"
    assert steps["update:compute:us-east-1"]["status"] == "skipped"
    assert again.code == 0, again.err
    assert ask(deployed, "us-east-1")[1]["release"] != before
