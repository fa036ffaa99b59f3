"""Places written down, what exists once, names that collide, us-east-1: what is told, and the nearest that is not."""

from __future__ import annotations

import pytest

from orchestrator.core.analysis.independence import regions_in
from tests.core.analysis.templates import Json, environment, one, resource, rules, said, template

OTHER = "arn:aws:sqs:us-east-1:111111111111:orders"
HERE = {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"}
ROLE = {"Service": "lambda.amazonaws.com"}
KEY = {"Fn::GetAtt": ["Key", "Arn"]}


def function(**variables: object) -> str:
    return one("Lambda::Function", {"Environment": {"Variables": variables}})


def running(action: str, service: str = "lambda.amazonaws.com") -> str:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    allowed = {"Statement": [{"Effect": "Allow", "Action": [action], "Resource": "arn"}]}
    return one("IAM::Role", {"AssumeRolePolicyDocument": trust, "Policies": [{"PolicyDocument": allowed}]})


def policy(*resources: str) -> str:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": list(resources)}
    return one("IAM::Policy", {"PolicyDocument": {"Statement": [statement]}})


def table(*keys: object, **attributes: object) -> str:
    replicas = [{"Region": "r", "SSESpecification": {"KMSMasterKeyId": key}} for key in keys]
    return one("DynamoDB::GlobalTable", {"Replicas": replicas}, **attributes)


def replicated(key: object, kind: str = "KMS::Key") -> str:
    rule = {"Destination": {"EncryptionConfiguration": {"ReplicaKmsKeyID": key}}}
    bucket = resource("S3::Bucket", {"ReplicationConfiguration": {"Rules": [rule]}})
    return template({"Bucket": bucket, "Key": resource(kind)})


def secret(*others: str, properties: Json | None = None, **attributes: object) -> str:
    made = {"One": resource("SecretsManager::Secret", properties, **attributes)}
    conditions = {"Once": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}}
    return template({**made, **{f"Other{n}": resource(kind) for n, kind in enumerate(others)}}, Conditions=conditions)


def record(**properties: object) -> str:
    return one("Route53::RecordSet", dict(properties))


GENERATED: Json = {"GenerateSecretString": {"PasswordLength": 32}}
REPLICATED: Json = {"ReplicaRegions": [{"Region": "us-west-2"}]}

