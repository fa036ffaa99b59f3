"""What the data blocks need beyond the sample's: data buckets, multi-region keys, secrets, settings, databases.

Some types stand in `data` too, for the sample's own: the grants of both are to be joined.
"""

from __future__ import annotations

from blueprints.access.grants.data import BUCKET_ACTIONS, KEY_ACTIONS, NEW_KEYS, PARAMETER_ACTIONS
from blueprints.access.grants.grant import Grant, linked_role, passed_to

_BUCKETS = Grant("DataBuckets", (*BUCKET_ACTIONS, "s3:PutBucketCORS"), ("s3:::{p}-*-{account}-*",))
_KEYS = (
    NEW_KEYS,
    Grant(
        "MultiRegionKeys",
        tuple(sorted((*KEY_ACTIONS, "kms:ReplicateKey"))),
        ("kms:*:{account}:key/*", "kms:*:{account}:alias/{p}-*"),
    ),
    # KMS keeps the material of multi-region keys alike with a role of its own.
    linked_role("KeySynchronization", "mrk.kms.amazonaws.com"),
)
_SECRETS = (
    Grant(
        "Secrets",
        (
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:RemoveRegionsFromReplication",
            "secretsmanager:ReplicateSecretToRegions",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
            "secretsmanager:UpdateSecret",
        ),
        ("secretsmanager:*:{account}:secret:{p}-*",),
    ),
    # The first value is made up by Secrets Manager; CloudFormation never reads one that an application uses.
    Grant("NewPasswords", ("secretsmanager:GetRandomPassword",), ("*",)),
)
_SETTINGS = Grant("Settings", PARAMETER_ACTIONS, ("ssm:*:{account}:parameter/{p}/*",))

_DATABASES = (
    Grant(
        "Databases",
        (
            "rds:AddTagsToResource",
            "rds:CreateDBCluster",
            "rds:CreateDBInstance",
            "rds:CreateDBProxy",
            "rds:CreateDBProxyEndpoint",
            "rds:CreateDBSubnetGroup",
            "rds:CreateGlobalCluster",
            "rds:DeleteDBCluster",
            "rds:DeleteDBInstance",
            "rds:DeleteDBProxy",
            "rds:DeleteDBProxyEndpoint",
            "rds:DeleteDBSubnetGroup",
            "rds:DeleteGlobalCluster",
            "rds:DeregisterDBProxyTargets",
            "rds:ListTagsForResource",
            "rds:ModifyDBCluster",
            "rds:ModifyDBInstance",
            "rds:ModifyDBProxy",
            "rds:ModifyDBProxyEndpoint",
            "rds:ModifyDBProxyTargetGroup",
            "rds:ModifyDBSubnetGroup",
            "rds:ModifyGlobalCluster",
            "rds:RegisterDBProxyTargets",
            "rds:RemoveFromGlobalCluster",
            "rds:RemoveTagsFromResource",
        ),
        # Names of databases begin with the prefix; proxies and their target groups have ids that AWS makes up.
        (
            "rds:*:{account}:cluster:{p}-*",
            "rds:*:{account}:db:{p}-*",
            "rds:*:{account}:db-proxy:*",
            "rds:*:{account}:db-proxy-endpoint:*",
            "rds:*:{account}:subgrp:{p}-*",
            "rds:*:{account}:target-group:*",
            "rds::{account}:global-cluster:{p}-*",
        ),
    ),
    Grant(
        "DatabaseReads",
        (
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:DescribeDBProxies",
            "rds:DescribeDBProxyEndpoints",
            "rds:DescribeDBProxyTargetGroups",
            "rds:DescribeDBProxyTargets",
            "rds:DescribeDBSubnetGroups",
            "rds:DescribeEvents",
            "rds:DescribeGlobalClusters",
        ),
        ("*",),
    ),
    Grant(
        "DatabaseLogs",
        (
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DescribeIndexPolicies",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
        ),
        ("logs:*:{account}:log-group:/aws/rds/cluster/{p}-*",),
    ),
    # Storage is encrypted with the region's own key, whose id only AWS knows; the password comes from the secret.
    Grant("DatabaseKeys", ("kms:CreateGrant", "kms:DescribeKey"), ("kms:*:{account}:key/*",)),
    Grant(
        "DatabasePasswords", ("secretsmanager:GetSecretValue",), ("secretsmanager:*:{account}:secret:{p}-database-*",)
    ),
    linked_role("DatabaseService", "rds.amazonaws.com"),
)


GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::KMS::Alias": _KEYS,
    "AWS::KMS::Key": _KEYS,
    "AWS::KMS::ReplicaKey": _KEYS,
    "AWS::RDS::DBCluster": _DATABASES,
    "AWS::RDS::DBInstance": _DATABASES,
    "AWS::RDS::DBProxy": (*_DATABASES, passed_to("RolesForProxies", "rds.amazonaws.com")),
    "AWS::RDS::DBProxyEndpoint": _DATABASES,
    "AWS::RDS::DBProxyTargetGroup": _DATABASES,
    "AWS::RDS::DBSubnetGroup": _DATABASES,
    "AWS::RDS::GlobalCluster": _DATABASES,
    "AWS::S3::Bucket": (_BUCKETS, passed_to("RolesForReplication", "s3.amazonaws.com")),
    "AWS::S3::BucketPolicy": (_BUCKETS,),
    "AWS::SSM::Parameter": (_SETTINGS,),
    "AWS::SecretsManager::Secret": _SECRETS,
}
