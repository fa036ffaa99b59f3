"""A bucket for the access logs of a region's load balancer: private, encrypted, TLS only, emptied by age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.naming import bucket_name
from blueprints.options import option
from blueprints.private_bucket import add_private_bucket

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
    """The bucket; returns what the load balancer must wait for: it writes a first object when it is told to log.

    Encrypted by S3's own keys: Elastic Load Balancing can write with no others.
    """
    from troposphere import Sub

    logs = {
        "Sid": "LoadBalancersOfThisAccount",
        "Effect": "Allow",
        "Principal": _writer(template, context),
        "Action": "s3:PutObject",
        "Resource": Sub(f"${{{_TITLE}.Arn}}/AWSLogs/${{AWS::AccountId}}/*"),
    }
    add_private_bucket(
        template,
        _TITLE,
        name=bucket_name(context, NAME),
        noncurrent_days=1,
        expire_days=options.days,
        statements=[logs],
    )
    return (f"{_TITLE}Policy",)


def _writer(template: Template, context: Context) -> dict[str, object]:
    from troposphere import AWS_REGION, FindInMap, Ref, Sub

    if context.partition != "aws-us-gov":
        return {"Service": _SERVICE}
    template.add_mapping(_TABLE, {region: {"Account": account} for region, account in _GOVCLOUD.items()})
    account = FindInMap(_TABLE, Ref(AWS_REGION), "Account")
    return {"AWS": Sub("arn:${AWS::Partition}:iam::${Account}:root", Account=account)}
