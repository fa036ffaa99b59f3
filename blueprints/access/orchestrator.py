"""What the orchestrator may do in the home account: stack sets, artifacts, records, health checks, levers."""

from __future__ import annotations

from blueprints.access.grants import Grant

_STACK_SETS = Grant(
    "StackSets",
    (
        "cloudformation:CreateStackInstances",
        "cloudformation:CreateStackSet",
        "cloudformation:DeleteStackInstances",
        "cloudformation:DeleteStackSet",
        "cloudformation:DescribeStackInstance",
        "cloudformation:DescribeStackSet",
        "cloudformation:DescribeStackSetOperation",
        "cloudformation:ListStackInstances",
        "cloudformation:ListStackSetOperationResults",
        "cloudformation:ListStackSetOperations",
        "cloudformation:StopStackSetOperation",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
        "cloudformation:UpdateStackInstances",
        "cloudformation:UpdateStackSet",
    ),
    (
        "cloudformation:*:{account}:stackset/{p}-*",
        "cloudformation:*:{account}:stackset-target/{p}-*",
        "cloudformation:*::type/resource/*",
    ),
)
_ACCESS_STACK = Grant(
    "AccessStack",
    ("cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"),
    ("cloudformation:*:{account}:stack/{p}-access/*", "cloudformation:*:{account}:stack/StackSet-{p}-*"),
)
_LISTS = Grant(
    "Lists",
    (
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStackSets",
        "cloudformation:ValidateTemplate",
    ),
    ("*",),
)
_BUCKETS = Grant(
    "ArtifactBuckets",
    (
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutReplicationConfiguration",
    ),
    ("s3:::{p}-{home}-*",),
)
_OBJECTS = Grant(
    "ArtifactObjects",
    (
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectAttributes",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionAttributes",
        "s3:PutObject",
    ),
    ("s3:::{p}-{home}-*/*",),
)
_PASS_TO_STACK_SETS = Grant(
    "AdministrationRole",
    ("iam:PassRole",),
    ("iam::{account}:role/{p}-stackset-admin",),
    (("StringEquals", (("iam:PassedToService", ("cloudformation.amazonaws.com",)),)),),
)
_PASS_TO_REPLICATION = Grant(
    "ReplicationRole",
    ("iam:PassRole",),
    ("iam::{account}:role/{p}-replication",),
    (("StringEquals", (("iam:PassedToService", ("s3.amazonaws.com",)),)),),
)
# Health checks get their ids from Route 53: there is no name by which to tell ours from others beforehand.
_HEALTH_CHECKS = Grant(
    "HealthChecks",
    (
        "route53:ChangeTagsForResource",
        "route53:CreateHealthCheck",
        "route53:DeleteHealthCheck",
        "route53:GetHealthCheck",
        "route53:GetHealthCheckStatus",
        "route53:ListHealthChecks",
        "route53:ListTagsForResources",
        "route53:UpdateHealthCheck",
    ),
    ("*",),
)
_LEVERS = (
    Grant(
        "Levers",
        ("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"),
        ("cloudwatch:*:{account}:alarm:{p}-*",),
    ),
    Grant("LeverReads", ("cloudwatch:GetMetricData",), ("*",)),
)

HOME_GRANTS = (
    _STACK_SETS,
    _ACCESS_STACK,
    _LISTS,
    _BUCKETS,
    _OBJECTS,
    _PASS_TO_STACK_SETS,
    _PASS_TO_REPLICATION,
    _HEALTH_CHECKS,
    *_LEVERS,
)


def lever_writes(namespace: str) -> Grant:
    """Data points that move the levers: CloudWatch limits them by namespace only."""
    condition = (("StringEquals", (("cloudwatch:namespace", (namespace,)),)),)
    return Grant("LeverWrites", ("cloudwatch:PutMetricData",), ("*",), condition)
