"""Stacks left in states that no update gets out of: every verb names them with the command, and after it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.asking import ACCOUNT, ask
from tests.e2e.conftest import Project
from tests.told_commands import carry_out

pytestmark = pytest.mark.emulator

REGION = "us-west-2"


def resource_fails(project: Project, operation: str, kind: str) -> Any:
    return project.embedded.fault(
        kind="resource_fail", operation=operation, service=kind, account=ACCOUNT, region=REGION, reason="it is in use"
    )


def left(project: Project) -> dict[str, str]:
    """Name -> state of the target's stacks of the standby that are not well."""
    found = project.embedded.client("cloudformation", REGION, ACCOUNT).describe_stacks()["Stacks"]
    return {one["StackName"]: one["StackStatus"] for one in found if one["StackStatus"].endswith("_FAILED")}


def told(project: Project, *words: str) -> tuple[str, str]:
    """(message, fix) of the finding about what was left over."""
    found = project.run(*words, "--format", "json").json["findings"]
    (finding,) = [one for one in found if one["rule"] in ("stack-stuck", "instance-inoperable")]
    return finding["message"], finding["fix"]


def test_an_update_that_could_not_be_rolled_back_is_named_and_continued_by_the_command_told(deployed: Project) -> None:
    deployed.release("two")
    before = ask(deployed, "us-east-1")[1]["release"]
    with (
        resource_fails(deployed, "create", "AWS::Lambda::Version"),
        resource_fails(deployed, "revert", "AWS::Lambda::Function"),
    ):
        failed = deployed.run("deploy", "--yes")
    (name,) = left(deployed)
    planned, shown = told(deployed, "plan"), told(deployed, "status")

    refused, state = deployed.run("deploy", "--yes"), left(deployed)
    called = carry_out(deployed.embedded, planned[1])
    answer = deployed.run("deploy", "--yes", "--format", "json")

    assert failed.code == 1
    assert state == {name: "UPDATE_ROLLBACK_FAILED"}
    assert name in planned[0]
    assert "UPDATE_ROLLBACK_FAILED" in planned[0]
    assert shown == planned
    assert (refused.code, planned[1] in refused.err) == (3, True)
    assert called == ["continue-update-rollback", "stack-rollback-complete"]
    assert answer.code == 0, answer.err
    assert answer.json["release"] != before
    assert {ask(deployed, region)[1]["release"] for region in ("us-east-1", REGION)} == {answer.json["release"]}


def test_what_destroy_could_not_delete_is_named_by_every_verb_and_given_up_by_the_commands_told(
    deployed: Project,
) -> None:
    with resource_fails(deployed, "delete", "AWS::Lambda::Function"):
        failed = deployed.run("destroy", "--yes")
        again = deployed.run("destroy", "--yes")
    (name,) = left(deployed)
    planned, shown = told(deployed, "plan"), told(deployed, "status")

    refused, state = deployed.run("deploy", "--yes"), left(deployed)
    called = carry_out(deployed.embedded, planned[1])
    answer = deployed.run("deploy", "--yes")

    assert (failed.code, again.code) == (1, 1)
    assert "it is in use" in failed.err
    assert f"delete-stack --stack-name {name}" in " ".join(again.out.split() + again.err.split())
    assert state == {name: "DELETE_FAILED"}
    assert shown == planned
    assert (refused.code, planned[1] in refused.err) == (3, True)
    assert called == ["delete-stack-instances", "delete-stack", "stack-delete-complete"]
    assert answer.code == 0, answer.err
    assert ask(deployed, REGION)[0] == 200
