"""What keeps data: tables, buckets, keys, parameters."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, linked_role

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
    linked_role("TableReplication", "replication.dynamodb.amazonaws.com"),
)
KEY_ACTIONS = (
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
)
NEW_KEYS = Grant("NewKeys", ("kms:CreateKey", "kms:ListAliases"), ("*",))
_KEYS = (NEW_KEYS, Grant("Keys", KEY_ACTIONS, ("kms:*:{account}:key/*", "kms:*:{account}:alias/{p}")))
PARAMETER_ACTIONS = (
    "ssm:AddTagsToResource",
    "ssm:DeleteParameter",
    "ssm:GetParameters",
    "ssm:ListTagsForResource",
    "ssm:PutParameter",
    "ssm:RemoveTagsFromResource",
)
_PARAMETERS = Grant("Parameters", PARAMETER_ACTIONS, ("ssm:*:{account}:parameter/orchestrator/{p}/*",))

BUCKET_ACTIONS = (
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
)
_BUCKETS = Grant("Buckets", BUCKET_ACTIONS, ("s3:::{p}-{home}-*",))

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::DynamoDB::GlobalTable": _TABLES,
    "AWS::KMS::Alias": _KEYS,
    "AWS::KMS::Key": _KEYS,
    "AWS::S3::Bucket": (_BUCKETS,),
    "AWS::S3::BucketPolicy": (_BUCKETS,),
    "AWS::SSM::Parameter": (_PARAMETERS,),
}
