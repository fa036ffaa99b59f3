"""Data buckets in every region: versioned, encrypted, private, TLS only, and replicated both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.faults import Fault
from blueprints.naming import bucket_name
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.s3 import Bucket, CorsConfiguration, LifecycleConfiguration

    from blueprints.context import Context

ABANDONED_UPLOAD_DAYS = 7
_RESERVED = frozenset({"artifacts"})


@dataclass(frozen=True, slots=True)
class BucketOptions:
    """A bucket of the same name (but for account and region) in every region."""

    replicate: bool = option(True, "Copy every object and deletion to the buckets of all other regions.")
    within_15_minutes: bool = option(False, "Replication time control: copies are due in 15 minutes, with metrics.")
    noncurrent_days: int = option(90, "How long replaced and deleted objects can be brought back.", minimum=1)
    expire_days: int = option(0, "Remove objects after so many days; 0 for never.", minimum=0)
    cors_origins: tuple[str, ...] = option((), "Origins (https://...) whose pages may read and write by signed URLs.")

    def faults(self) -> Iterator[Fault]:
        """Origins that let everybody in, and a promise about copies that are not made."""
        for at, origin in enumerate(self.cors_origins):
            if "*" in origin or not origin.startswith("https://"):
                yield Fault(f"cors_origins[{at}]", f"{origin!r} is no origin to trust", "write https:// and a host")
        if self.within_15_minutes and not self.replicate:
            yield Fault("within_15_minutes", "needs copies, and `replicate` is off", "turn one of them round")


def bucket_title(name: str) -> str:
    """The logical id of a data bucket."""
    return f"Bucket{camel(name)}"


def add_buckets(template: Template, context: Context, buckets: Mapping[str, BucketOptions]) -> None:
    """Every bucket with its policy. Their replication is added by `add_bucket_replication`."""
    from troposphere import Ref
    from troposphere.s3 import BucketPolicy

    for name, options in buckets.items():
        bucket = template.add_resource(_bucket(context, name, options))
        template.add_resource(
            BucketPolicy(
                f"{bucket_title(name)}Policy",
                Bucket=Ref(bucket),
                PolicyDocument=_policy(bucket_title(name)),
                DeletionPolicy="RetainExceptOnCreate",
                UpdateReplacePolicy="Retain",
            )
        )


def bucket_faults(context: Context, buckets: Mapping[str, BucketOptions]) -> Iterator[Fault]:
    """Names that cannot be used, and copies where there is nowhere to copy to."""
    yield from name_faults("buckets", buckets)
    starts: dict[str, str] = {}
    for name in buckets:
        start = bucket_name(context, name).data["Fn::Sub"]
        other = starts.setdefault(start, name)
        if other != name or name in _RESERVED:
            yield Fault(f"buckets.{name}", "becomes the name of another bucket", "choose another name")


def _bucket(context: Context, name: str, options: BucketOptions) -> Bucket:
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
        # Not KMS: a replica of a KMS object needs a key of its own region, and the right to use both.
        ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    return Bucket(
        bucket_title(name),
        BucketName=bucket_name(context, name),
        BucketEncryption=BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
        LifecycleConfiguration=_lifecycle(options),
        OwnershipControls=OwnershipControls(Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        **({"CorsConfiguration": _cors(options.cors_origins)} if options.cors_origins else {}),
        # A first creation that rolls back takes the empty bucket with it: its name would be taken at the next try.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def _lifecycle(options: BucketOptions) -> LifecycleConfiguration:
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
            NoncurrentVersionExpiration=NoncurrentVersionExpiration(NoncurrentDays=options.noncurrent_days),
        ),
        LifecycleRule(
            Id="abandoned-uploads",
            Status="Enabled",
            AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(DaysAfterInitiation=ABANDONED_UPLOAD_DAYS),
        ),
    ]
    if options.expire_days:
        # Expiration is not replicated: the same rule stands on the bucket of every region.
        rules.append(LifecycleRule(Id="old-objects", Status="Enabled", ExpirationInDays=options.expire_days))
    return LifecycleConfiguration(Rules=rules)


def _cors(origins: tuple[str, ...]) -> CorsConfiguration:
    from troposphere.s3 import CorsConfiguration, CorsRules

    return CorsConfiguration(
        CorsRules=[
            CorsRules(AllowedOrigins=list(origins), AllowedMethods=["GET", "PUT"], AllowedHeaders=["*"], MaxAge=3600)
        ]
    )


def _policy(title: str) -> dict[str, object]:
    from troposphere import GetAtt, Sub

    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [GetAtt(title, "Arn"), Sub(f"${{{title}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
