"""Least privilege: the documented permissions, and nothing else, carry the flow where the embedded AWS enforces IAM."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.credentials import Credentials

from orchestrator.aws.alarms import AwsAlarms
from orchestrator.aws.credentials import Sts
from orchestrator.aws.drill_log import AwsDrillLog
from orchestrator.aws.functions import AwsFunctions
from orchestrator.aws.journals import AwsJournals
from orchestrator.aws.outages import AwsOutages
from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillMode, DrillRecord, Outage
from orchestrator.core.errors import AccessDenied
from orchestrator.journal_store import Segment
from tests.e2e.conftest import Answer, Project, new_project
from tests.e2e.judging import make_judge
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
        aws_session_token=caller.get("AWS_SESSION_TOKEN"),
    )
    taken = sts.assume_role(RoleArn=role, RoleSessionName="ci")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }


@dataclass(frozen=True)
class Given:
    """A session in a role, for gateways in this process; whatever the account."""

    session: dict[str, str]
    ignores_configuration: bool = True

    def home_account(self, sts: Sts) -> str:
        return HOME

    def credentials(self, account: str, sts: Sts) -> Credentials:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return Credentials(*(self.session[name] for name in names))


@contextlib.contextmanager
def acting(embedded: Embedded, session: dict[str, str]) -> Iterator[Sessions]:
    """Gateways' sessions with the credentials of one role."""
    made = Sessions("aws", credentials=Given(session), endpoint_url=embedded.aws.endpoint_url)
    try:
        yield made
    finally:
        made.close()


def apis(embedded: Embedded) -> dict[str, str]:
    """Host -> API, one HTTP and one REST API of the target account, in us-east-1."""
    http, rest = (embedded.client(name, "us-east-1", TARGET, secret="test") for name in ("apigatewayv2", "apigateway"))
    made = {"http.fed.dev": http.create_api(Name="http", ProtocolType="HTTP")["ApiId"]}
    http.create_route(ApiId=made["http.fed.dev"], RouteKey="GET /pets")
    http.create_stage(ApiId=made["http.fed.dev"], StageName="live")
    made["rest.fed.dev"] = rest.create_rest_api(name="rest")["id"]
    rest.create_deployment(restApiId=made["rest.fed.dev"], stageName="live")
    certificate = {"CertificateArn": "arn:aws:acm:::certificate/x", "EndpointType": "REGIONAL"}
    for host, api in made.items():
        http.create_domain_name(DomainName=host, DomainNameConfigurations=[certificate])
        http.create_api_mapping(DomainName=host, ApiId=api, Stage="live")
    return made


