"""A release that does not answer: the standby goes back, the primary is never touched, and no user notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.asking import ACCOUNT, ask, events, records
from tests.e2e.conftest import Project

pytestmark = pytest.mark.emulator

REGIONS = ("us-east-1", "us-west-2")
BUCKET = "shop-production-000000000000-us-west-2"


def break_it(project: Project) -> str:
    """A release that cannot even be loaded; what the code was."""
    file = project.folder / "app" / "app.py"
    good = file.read_text()
    file.write_text(good + "\nraise RuntimeError('a bad release')\n")
    return good


def releases(project: Project) -> set[str]:
    return {ask(project, region)[1]["release"] for region in REGIONS}


def updated_at(project: Project, region: str) -> set[Any]:
    stacks = project.embedded.client("cloudformation", region, ACCOUNT).describe_stacks()["Stacks"]
    return {(one["StackName"], one.get("LastUpdatedTime")) for one in stacks if "-compute-" in one["StackName"]}


def test_a_bad_release_goes_back_in_the_standby_and_users_never_meet_it(deployed: Project) -> None:
    (old,) = releases(deployed)
    primary, zone = updated_at(deployed, "us-east-1"), records(deployed)
    good = break_it(deployed)

    planned = deployed.run("plan", "--format", "json").json
    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert {(one["layer"], one["region"], one["release"], one["cause"]) for one in planned["returns"]} == {
        ("compute", region, old, "") for region in REGIONS
    }
    found = answer.json
    assert (answer.code, found["verdict"]) == (1, "failed")
    assert [one["region"] for one in found["rollback"]["returned"]] == ["us-west-2"]
    assert found["rollback"]["not_returned"] == []
    assert found["traffic"]["failed"] == 0
    assert releases(deployed) == {old}
    assert updated_at(deployed, "us-east-1") == primary
    assert records(deployed) == zone
    journal = events(deployed, "deploy")
    assert [one["detail"] for one in journal if one["kind"] == "planned"] == ["deploy", "rollback"]
    text = deployed.run("report", found["run"]).out
    assert f"rolled back to {old} in us-west-2" in text

    # Another good release, and then the first one again, from its record alone.
    (deployed.folder / "app" / "app.py").write_text(good + "\n# three\n")
    third = deployed.run("deploy", "--yes", "--format", "json")
    assert third.code == 0, third.err
    assert releases(deployed) == {third.json["release"]}
    listed = deployed.run("status", "--format", "json").json["releases"]
    landed = {one["release"]: one["passed_gates_at"] is not None for one in listed}
    assert landed == {old: True, found["release"]: False, third.json["release"]: True}
    (deployed.folder / "app" / "app.py").write_text("this is no Python")

    with deployed.embedded.fault(kind="instance_fail", account=ACCOUNT, region="us-west-2", reason="no capacity"):
        broken = deployed.run("deploy", "--release", old[:6], "--yes", "--format", "json")
    assert (broken.code, broken.json["release"]) == (1, old)
    back = deployed.run("deploy", "--resume", "latest", "--yes", "--format", "json")
    (deployed.folder / "app" / "app.py").write_text(good)

    assert back.code == 0, back.err
    assert (back.json["release"], releases(deployed)) == (old, {old})
    assert deployed.run("plan", "--release", old, "--exit-code").code == 0


def test_what_cannot_be_gone_back_to_is_refused_with_what_there_is(deployed: Project) -> None:
    (old,) = releases(deployed)
    s3 = deployed.embedded.client("s3", "us-west-2")
    key = f"releases/production/{old}.json"
    record = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    unknown = deployed.run("plan", "--release", "000000000000")
    wrong = deployed.run("plan", "--release", "nonsense")

    assert (unknown.code, wrong.code) == (64, 64)
    assert old in unknown.err
    assert {one["name"] for one in record["artifacts"]} == {"app"}
    code = record["artifacts"][0]
    s3.delete_object(Bucket=BUCKET, Key=code["key"], VersionId=code["version"])
    gone = deployed.run("deploy", "--release", old, "--yes")
    assert gone.code == 3
    assert code["version"] in gone.err
    assert "us-west-2" in gone.err
