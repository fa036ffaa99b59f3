"""A bucket for the access logs of a region's load balancer: private, encrypted, TLS only, emptied by age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.naming import bucket_name
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context

NAME = "access-logs"
_TITLE = "AccessLogs"
# Who writes the logs: a service principal, and in GovCloud the account of Elastic Load Balancing in each region.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
_GOVCLOUD = {"us-gov-west-1": "048591011584", "us-gov-east-1": "190560391635"}
_TABLE = "LoadBalancerAccounts"


@dataclass(frozen=True, slots=True)
class AccessLogs:
    """How long they are kept."""

    days: int = option(90, "Days after which a log is removed.", minimum=1)


def access_log_attributes(context: Context, options: AccessLogs | None) -> dict[str, object]:
    """What the load balancer is told."""
    if options is None:
        return {"access_logs.s3.enabled": "false"}
    return {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket_name(context, NAME)}


def add_access_log_bucket(template: Template, context: Context, options: AccessLogs) -> tuple[str, ...]:
    """The bucket; returns what the load balancer must wait for: it writes a first object when it is told to log."""
    from troposphere import Ref
    from troposphere.s3 import (
        AbortIncompleteMultipartUpload,
        Bucket,
        BucketEncryption,
        BucketPolicy,
        LifecycleConfiguration,
        LifecycleRule,
        OwnershipControls,
        OwnershipControlsRule,
        PublicAccessBlockConfiguration,
        ServerSideEncryptionByDefault,
        ServerSideEncryptionRule,
    )

    # Elastic Load Balancing writes with S3's own keys only.
    encryption = ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    old = LifecycleRule(
        Id="old-logs",
        Status="Enabled",
        ExpirationInDays=options.days,
        AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
    )
    template.add_resource(
        Bucket(
            _TITLE,
            BucketName=bucket_name(context, NAME),
            BucketEncryption=BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
            LifecycleConfiguration=LifecycleConfiguration(Rules=[old]),
            OwnershipControls=OwnershipControls(Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
            PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
                BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
            ),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    policy = _policy(template, context)
    template.add_resource(
        BucketPolicy(
            f"{_TITLE}Policy",
            Bucket=Ref(_TITLE),
            PolicyDocument=policy,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    return (f"{_TITLE}Policy",)


def _policy(template: Template, context: Context) -> dict[str, object]:
    from troposphere import GetAtt, Sub

    tls = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [GetAtt(_TITLE, "Arn"), Sub(f"${{{_TITLE}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    logs = {
        "Sid": "LoadBalancersOfThisAccount",
        "Effect": "Allow",
        "Principal": _writer(template, context),
        "Action": "s3:PutObject",
        "Resource": Sub(f"${{{_TITLE}.Arn}}/AWSLogs/${{AWS::AccountId}}/*"),
    }
    return {"Version": "2012-10-17", "Statement": [tls, logs]}


def _writer(template: Template, context: Context) -> dict[str, object]:
    from troposphere import AWS_REGION, FindInMap, Ref, Sub

    if context.partition != "aws-us-gov":
        return {"Service": _SERVICE}
    template.add_mapping(_TABLE, {region: {"Account": account} for region, account in _GOVCLOUD.items()})
    account = FindInMap(_TABLE, Ref(AWS_REGION), "Account")
    return {"AWS": Sub("arn:${AWS::Partition}:iam::${Account}:root", Account=account)}
