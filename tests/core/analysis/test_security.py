"""Policies, buckets, stores, secrets and security groups: what is told, and the nearest that is not."""

from __future__ import annotations

import pytest

from orchestrator.core.plan import Severity
from tests.core.analysis.templates import Json, one, rules, said, template

BLOCKED = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
ORDERS = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/sample-orders"}
FILES = {"Fn::Sub": "arn:${AWS::Partition}:s3:::sample-files-${AWS::Region}/*"}
ALL_TABLES = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"}
TOKEN = "q8Zr1mVt"


def role(**statement: object) -> str:
    document = {"Statement": {"Effect": "Allow", **statement}}
    return one("IAM::Role", {"Policies": [{"PolicyName": "p", "PolicyDocument": document}]})


def bucket_policy(**statement: object) -> str:
    return one("S3::BucketPolicy", {"PolicyDocument": {"Statement": [{"Effect": "Allow", **statement}]}})


def function(**variables: object) -> str:
    return one("Lambda::Function", {"Environment": {"Variables": variables}})


def container(name: str, value: object) -> str:
    return one("ECS::TaskDefinition", {"ContainerDefinitions": [{"Environment": [{"Name": name, "Value": value}]}]})


def parameter(**declared: object) -> str:
    return template({}, Parameters={"Token": {"Type": "String", **declared}})


def group(**rule: object) -> str:
    return one("EC2::SecurityGroup", {"SecurityGroupIngress": [rule]})


def database(**properties: object) -> str:
    return one("RDS::DBCluster", dict(properties))


