"""A static site: its files in a private bucket of every region, shown by one CloudFront distribution.

The distribution, made in the reference region, asks a second region's bucket when the first one fails.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.infra.buckets import BucketOptions, add_buckets, bucket_title
from blueprints.infra.site_distribution import LOGS, SITE, add_distribution
from blueprints.infra.site_errors import add_error_reports
from blueprints.infra.site_function import FUNCTION_LIMIT_BYTES, add_site_function, function_code
from blueprints.infra.site_headers import add_response_headers
from blueprints.infra.site_options import SiteOptions
from blueprints.private_bucket import objects_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from troposphere import Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

# CloudFront writes no logs into buckets of regions that an account must turn on first.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html#access-logs-choosing-s3-bucket
_TAKE_LOGS = re.compile(
    r"us-(east|west)-[12]|ap-northeast-[123]|ap-south-1|ap-southeast-[12]|ca-central-1|sa-east-1"
    r"|eu-(central-1|north-1|west-[123])"
)


def site_faults(context: Context, site: SiteOptions | None, buckets: Iterable[str]) -> Iterator[Fault]:
    """What cannot work here, by its path below the options of the layer."""
    if site is None:
        return
    if context.partition != "aws":
        fix = "serve the site from an account of the commercial partition; it may call this API"
        yield Fault("site", f"there is no CloudFront in {context.partition}", fix)
    if site.host in (context.host, *(f"{region}.{context.host}" for region in context.regions)):
        yield Fault("site.host", f"{site.host!r} is the name of the API", "choose another one, such as www.")
    if site.logs and context.partition == "aws" and _TAKE_LOGS.fullmatch(context.reference_region) is None:
        fix = "write `logs: false`, or make another region the reference region"
        yield Fault("site.logs", f"CloudFront writes no logs into buckets of {context.reference_region}", fix)
    size = len(function_code(context, site).encode())
    if size > FUNCTION_LIMIT_BYTES:
        excess = size - FUNCTION_LIMIT_BYTES
        yield Fault("site.settings", f"are {excess} characters too long for CloudFront", "keep long ones in a file")
    for name in buckets:
        if name in (SITE, LOGS):
            yield Fault(f"buckets.{name}", "is the name of a bucket of the site", "choose another name")


def site_buckets(site: SiteOptions | None) -> dict[str, BucketOptions]:
    """The site's bucket as a data bucket, so that it is replicated with all the others."""
    return {} if site is None else {SITE: BucketOptions(noncurrent_days=site.noncurrent_days)}


def add_site(template: Template, context: Context, site: SiteOptions, *, told: Sequence[object] = ()) -> None:
    """The bucket of this region and, in the reference region, all of CloudFront.

    Give `site_buckets` to `add_bucket_replication` afterwards. Outputs, in the reference region only: SiteDomain,
    SiteDistribution and, with error reports, SiteErrors. `told` are ARNs that hear of their alarm.
    """
    add_buckets(template, context, site_buckets(site), {SITE: [_read_by_cloudfront()]})
    if site.errors is not None:
        add_error_reports(template, context, site.errors, host=site.host, told=told)
    add_distribution(
        template,
        context,
        site,
        function=add_site_function(template, context, site),
        headers=add_response_headers(template, context, site),
    )


def _read_by_cloudfront() -> Statement:
    """Any distribution of this account: the id of the one that is meant is known in one region only.

    Not s3:ListBucket: what is not there is told as forbidden, and nobody can list the files.
    """
    from troposphere import Sub

    distributions = Sub("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*")
    return {
        "Sid": "DistributionsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": objects_of(bucket_title(SITE)),
        "Condition": {"ArnLike": {"aws:SourceArn": distributions}},
    }