# rule, what it objects to, the nearest to which it does not
CASES: list[tuple[str, str, str]] = [
    ("foreign-region", function(QUEUE=OTHER), function(QUEUE=HERE)),
    (
        "foreign-region",
        function(QUEUE={"Fn::Join": [":", ["arn:aws:sqs:us-east-1", "1", "q"]]}),
        function(QUEUE="us-east-1"),
    ),
    (
        "foreign-region",
        function(URL="https://sqs.us-east-1.amazonaws.com/1/q"),
        function(URL="https://us-east-1.fed.dev"),
    ),
    (
        "foreign-region",
        one("Lambda::Function", {"Layers": [OTHER]}),
        one("CloudWatch::Dashboard", {"DashboardBody": OTHER}),
    ),
    (
        "foreign-region",
        one("Lambda::Function", {"Layers": [OTHER]}),
        one("Lambda::Function", {"Layers": [{"Fn::FindInMap": ["Layers", {"Ref": "AWS::Region"}, "Arn"]}]}),
    ),
    (
        "foreign-region",
        one("Lambda::Function", {"Code": {"ImageUri": "1.dkr.ecr.us-east-1.amazonaws.com/app"}}),
        one("Lambda::Function", {"Code": {"ImageUri": {"Fn::Sub": "1.dkr.ecr.${AWS::Region}.amazonaws.com/app"}}}),
    ),
    ("foreign-region", function(FILES_BUCKET="files-us-east-1"), function(FILES="files-us-east-1")),
    ("foreign-region", function(BUCKET="files-us-east-1"), function(BUCKET={"Fn::Sub": "files-${AWS::Region}"})),
    ("foreign-region", policy(OTHER), policy(OTHER, OTHER.replace("us-east-1", "us-west-2"))),
    (
        "foreign-region",
        one("SNS::Topic", {"KmsMasterKeyId": OTHER}),
        one("SNS::Topic", {"KmsMasterKeyId": OTHER}, Condition="Once"),
    ),
    (
        "foreign-region",
        one("SNS::Topic", {"KmsMasterKeyId": {"Fn::If": ["Big", OTHER, HERE]}}),
        one("SNS::Topic", {"KmsMasterKeyId": {"Fn::If": ["Once", OTHER, HERE]}}),
    ),
    (
        "foreign-region",
        one("CloudFront::Distribution", {"DistributionConfig": {"Origins": [{"Id": OTHER}]}}),
        one("CloudFront::Distribution", {"DistributionConfig": {"ViewerCertificate": {"AcmCertificateArn": OTHER}}}),
    ),
    (
        "foreign-region",
        one("S3::Bucket", {"NotificationConfiguration": {"Queue": OTHER}}),
        one("S3::Bucket", {"ReplicationConfiguration": {"Role": OTHER}}),
    ),
    (
        "foreign-code",
        one("Lambda::Function", {"Code": {"S3Bucket": "my-code"}}),
        one("Lambda::Function", {"Code": {"S3Bucket": {"Fn::Sub": "code-${AWS::Region}"}}}),
    ),
    ("foreign-code", one("Lambda::LayerVersion", {"Content": {"S3Bucket": "my-code"}}), one("Lambda::LayerVersion")),
    ("table-per-region", table("a", "b"), table("a", "b", Condition="Once")),
    ("table-per-region", table("a", "b", Condition="Other"), table("a")),
    ("single-region-key", table(KEY, KEY), table("alias/a", "alias/b")),
    ("single-region-key", replicated(KEY), replicated({"Fn::GetAtt": "Key.Arn"}, "KMS::ReplicaKey")),
    ("single-region-key", replicated({"Ref": "Key"}), replicated("arn:other")),
    ("single-region-secret", secret(Condition="Once"), secret(Condition="Once", properties=REPLICATED)),
    ("single-region-secret", secret("RDS::GlobalCluster", properties=GENERATED), secret(properties=GENERATED)),
    ("single-region-secret", secret("RDS::GlobalCluster", properties=GENERATED), secret("RDS::GlobalCluster")),
    (
        "name-collides",
        one("S3::Bucket", {"BucketName": "data"}),
        one("S3::Bucket", {"BucketName": {"Ref": "AWS::StackName"}}),
    ),
    (
        "name-collides",
        one("S3::Bucket", {"BucketName": "data"}),
        one("S3::Bucket", {"BucketName": "data"}, Condition="Once"),
    ),
    ("name-collides", one("S3::Bucket", {"BucketName": "data"}), one("S3::Bucket")),
    (
        "name-collides",
        one("CloudWatch::Dashboard", {"DashboardName": "sample"}),
        one("CloudWatch::Dashboard", {"DashboardName": {"Fn::Sub": "sample-${AWS::Region}"}}),
    ),
    (
        "name-collides",
        one("CloudFront::OriginAccessControl", {"OriginAccessControlConfig": {"Name": "{Ref}"}}),
        one("CloudFront::OriginAccessControl", {"OriginAccessControlConfig": {"Name": {"Ref": "One"}}}),
    ),
    ("name-collides", record(Name="fed.dev"), record(Name={"Fn::Sub": "${AWS::Region}.fed.dev"})),
    ("name-collides", record(Name="fed.dev"), record(Name="fed.dev", SetIdentifier="east")),
    (
        "role-without-region",
        one("IAM::Role", {"RoleName": "app"}),
        one("IAM::Role", {"RoleName": {"Fn::Join": ["-", ["app", {"Ref": "AWS::Region"}]]}}),
    ),
    (
        "role-without-region",
        one("IAM::ManagedPolicy", {"ManagedPolicyName": {"Ref": "Name"}}),
        one("IAM::ManagedPolicy"),
    ),
    (
        "role-without-region",
        one("IAM::Role", {"RoleName": "app"}),
        one("IAM::Role", {"RoleName": "app"}, Condition="Once"),
    ),
    ("global-control-plane", running("route53:ChangeResourceRecordSets"), running("route53:ListHostedZones")),
    ("global-control-plane", running("iam:CreateRole"), running("iam:PassRole")),
    ("global-control-plane", running("iam:CreateRole"), running("iam:CreateRole", "cloudformation.amazonaws.com")),
    ("global-control-plane", running("s3:CreateBucket"), running("s3:PutObject")),
    ("global-control-plane", function(STS="https://sts.amazonaws.com"), function(STS="https://sts.us-east-1.fed.dev")),
    (
        "global-control-plane",
        function(STS="sts.amazonaws.com"),
        one(
            "IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [{"Principal": {"Service": "iam.amazonaws.com"}}]}}
        ),
    ),
]


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_what_ties_regions_together_is_told_and_what_does_not_is_not(rule: str, bad: str, good: str) -> None:
    assert rules(bad, rule) != []
    assert rules(good, rule) == []


