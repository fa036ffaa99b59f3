"""The one place that says which actions CloudFormation needs for a resource type, on which resources.

The execution role gets the union over the types of its templates. Action lists follow the `permissions` of each type's
handlers in the CloudFormation registry, cut to the properties that our templates use. `{p}` stands for the
application's prefix; the account and partition are filled in by CloudFormation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INFRA_TYPES = (
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CertificateManager::Certificate",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::SSM::Parameter",
)
COMPUTE_TYPES = (
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
)
CONTROL_TYPES = ("AWS::CloudWatch::Alarm", "AWS::S3::Bucket", "AWS::S3::BucketPolicy")


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions of one service on resources (ARNs after `arn:<partition>:`, or `*` where AWS knows no resources)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()


def _linked_role(sid: str, service: str) -> Grant:
    return Grant(
        sid,
        ("iam:CreateServiceLinkedRole",),
        (f"iam::{{account}}:role/aws-service-role/{service}/*",),
        (("StringEquals", (("iam:AWSServiceName", (service,)),)),),
    )


_API_CALLS = ("apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT")
_API = Grant(
    "Apis",
    _API_CALLS,
    ("apigateway:*::/apis", "apigateway:*::/apis/*", "apigateway:*::/tags/*"),
)
_DOMAINS = Grant(
    "ApiDomains",
    _API_CALLS,
    ("apigateway:*::/domainnames", "apigateway:*::/domainnames/*", "apigateway:*::/tags/*"),
)
_CERTIFICATES = (
    # There is nothing to name before it exists.
    Grant("NewCertificates", ("acm:RequestCertificate",), ("*",)),
    Grant(
        "Certificates",
        (
            "acm:AddTagsToCertificate",
            "acm:DeleteCertificate",
            "acm:DescribeCertificate",
            "acm:ListTagsForCertificate",
            "acm:RemoveTagsFromCertificate",
        ),
        ("acm:*:{account}:certificate/*",),
    ),
)
_TABLES = (
    Grant(
        "Tables",
        (
            "dynamodb:CreateTable",
            "dynamodb:CreateTableReplica",
            "dynamodb:DeleteTable",
            "dynamodb:DeleteTableReplica",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeContributorInsights",
            "dynamodb:DescribeKinesisStreamingDestination",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTableReplicaAutoScaling",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateContributorInsights",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTableReplicaAutoScaling",
            "dynamodb:UpdateTimeToLive",
            # Making a replica reads and writes items in the name of whoever asks for it.
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ),
        ("dynamodb:*:{account}:table/{p}-*",),
    ),
    # CloudFormation asks for scaling whatever the billing mode.
    Grant(
        "TableScalingReads",
        (
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:DescribeScheduledActions",
        ),
        ("*",),
    ),
    _linked_role("TableReplication", "replication.dynamodb.amazonaws.com"),
)
_KEYS = (
    Grant("NewKeys", ("kms:CreateKey", "kms:ListAliases"), ("*",)),
    Grant(
        "Keys",
        (
            "kms:CreateAlias",
            "kms:DeleteAlias",
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ),
        ("kms:*:{account}:key/*", "kms:*:{account}:alias/{p}"),
    ),
)
_PARAMETERS = Grant(
    "Parameters",
    (
        "ssm:AddTagsToResource",
        "ssm:DeleteParameter",
        "ssm:GetParameters",
        "ssm:ListTagsForResource",
        "ssm:PutParameter",
        "ssm:RemoveTagsFromResource",
    ),
    ("ssm:*:{account}:parameter/orchestrator/{p}/*",),
)
_FUNCTIONS = Grant(
    "Functions",
    (
        "lambda:CreateAlias",
        "lambda:CreateFunction",
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:DeleteLayerVersion",
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetLayerVersion",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
        "lambda:PublishLayerVersion",
        "lambda:PublishVersion",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ),
    ("lambda:*:{account}:function:{p}-*", "lambda:*:{account}:layer:{p}-*"),
)
# The path keeps the execution role away from the roles that bootstrap made, its own among them.
_ROLES = (
    Grant(
        "Roles",
        (
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ),
        ("iam::{account}:role/{p}/*",),
    ),
    Grant(
        "RolesForFunctionsAndApis",
        ("iam:PassRole",),
        ("iam::{account}:role/{p}/*",),
        (
            (
                "StringEquals",
                (("iam:PassedToService", ("apigateway.amazonaws.com", "lambda.amazonaws.com")),),
            ),
        ),
    ),
)
_LOG_GROUPS = Grant(
    "LogGroups",
    (
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:DescribeIndexPolicies",
        "logs:DisassociateKmsKey",
        "logs:GetDataProtectionPolicy",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ),
    ("logs:*:{account}:log-group:/aws/lambda/{p}-*", "logs:*:{account}:log-group:/aws/vendedlogs/apis/{p}*"),
)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html: without resources.
_LOG_DELIVERY = Grant(
    "LogDelivery",
    (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ),
    ("*",),
)
_BUCKETS = Grant(
    "Buckets",
    (
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        # Reading a bucket, CloudFormation asks for everything that its type could have.
        "s3:GetAccelerateConfiguration",
        "s3:GetAnalyticsConfiguration",
        "s3:GetBucketAbac",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketMetadataTableConfiguration",
        "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetIntelligentTieringConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetMetricsConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
        "s3:UntagResource",
    ),
    ("s3:::{p}-{home}-*",),
)

_ALARMS = Grant(
    "Alarms",
    (
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
    ),
    ("cloudwatch:*:{account}:alarm:{p}-*",),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::ApiGatewayV2::Api": (_API, _linked_role("ApiGatewayLinkedRole", "ops.apigateway.amazonaws.com")),
    "AWS::ApiGatewayV2::ApiMapping": (_DOMAINS,),
    "AWS::ApiGatewayV2::DomainName": (_DOMAINS,),
    "AWS::ApiGatewayV2::Integration": (_API,),
    "AWS::ApiGatewayV2::Route": (_API,),
    "AWS::ApiGatewayV2::Stage": (_API, _LOG_DELIVERY),
    "AWS::CertificateManager::Certificate": _CERTIFICATES,
    "AWS::CloudWatch::Alarm": (_ALARMS,),
    "AWS::DynamoDB::GlobalTable": _TABLES,
    "AWS::IAM::Role": _ROLES,
    "AWS::KMS::Alias": _KEYS,
    "AWS::KMS::Key": _KEYS,
    "AWS::Lambda::Alias": (_FUNCTIONS,),
    "AWS::Lambda::Function": (_FUNCTIONS,),
    "AWS::Lambda::LayerVersion": (_FUNCTIONS,),
    "AWS::Lambda::Version": (_FUNCTIONS,),
    "AWS::Logs::LogGroup": (_LOG_GROUPS, _LOG_DELIVERY),
    "AWS::S3::Bucket": (_BUCKETS,),
    "AWS::S3::BucketPolicy": (_BUCKETS,),
    "AWS::SSM::Parameter": (_PARAMETERS,),
}


def grants_for(types: Iterable[str]) -> tuple[Grant, ...]:
    """The grants for these resource types, each once, in a stable order. KeyError for a type that is not listed."""
    return tuple(dict.fromkeys(grant for name in sorted(set(types)) for grant in GRANTS[name]))
