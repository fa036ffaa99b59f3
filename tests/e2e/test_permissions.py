"""Least privilege: the documented permissions, and nothing else, carry the flow where the embedded AWS enforces IAM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Answer, Project, new_project
from tests.embedded import Embedded, embedded_aws

pytestmark = pytest.mark.emulator

HOME, TARGET = "000000000000", "111111111111"
ORCHESTRATOR = f"arn:aws:iam::{HOME}:role/shop-production-orchestrator"
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "permissions.md"


def documented(heading: str) -> dict[str, Any]:
    """The policy of the guide below a heading, for this application."""
    text = GUIDE.read_text().partition(f"## {heading}\n")[2]
    policy = text.partition("```json\n")[2].partition("```")[0]
    found: dict[str, Any] = json.loads(policy.replace("HOME", HOME).replace("sample-production", "shop-production"))
    return found


def root(embedded: Embedded, service: str, account: str = HOME) -> Any:
    return embedded.client(service, "us-west-2", account, secret="test")


def user(embedded: Embedded, name: str, policy: dict[str, Any]) -> dict[str, str]:
    """An IAM user at home with one policy, as environment variables."""
    iam = root(embedded, "iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def member_role(embedded: Embedded) -> None:
    """What AWS Organizations makes in every account that it creates."""
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "sts:AssumeRole"}
    all_of_it = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam, name = root(embedded, "iam", TARGET), "OrganizationAccountAccessRole"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy_of(trust)))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy_of(all_of_it)))


def policy_of(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def in_role(embedded: Embedded, caller: dict[str, str], role: str) -> dict[str, str]:
    """The caller's session in a role, as environment variables."""
    import boto3

    sts = boto3.client(
        "sts",
        region_name="us-west-2",
        endpoint_url=embedded.aws.endpoint_url,
        aws_access_key_id=caller["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=caller["AWS_SECRET_ACCESS_KEY"],
    )
    taken = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }


def run(project: Project, caller: dict[str, str], *words: str) -> Answer:
    return replace(project, environment=caller).run(*words)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project on an embedded AWS that enforces IAM, where nothing was done yet."""
    folder = tmp_path_factory.mktemp("guarded") / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, enforce_iam=True) as embedded:
        member_role(embedded)
        yield new_project(folder, embedded)


@pytest.fixture(scope="module")
def person(guarded: Project) -> dict[str, str]:
    """The keys of who bootstraps."""
    return user(guarded.embedded, "person", documented("The person who bootstraps"))


@pytest.fixture(scope="module")
def ci(guarded: Project, person: dict[str, str]) -> dict[str, str]:
    """The session of a CI job, after a person has bootstrapped."""
    answer = run(guarded, person, "bootstrap", "--yes")
    assert answer.code == 0, answer.err
    return in_role(guarded.embedded, user(guarded.embedded, "ci", documented("The CI job")), ORCHESTRATOR)


def test_the_role_of_the_ci_job_plans_deploys_looks_and_destroys(guarded: Project, ci: dict[str, str]) -> None:
    steps = [
        ("plan",),
        ("deploy", "--yes"),
        ("plan", "--exit-code"),
        ("status",),
        ("destroy", "--yes"),
    ]
    for step in steps:
        answer = run(guarded, ci, *step)

        assert answer.code == 0, (step, answer.out, answer.err)


def test_the_ci_job_may_do_nothing_without_its_role(guarded: Project, ci: dict[str, str]) -> None:
    stranger = user(guarded.embedded, "stranger", documented("The CI job"))

    answer = run(guarded, stranger, "plan")

    assert ci
    assert answer.code == 1
    assert "is not authorized to perform" in answer.err


def test_the_role_of_the_ci_job_cannot_change_the_roles(guarded: Project, ci: dict[str, str]) -> None:
    guarded.configure("environments:", "access: {role: other}\nenvironments:")

    answer = run(guarded, ci, "bootstrap", "--yes")

    guarded.configure("access: {role: other}\nenvironments:", "environments:")
    assert answer.code != 0
    assert "not authorized" in answer.err


def test_the_person_who_bootstrapped_destroys_what_bootstrap_made(
    guarded: Project, ci: dict[str, str], person: dict[str, str]
) -> None:
    refused = run(guarded, ci, "destroy", "--artifacts", "--yes")

    answer = run(guarded, person, "destroy", "--artifacts", "--yes")

    assert refused.code == 1
    assert (answer.code, answer.err if answer.code else "") == (0, "")
    assert root(guarded.embedded, "cloudformation").list_stack_sets(Status="ACTIVE")["Summaries"] == []
    assert root(guarded.embedded, "s3").list_buckets()["Buckets"] == []