def run(project: Project, caller: dict[str, str], *words: str) -> Answer:
    return replace(project, environment=caller).run(*words)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project on an embedded AWS that enforces IAM, where nothing was done yet."""
    folder = tmp_path_factory.mktemp("guarded") / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, enforce_iam=True) as embedded:
        member_role(embedded)
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        root(embedded, "iam", TARGET).create_role(
            RoleName="judge", AssumeRolePolicyDocument=json.dumps(policy_of(trust))
        )
        for region in ("us-east-1", "us-west-2"):
            for name in ("judge", "shop-production-other"):
                make_judge(embedded.client("lambda", region, TARGET, secret="test"), passes=True, name=name)
        project = new_project(folder, embedded)
        with (folder / "regions.yaml").open("a") as file:
            file.write("gates: {function: judge}\n")
        yield project


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


def test_a_denial_in_mid_run_names_the_policy_line_keeps_what_was_done_and_the_same_command_goes_on(
    guarded: Project, ci: dict[str, str]
) -> None:
    iam, role, sets = root(guarded.embedded, "iam"), ORCHESTRATOR.rpartition("/")[2], "shop-production-compute"
    lost = {"Effect": "Deny", "Action": "cloudformation:CreateStackInstances", "Resource": f"*:stackset/{sets}:*"}
    run(guarded, ci, "plan", "--out", "plan.json")
    iam.put_role_policy(RoleName=role, PolicyName="lost", PolicyDocument=json.dumps(policy_of(lost)))

    denied = run(guarded, ci, "deploy", "--plan", "plan.json", "--yes", "--format", "json")
    iam.delete_role_policy(RoleName=role, PolicyName="lost")
    answer = run(guarded, ci, "deploy", "--yes", "--format", "json")

    steps = {one["id"]: one for one in denied.json["steps"]}
    reason = steps["instances:compute:us-west-2"]["reason"]
    assert (denied.code, denied.json["verdict"]) == (1, "failed")
    assert steps["instances:infra:us-west-2"]["status"] == steps["create:compute"]["status"] == "succeeded"
    assert steps["records"]["status"] == "skipped"
    assert (
        f"take cloudformation:CreateStackInstances on arn:aws:cloudformation:us-west-2:{HOME}:stackset/{sets}" in reason
    )
    assert f"out of the deny in the policies of role {role} in account {HOME}" in reason
    assert answer.code == 0, answer.err
    assert not {"create:compute", "instances:infra:us-west-2"} & {one["id"] for one in answer.json["steps"]}


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


def test_the_role_in_a_target_account_lets_apis_fail_puts_them_back_and_reads_alarms(
    guarded: Project, ci: dict[str, str]
) -> None:
    embedded = guarded.embedded
    made = apis(embedded)
    outage = Outage("us-east-1", tuple((TARGET, host) for host in made))
    stage = {"ApiId": made["http.fed.dev"], "StageName": "live"}
    http = embedded.client("apigatewayv2", "us-east-1", TARGET, secret="test")

    with acting(embedded, in_role(embedded, ci, ORCHESTRATOR.replace(HOME, TARGET))) as sessions:
        outages = AwsOutages(sessions)
        outages.begin(outage, lasts_s=60)
        during = http.get_stage(**stage)["RouteSettings"]
        outages.end(outage)
        alarms = AwsAlarms(sessions).in_alarm(TARGET, "us-east-1", ("errors",))
        for operation, wanted in (
            ("DeleteStage", stage),
            ("DeleteApi", {"ApiId": stage["ApiId"]}),
            ("UpdateApi", {"ApiId": stage["ApiId"], "Name": "mine"}),
            ("CreateRoute", {"ApiId": stage["ApiId"], "RouteKey": "GET /mine"}),
        ):
            asking = sessions.calling("apigatewayv2", operation, region="us-east-1", account=TARGET)
            with pytest.raises(AccessDenied, match="not authorized"), asking as own:
                getattr(own, xform_name(operation))(**wanted)

    assert during == {"GET /pets": {"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0.0}}
    assert http.get_stage(**stage)["RouteSettings"] == {}
    assert alarms == ()


def test_the_role_in_a_target_account_asks_the_function_that_judges_releases_and_no_other(
    guarded: Project, ci: dict[str, str]
) -> None:
    asked = '{"release": "one", "region": "us-west-2"}'

    with acting(guarded.embedded, in_role(guarded.embedded, ci, ORCHESTRATOR.replace(HOME, TARGET))) as sessions:
        answer = AwsFunctions(sessions).invoke(TARGET, "us-west-2", "judge", asked)
        with pytest.raises(AccessDenied):
            AwsFunctions(sessions).invoke(TARGET, "us-west-2", "shop-production-other", asked)

    assert json.loads(answer.payload) == {"ok": True, "reason": "judged one in us-west-2"}


def test_the_role_of_the_ci_job_notes_drills_in_the_artifact_buckets(guarded: Project, ci: dict[str, str]) -> None:
    bucket = f"shop-production-{HOME}-us-west-2"
    started = datetime(2026, 11, 1, 12, tzinfo=UTC)
    note = DrillRecord(run="20261101T120000Z", region="us-east-1", mode=DrillMode.OUTAGE, started_at=started, by="ci")

    with acting(guarded.embedded, ci) as sessions:
        log = AwsDrillLog(sessions)
        log.write("us-west-2", bucket, note)
        read = log.read("us-west-2", bucket, ended=9)

    assert read == (note,)


def test_the_role_of_the_ci_job_leaves_and_reads_copies_of_journals(guarded: Project, ci: dict[str, str]) -> None:
    place = ("us-east-1", f"shop-production-{HOME}-us-east-1", "production")
    segment = Segment(0, b"line")

    with acting(guarded.embedded, ci) as sessions:
        journals = AwsJournals(sessions)
        journals.put(*place, "20261101T120000Z-deploy-a1b2c3", segment)
        runs, read = journals.runs(*place), journals.segments(*place, "20261101T120000Z-deploy-a1b2c3")

    assert "20261101T120000Z-deploy-a1b2c3" in runs
    assert read == (segment,)


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
