"""What compute takes by name, held against what infra makes."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.analysis import analyse
from orchestrator.core.analysis.joint_names import may_be_equal
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.topology import Accepted
from tests.core.analysis.templates import Json, environment, resource, template, topology

P = "sample-production"
HERE = "${AWS::Region}:${AWS::AccountId}"
OTHER = resource("SNS::Topic", {"TopicName": f"{P}-news"})


def found(infra: Json, compute: Json, rule: str = "missing-in-infra", **sections: Any) -> list[Finding]:
    """What one rule says of both layers; each has something in it besides what is given."""
    bodies = {"infra": template({"Other": OTHER, **infra}), "compute": template({"Own": OTHER, **compute}, **sections)}
    return [one for one in analyse(topology(), environment(), bodies) if one.rule == rule]


def env(value: object) -> Json:
    """A function with one variable."""
    return {"Function": resource("Lambda::Function", {"Environment": {"Variables": {"X": value}}})}


def sub(text: str) -> Json:
    return {"Fn::Sub": text}


def arn(service: str, rest: str) -> Json:
    return sub(f"arn:${{AWS::Partition}}:{service}:{HERE}:{rest}")


PAIRS: dict[str, tuple[Json, Json]] = {
    "parameter": (
        env(f"{{{{resolve:ssm:/orchestrator/{P}/network/functions-sg}}}}"),
        resource("SSM::Parameter", {"Name": f"/orchestrator/{P}/network/functions-sg"}),
    ),
    "version of a parameter": (
        env(f"{{{{resolve:ssm:/orchestrator/{P}/database/endpoint:3}}}}"),
        resource("SSM::Parameter", {"Name": f"/orchestrator/{P}/database/endpoint"}),
    ),
    "secret": (
        env(f"{{{{resolve:secretsmanager:{P}-acme:SecretString}}}}"),
        resource("SecretsManager::Secret", {"Name": f"{P}-acme"}),
    ),
    "ARN of a secret": (
        env(arn("secretsmanager", f"secret:{P}-acme-??????")),
        resource("SecretsManager::Secret", {"Name": f"{P}-acme"}),
    ),
    "repository": (
        env(sub(f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{P}/web@sha256:{'a' * 64}")),
        resource("ECR::Repository", {"RepositoryName": f"{P}/web"}),
    ),
    "queue": (env(arn("sqs", f"{P}-jobs")), resource("SQS::Queue", {"QueueName": f"{P}-jobs"})),
    "table": (env(arn("dynamodb", f"table/{P}-a/index/*")), resource("DynamoDB::GlobalTable", {"TableName": f"{P}-a"})),
    "bucket": (
        env(sub(f"arn:${{AWS::Partition}}:s3:::{P}-a-${{AWS::AccountId}}-${{AWS::Region}}/canaries/*")),
        resource("S3::Bucket", {"BucketName": sub(f"{P}-a-${{AWS::AccountId}}-${{AWS::Region}}")}),
    ),
    "bus": (
        {"Rule": resource("Events::Rule", {"EventBusName": f"{P}-shop"})},
        resource("Events::EventBus", {"Name": f"{P}-shop"}),
    ),
    "cluster": (
        {"Service": resource("ECS::Service", {"Cluster": P})},
        resource("ECS::Cluster", {"ClusterName": P}),
    ),
    "key": (env(f"alias/{P}-records"), resource("KMS::Alias", {"AliasName": f"alias/{P}-records"})),
    "domain name": (
        {"Mapping": resource("ApiGatewayV2::ApiMapping", {"DomainName": sub("${AWS::Region}.sample.fed.dev")})},
        resource("ApiGatewayV2::DomainName", {"DomainName": sub("${AWS::Region}.sample.fed.dev")}),
    ),
    "workflow": (
        env(arn("states", f"stateMachine:{P}-fulfil")),
        resource("StepFunctions::StateMachine", {"StateMachineName": f"{P}-fulfil"}),
    ),
}


@pytest.mark.parametrize(("taker", "maker"), PAIRS.values(), ids=PAIRS)
def test_what_compute_names_must_be_made(taker: Json, maker: Json) -> None:
    (orphan,) = found({}, taker)

    assert orphan.severity is Severity.ERROR
    assert orphan.where.startswith("compute: Resources.")
    assert found({"Made": maker}, taker) == []


def test_a_parameter_of_the_template_that_is_read_out_of_ssm_counts() -> None:
    name = f"/orchestrator/{P}/network/vpc"
    parameters = {"Vpc": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": name}, "Plain": {"Type": "String"}}

    (orphan,) = found({}, {}, Parameters=parameters)

    assert orphan.where == "compute: Parameters.Vpc.Default"
    assert found({"Made": resource("SSM::Parameter", {"Name": name})}, {}, Parameters=parameters) == []


@pytest.mark.parametrize(
    "value",
    [
        arn("sqs", "elsewhere-jobs"),
        arn("sqs", f"{P}-*"),
        arn("lambda", f"function:{P}-app:live"),
        arn("dynamodb", "global-table/x"),
        arn("sqs", ":"),
        "arn:" + "${A}" * 60 + ":" + "$" * 60,
        sub(f"arn:${{AWS::Partition}}:sqs:us-east-1:${{AWS::AccountId}}:{P}-jobs"),
        sub(f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:222222222222:{P}-jobs"),
        f"{{{{resolve:ssm:/{P}/webhook}}}}",
        "{{resolve:ssm:/orchestrator/x}}",
        {"Fn::GetAtt": ["Own", "TopicName"]},
    ],
)
def test_what_may_come_from_elsewhere_is_no_finding(value: object) -> None:
    assert found({}, env(value)) == []


def test_a_domain_name_of_somebody_else_is_no_finding() -> None:
    mapping = resource("ApiGatewayV2::ApiMapping", {"DomainName": "api.example.com"})

    assert found({}, {"Mapping": mapping}) == []


@pytest.mark.parametrize(
    "name", [{"Ref": "Name"}, sub(f"{P}-${{Which}}"), {"Fn::If": ["Large", "a", "b"]}, sub(f"{P}-j${{A}}s")]
)
def test_a_name_that_only_cloudformation_knows_may_be_the_one(name: object) -> None:
    assert found({"Made": resource("SQS::Queue", {"QueueName": name})}, env(arn("sqs", f"{P}-jobs"))) == []


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("a-b", "a-b", True),
        ("a-b", "a-c", False),
        ("a-${X}", "a-b", True),
        ("b-${X}", "a-b", False),
        ("a[${X}", "a[1", True),
        ("a-${X}-c", "a-b-${Y}", True),
        ("a-${X}-c", "a-b-${Y}-d", False),
        ("a-${X}", "b-${Y}", False),
    ],
)
def test_texts_with_unknown_parts_are_held_against_each_other(one: str, other: str, may: bool) -> None:
    assert may_be_equal(one, other) is may
    assert may_be_equal(other, one) is may


@pytest.mark.parametrize(
    ("infra", "sections"),
    [
        ({"Nested": resource("CloudFormation::Stack")}, {}),
        ({"Module": {"Type": "My::Own::Thing::MODULE"}}, {}),
        ({}, {"Transform": "AWS::LanguageExtensions"}),
    ],
)
def test_nothing_is_said_where_not_everything_can_be_read(infra: Json, sections: Json) -> None:
    assert found(infra, env(arn("sqs", f"{P}-jobs")), **sections) == []


def test_a_layer_that_is_no_template_makes_no_findings() -> None:
    bodies = {"infra": "no template", "compute": template(env(arn("sqs", f"{P}-jobs")))}

    assert [one for one in analyse(topology(), environment(), bodies) if one.rule == "missing-in-infra"] == []


def test_a_right_is_told_only_when_nothing_uses_the_thing() -> None:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("sqs", f"{P}-jobs")}
    policy = resource("IAM::Policy", {"PolicyDocument": {"Statement": [statement]}})

    assert [one.where for one in found({}, {"A": policy})] == [
        "compute: Resources.A.Properties.PolicyDocument.Statement.0.Resource"
    ]
    assert [one.where for one in found({}, {"A": policy, **env(arn("sqs", f"{P}-jobs"))})] == [
        "compute: Resources.Function.Properties.Environment.Variables.X"
    ]


def test_a_resource_is_told_once_of_each_thing() -> None:
    twice = {"A": arn("sqs", f"{P}-jobs"), "B": arn("sqs", f"{P}-jobs"), "C": arn("sqs", f"{P}-lost")}

    orphans = found({}, {"Function": resource("Lambda::Function", {"Environment": {"Variables": twice}})})

    assert [one.where[-1] for one in orphans] == ["A", "C"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{{{{resolve:ssm:/orchestrator/{P}/network/subnets/3}}}}", "`network: {zones: 3}` of infra makes it"),
        (f"{{{{resolve:ssm:/orchestrator/{P}/load-balancer/listener}}}}", "`entry: service` of infra makes it"),
        (f"{{{{resolve:ssm:/orchestrator/{P}/own}}}}", f"no parameter /orchestrator/{P}/own)"),
        (f"{{{{resolve:ssm:/orchestrator/{P}/}}}}", f"no parameter /orchestrator/{P}/)"),
        (arn("sqs", f"{P}-jbos"), f"no queue {P}-jbos; the nearest is {P}-jobs; `queues` of infra makes it"),
    ],
)
def test_the_message_says_what_to_turn_on(text: object, said: str) -> None:
    (orphan,) = found({"Jobs": resource("SQS::Queue", {"QueueName": f"{P}-jobs"})}, env(text))

    assert said in orphan.message


def test_what_comes_from_elsewhere_is_suppressed_with_a_reason() -> None:
    bodies = {"infra": template({"Other": OTHER}), "compute": template(env(arn("sqs", f"{P}-jobs")))}
    accepted = Accepted("compute.Function", "missing-in-infra", "made by the team of the jobs")

    findings = analyse(topology(accepted), environment(), bodies)

    assert [one.severity for one in findings if one.rule == "missing-in-infra"] == [Severity.INFO]


# -- a queue and its reader --------------------------------------------------------------------------------------------


def mapped(visibility: object, timeout: object, function: object = None) -> list[str]:
    queue = resource("SQS::Queue", {"QueueName": f"{P}-jobs", "VisibilityTimeout": visibility})
    compute = {
        "Worker": resource("Lambda::Function", {"Timeout": timeout}),
        "Live": resource("Lambda::Alias", {"FunctionName": {"Ref": "Worker"}}),
        "Loop": resource("Lambda::Alias", {"FunctionName": {"Ref": "Loop"}}),
        "Mapping": resource(
            "Lambda::EventSourceMapping",
            {"EventSourceArn": arn("sqs", f"{P}-jobs"), "FunctionName": function or {"Ref": "Live"}},
        ),
    }
    return [one.message for one in found({"Jobs": queue}, compute, "visibility-under-timeout")]


def test_a_queue_must_hide_a_message_for_as_long_as_its_function_may_run() -> None:
    (message,) = mapped(20, 300)

    assert f"{P}-jobs 20 s, the function 300 s" in message


@pytest.mark.parametrize(
    ("visibility", "timeout", "function"),
    [
        (300, 300, None),
        ("300", "20", None),
        (None, None, None),
        ({"Ref": "Seconds"}, 300, None),
        (20, {"Ref": "Seconds"}, None),
        (20, 300, {"Ref": "Loop"}),
        (20, 300, "somebody-elses"),
    ],
)
def test_times_that_fit_or_are_not_known_are_no_finding(visibility: object, timeout: object, function: object) -> None:
    assert mapped(visibility, timeout, function) == []


# -- Container Insights ------------------------------------------------------------------------------------------------


def blind(insights: Json, **properties: object) -> list[str]:
    cluster = resource("ECS::Cluster", {"ClusterName": P, **insights})
    alarm = resource("CloudWatch::Alarm", properties)
    return [one.where for one in found({"Cluster": cluster}, {"Alarm": alarm}, "alarm-without-data")]


OFF = {"ClusterSettings": [{"Name": "containerInsights", "Value": "disabled"}]}
ON = {"ClusterSettings": [{"Name": "containerInsights", "Value": "enhanced"}]}
METRIC = {
    "Namespace": "ECS/ContainerInsights",
    "Dimensions": [{"Name": "ClusterName", "Value": P}, {"Name": "ServiceName", "Value": "x"}],
}


def test_an_alarm_on_tasks_needs_a_cluster_that_counts_them() -> None:
    assert blind(OFF, **METRIC) == ["compute: Resources.Alarm.Properties"]
    assert blind(OFF, Metrics=[{"MetricStat": {"Metric": METRIC}}]) == ["compute: Resources.Alarm.Properties"]
    assert blind(ON, **METRIC) == []
    assert blind({}, **METRIC) == []
    assert blind(OFF, **{**METRIC, "Namespace": "AWS/ECS"}) == []
