"""The bucket that every block makes: private, versioned, encrypted, asked over TLS only, kept when its stack goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Ref, Sub, Template
    from troposphere.s3 import Bucket, LifecycleConfiguration

    from blueprints.compute.roles import Statement

ABANDONED_UPLOAD_DAYS = 7


def add_private_bucket(
    template: Template,
    title: str,
    *,
    name: Sub,
    noncurrent_days: int,
    expire_days: int = 0,
    statements: Sequence[Statement] = (),
    condition: str = "",
    ownership: str = "BucketOwnerEnforced",
    **properties: Any,
) -> Ref:
    """The bucket and its policy, which refuses plain HTTP and says `statements` beside that; returns the bucket's name.

    `noncurrent_days`: how long replaced and deleted objects can be brought back; `expire_days`: how long objects live,
    0 for ever. `properties` are more of AWS::S3::Bucket.
    """
    from troposphere import Ref
    from troposphere.s3 import BucketPolicy

    where = {"Condition": condition} if condition else {}
    given = {"LifecycleConfiguration": _lifecycle(noncurrent_days, expire_days), **properties, **where}
    bucket = template.add_resource(_bucket(title, name, ownership, given))
    template.add_resource(
        BucketPolicy(
            f"{title}Policy",
            Bucket=Ref(bucket),
            PolicyDocument={"Version": "2012-10-17", "Statement": [_tls_only(title), *statements]},
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            **where,
        )
    )
    return Ref(bucket)


def objects_of(title: str) -> Sub:
    """Everything in the bucket with this logical id, as policies name it."""
    from troposphere import Sub

    return Sub(f"${{{title}.Arn}}/*")


def _bucket(title: str, name: Sub, ownership: str, given: dict[str, Any]) -> Bucket:
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
        # Not KMS: a replica of a KMS object needs a key of its own region and the right to use both, and its ETag may
        # differ from its source's.
        ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    return Bucket(
        title,
        BucketName=name,
        BucketEncryption=BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
        OwnershipControls=OwnershipControls(Rules=[OwnershipControlsRule(ObjectOwnership=ownership)]),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        # A first creation that rolls back takes the empty bucket with it: its name would be taken at the next try.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
        **given,
    )


def _lifecycle(noncurrent_days: int, expire_days: int) -> LifecycleConfiguration:
    from troposphere.s3 import (
        AbortIncompleteMultipartUpload,
        LifecycleConfiguration,
        LifecycleRule,
        NoncurrentVersionExpiration,
    )

    rules = [
        LifecycleRule(
            Id="replaced-versions",
            Status="Enabled",
            NoncurrentVersionExpiration=NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days),
        ),
        LifecycleRule(
            Id="abandoned-uploads",
            Status="Enabled",
            AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(DaysAfterInitiation=ABANDONED_UPLOAD_DAYS),
        ),
    ]
    if expire_days:
        # Expiration is not replicated: the same rule stands on the bucket of every region.
        rules.append(LifecycleRule(Id="old-objects", Status="Enabled", ExpirationInDays=expire_days))
    return LifecycleConfiguration(Rules=rules)


def _tls_only(title: str) -> Statement:
    from troposphere import GetAtt

    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [GetAtt(title, "Arn"), objects_of(title)],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