@pytest.mark.parametrize(
    ("name", "accounts", "units", "lacks"),
    [
        ("data", ("1", "2"), (), "no region and no account"),
        ("data-${AWS::Region}", ("1", "2"), (), "no account"),
        ("data-${AWS::Region}", (), ("ou-1",), "no account"),
        ("data-${AWS::AccountId}", ("1", "2"), (), "no region"),
    ],
)
def test_a_bucket_name_says_which_account_and_region_it_is_of(
    name: str, accounts: tuple[str, ...], units: tuple[str, ...], lacks: str
) -> None:
    bucket = one("S3::Bucket", {"BucketName": {"Fn::Sub": name}})
    found = said(bucket, environment=environment(accounts=accounts, units=units))

    assert [f.message.partition(" has ")[2].partition(")")[0] for f in found if f.rule == "name-collides"] == [
        f"{lacks} in it"
    ]


def test_one_account_needs_no_account_in_the_name() -> None:
    bucket = one("S3::Bucket", {"BucketName": {"Fn::Sub": "data-${AWS::Region}"}})

    assert rules(bucket, "name-collides") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (OTHER, {"us-east-1"}),
        ("arn:${AWS::Partition}:lambda:us-east-2:1:layer:own", {"us-east-2"}),
        ("https://sqs.eu-north-1.${AWS::URLSuffix}/1/q", {"eu-north-1"}),
        ("arn:aws-us-gov:kms:us-gov-west-1:1:key/k", {"us-gov-west-1"}),
        ("https://dynamodb.eu-central-1.amazonaws.com", {"eu-central-1"}),
        ("my-bucket.s3.ap-southeast-2.amazonaws.com", {"ap-southeast-2"}),
        ("my-bucket.s3-eu-west-1.amazonaws.com", {"eu-west-1"}),
        ("abc123.execute-api.us-west-2.amazonaws.com and abc.lambda-url.eu-west-3.on.aws", {"us-west-2", "eu-west-3"}),
        ("arn:aws:s3:::files-us-east-1/*", {"us-east-1"}),
        ("s3://files-us-west-1", {"us-west-1"}),
        ("s3://files/us-west-1", set()),
        ("arn:aws:iam::111111111111:role/us-east-1", set()),
        ("us-east-1 is nice", set()),
        ("arn:aws:sqs:${AWS::Region}:1:q", set()),
    ],
)
def test_a_region_is_found_in_arns_and_endpoints_and_nowhere_else(text: str, found: set[str]) -> None:
    assert regions_in(text) == found
