"""The artifact bucket of a region: versioned, encrypted, private, read by the target accounts over TLS only.

Replication is not in the template. Every bucket replicates to every other, and a rule's destination must exist: in one
pass of CloudFormation each region would wait for all others. The orchestrator sets the rules once all buckets exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import ContextError, Fault
from blueprints.naming import BUCKET_LIMIT, LONGEST_REGION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Ref, Template
    from troposphere.s3 import Bucket

    from blueprints.context import Context

ABANDONED_UPLOAD_DAYS = 7


def add_artifact_bucket(
    template: Template,
    context: Context,
    *,
    readers: Sequence[str],
    organization_id: str = "",
    noncurrent_days: int = 90,
) -> Ref:
    """Bucket and bucket policy; `readers` are 12-digit accounts. Output: ArtifactBucket. Raises ContextError."""
    from troposphere import Output, Ref
    from troposphere.s3 import BucketPolicy

    _check_length(context)
    bucket = template.add_resource(_bucket(context, noncurrent_days))
    template.add_resource(
        BucketPolicy(
            "ArtifactBucketPolicy",
            Bucket=Ref(bucket),
            PolicyDocument=_policy(bucket, readers, organization_id),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    template.add_output(Output("ArtifactBucket", Value=Ref(bucket)))
    return Ref(bucket)


def _bucket(context: Context, noncurrent_days: int) -> Bucket:
    from troposphere import Sub
    from troposphere.s3 import (
        Bucket,
        BucketEncryption,
        OwnershipControls,
        OwnershipControlsRule,
        PublicAccessBlockConfiguration,
        ServerSideEncryptionByDefault,
        ServerSideEncryptionRule,
        VersioningConfiguration,
    )

    encryption = ServerSideEncryptionRule(
        # Not KMS: a replica of a KMS object needs a key of its own region, and its ETag may differ from its source's.
        ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    return Bucket(
        "ArtifactBucket",
        BucketName=Sub(f"{context.prefix}-${{AWS::AccountId}}-${{AWS::Region}}"),
        BucketEncryption=BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
        LifecycleConfiguration=_lifecycle(noncurrent_days),
        OwnershipControls=OwnershipControls(Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        # A first creation that rolls back takes the empty bucket with it: its name would be taken at the next try.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def _lifecycle(noncurrent_days: int) -> object:
    from troposphere.s3 import (
        AbortIncompleteMultipartUpload,
        LifecycleConfiguration,
        LifecycleRule,
        NoncurrentVersionExpiration,
    )

    return LifecycleConfiguration(
        Rules=[
            LifecycleRule(
                Id="replaced-versions",
                Status="Enabled",
                NoncurrentVersionExpiration=NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days),
            ),
            LifecycleRule(
                Id="abandoned-uploads",
                Status="Enabled",
                AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(
                    DaysAfterInitiation=ABANDONED_UPLOAD_DAYS
                ),
            ),
        ]
    )


def _policy(bucket: Bucket, readers: Sequence[str], organization_id: str) -> dict[str, object]:
    from troposphere import GetAtt, Sub

    arn, objects = GetAtt(bucket, "Arn"), Sub("${ArtifactBucket.Arn}/*")
    statements: list[dict[str, object]] = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, objects],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    read = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": objects}
    if readers:
        roots = [Sub(f"arn:${{AWS::Partition}}:iam::{account}:root") for account in sorted(readers)]
        statements.append({"Sid": "TargetAccounts", "Principal": {"AWS": roots}, **read})
    if organization_id:
        condition = {"StringEquals": {"aws:PrincipalOrgID": organization_id}}
        statements.append({"Sid": "Organization", "Principal": "*", "Condition": condition, **read})
    return {"Version": "2012-10-17", "Statement": statements}


def _check_length(context: Context) -> None:
    longest = len(f"{context.prefix}-{context.home_account}-") + LONGEST_REGION
    if longest > BUCKET_LIMIT:
        raise ContextError(
            [
                Fault(
                    "application",
                    f"the artifact buckets' names would have {longest} characters; S3 allows {BUCKET_LIMIT}",
                    f"take {longest - BUCKET_LIMIT} characters from the names of application and environment",
                )
            ]
        )