# rule, what it objects to, the nearest to which it does not
CASES: list[tuple[str, str, str]] = [
    (
        "policy-wildcard",
        role(Action="s3:GetObject", Resource="arn:aws:s3:::*/*"),
        role(Action="s3:GetObject", Resource=FILES),
    ),
    ("policy-wildcard", role(Action="*", Resource=ORDERS), role(Action="dynamodb:GetItem", Resource=ORDERS)),
    ("policy-wildcard", role(Action=["s3:*"], Resource=ORDERS), role(Action=["s3:Get*"], Resource=ORDERS)),
    ("policy-wildcard", role(Action="sqs:SendMessage", Resource="*"), role(Action="sqs:ListQueues", Resource="*")),
    (
        "policy-wildcard",
        role(Action="dynamodb:GetItem", Resource=ALL_TABLES),
        role(Action="xray:PutTraceSegments", Resource="*"),
    ),
    ("policy-wildcard", role(NotAction="iam:*", Resource=ORDERS), role(Effect="Deny", NotAction="iam:*", Resource="*")),
    ("policy-wildcard", role(Action="s3:*", Resource="*"), role(Effect="Deny", Action="s3:*", Resource="*")),
    (
        "policy-wildcard",
        role(Action="sns:Publish", Resource="*"),
        role(Action="sns:Publish", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/a": "b"}}),
    ),
    (
        "policy-wildcard",
        one(
            "IAM::ManagedPolicy",
            {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
        ),
        one(
            "IAM::ManagedPolicy",
            {"PolicyDocument": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}},
        ),
    ),
    ("policy-public", bucket_policy(Principal="*"), bucket_policy(Principal={"AWS": "111111111111"})),
    (
        "policy-public",
        bucket_policy(Principal={"AWS": ["*"]}),
        bucket_policy(Principal={"Service": "s3.amazonaws.com"}),
    ),
    (
        "policy-public",
        bucket_policy(NotPrincipal={"AWS": "1"}),
        bucket_policy(Effect="Deny", NotPrincipal={"AWS": "1"}),
    ),
    (
        "policy-public",
        bucket_policy(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        bucket_policy(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    (
        "policy-public",
        one("Events::EventBusPolicy", {"Statement": {"Effect": "Allow", "Principal": "*"}}),
        one("Events::EventBusPolicy", {"Principal": "111111111111", "Action": "events:PutEvents"}),
    ),
    (
        "bucket-public",
        one("S3::Bucket", {"AccessControl": "PublicRead"}),
        one("S3::Bucket", {"AccessControl": "Private"}),
    ),
    (
        "bucket-unguarded",
        one("S3::Bucket", {"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicAcls": False}}),
        one("S3::Bucket", {"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicAcls": {"Ref": "P"}}}),
    ),
    ("bucket-unguarded", one("S3::Bucket"), one("S3::Bucket", {"PublicAccessBlockConfiguration": BLOCKED})),
    ("store-unencrypted", database(), database(StorageEncrypted=True)),
    ("store-unencrypted", database(StorageEncrypted="false"), database(SnapshotIdentifier="s")),
    ("store-unencrypted", one("SNS::Topic"), one("SNS::Topic", {"KmsMasterKeyId": "alias/aws/sns"})),
    ("store-unencrypted", one("SQS::Queue", {"SqsManagedSseEnabled": False}), one("SQS::Queue")),
    (
        "store-unencrypted",
        one("SQS::Queue", {"SqsManagedSseEnabled": False}),
        one("SQS::Queue", {"SqsManagedSseEnabled": False, "KmsMasterKeyId": "alias/k"}),
    ),
    ("plain-secret", function(DB_PASSWORD=TOKEN), function(DB_PASSWORD={"Ref": "Password"})),
    ("plain-secret", function(API_KEY=TOKEN), function(API_KEYS_TABLE=TOKEN)),
    ("plain-secret", function(TOKEN=TOKEN), function(TOKEN="sample-production-token")),
    ("plain-secret", function(TOKEN=TOKEN), function(TOKEN="{{resolve:secretsmanager:token}}")),
    ("plain-secret", function(NOTE="AKIA" + "A" * 16), function(NOTE="AKIA")),
    ("plain-secret", container("TOKEN", TOKEN), container("REGION", TOKEN)),
    ("plain-secret", container("TOKEN", TOKEN), container("TOKEN", 5)),
    (
        "plain-secret",
        one("SSM::Parameter", {"Name": "/sample/token", "Value": TOKEN}),
        one("SSM::Parameter", {"Name": "/sample/table", "Value": TOKEN}),
    ),
    ("plain-secret", database(MasterUserPassword=TOKEN), database(ManageMasterUserPassword=True)),
    (
        "plain-secret",
        one("SecretsManager::Secret", {"SecretString": TOKEN}),
        one("SecretsManager::Secret", {"Name": TOKEN}),
    ),
    ("plain-secret", parameter(NoEcho=True, Default=TOKEN), parameter(NoEcho=True)),
    ("plain-secret", parameter(NoEcho="true", Default=TOKEN), parameter(Default=TOKEN)),
    (
        "security-group-open",
        group(CidrIp="0.0.0.0/0", FromPort=22, ToPort=22),
        group(CidrIp="10.0.0.0/16", FromPort=22, ToPort=22),
    ),
    (
        "security-group-open",
        group(CidrIpv6="::/0", FromPort=0, ToPort=443),
        group(CidrIpv6="::/0", FromPort="443", ToPort=443),
    ),
    (
        "security-group-open",
        one("EC2::SecurityGroupIngress", {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}),
        one("EC2::SecurityGroupIngress", {"SourceSecurityGroupId": "sg-1", "IpProtocol": "-1"}),
    ),
]


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_what_lets_too_many_in_is_told_and_what_does_not_is_not(rule: str, bad: str, good: str) -> None:
    assert rules(bad, rule) != []
    assert rules(good, rule) == []


def test_a_secret_is_never_shown() -> None:
    found = [*said(function(DB_PASSWORD=TOKEN)), *said(parameter(NoEcho=True, Default=TOKEN))]

    assert [one.rule for one in found if one.severity is Severity.ERROR] == ["plain-secret", "plain-secret"]
    assert TOKEN not in repr(found)


def test_the_place_is_told_down_to_the_property() -> None:
    properties: Json = {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}

    assert rules(one("EC2::SecurityGroup", properties), "security-group-open") == [
        "infra: Resources.One.Properties.SecurityGroupIngress.1"
    ]
    assert rules(parameter(NoEcho=True, Default=TOKEN), "plain-secret") == ["infra: Parameters.Token.Default"]


def test_a_key_policy_that_gives_the_account_power_is_no_wildcard() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*"}
    key = one("KMS::Key", {"KeyPolicy": {"Statement": [{**statement, "Resource": "*"}]}})

    assert rules(key, "policy-wildcard") == rules(key, "policy-public") == []
