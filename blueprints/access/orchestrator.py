"""What the orchestrator may do in the home account: stack sets, artifacts, records, health checks."""

from __future__ import annotations

from blueprints.access.grants import Grant

_STACK_SETS = Grant(
    "StackSets",
    (
        "cloudformation:CreateStackInstances",
        "cloudformation:CreateStackSet",
        "cloudformation:DeleteStackInstances",
        "cloudformation:DeleteStackSet",
        "cloudformation:DescribeStackSet",
        "cloudformation:DescribeStackSetOperation",
        "cloudformation:ListStackInstances",
        "cloudformation:ListStackSetOperationResults",
        "cloudformation:ListStackSetOperations",
        # A stack set with tags needs it, and so does one whose tags change.
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
_OWN_STACKS = Grant(
    "OwnStacks",
    ("cloudformation:DescribeStackEvents", "cloudformation:GetTemplate"),
    ("cloudformation:*:{account}:stack/StackSet-{p}-*",),
)
# DescribeStacks without a name lists the account's stacks: one call instead of one per stack.
_LISTS = Grant("ListStacks", ("cloudformation:DescribeStacks",), ("*",))
_BUCKETS = Grant(
    "ArtifactBuckets",
    (
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetReplicationConfiguration",
        # Without these two S3 answers 403 instead of 404 for what is not there.
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutReplicationConfiguration",
    ),
    ("s3:::{p}-{home}-*",),
)
_OBJECTS = Grant(
    "ArtifactObjects",
    ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
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
        "route53:GetAccountLimit",
        "route53:GetHealthCheckStatus",
        "route53:ListHealthChecks",
        "route53:ListTagsForResources",
        "route53:UpdateHealthCheck",
    ),
    ("*",),
)

HOME_GRANTS = (
    _STACK_SETS,
    _OWN_STACKS,
    _LISTS,
    _BUCKETS,
    _OBJECTS,
    _PASS_TO_STACK_SETS,
    _PASS_TO_REPLICATION,
    _HEALTH_CHECKS,
)

ORGANIZATION_READS = Grant(
    "Organization",
    (
        "organizations:DescribeOrganization",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
    ),
    ("*",),
)
