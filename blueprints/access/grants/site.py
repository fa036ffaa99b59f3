"""A static site: what CloudFront keeps for the account, the bucket of its logs, reports of errors from browsers."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, linked_role

_DISTRIBUTIONS = (
    Grant(
        "Distributions",
        (
            "cloudfront:CreateDistribution",
            "cloudfront:DeleteDistribution",
            "cloudfront:GetDistribution",
            "cloudfront:GetDistributionConfig",
            "cloudfront:ListTagsForResource",
            "cloudfront:TagResource",
            "cloudfront:UntagResource",
            "cloudfront:UpdateDistribution",
        ),
        # CloudFront makes up the ids of distributions.
        ("cloudfront::{account}:distribution/*",),
    ),
    # CloudFront lets itself in to write logs, in the name of whoever asks for them.
    Grant("SiteLogs", ("s3:GetBucketAcl", "s3:PutBucketAcl"), ("s3:::{p}-site-logs-{account}-*",)),
    Grant("SiteCertificate", ("ssm:GetParameters",), ("ssm:*:{account}:parameter/orchestrator/{p}/site/*",)),
)
_FUNCTIONS = Grant(
    "SiteFunctions",
    (
        "cloudfront:CreateFunction",
        "cloudfront:DeleteFunction",
        "cloudfront:DescribeFunction",
        "cloudfront:GetFunction",
        "cloudfront:ListTagsForResource",
        "cloudfront:PublishFunction",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
        "cloudfront:UpdateFunction",
    ),
    ("cloudfront::{account}:function/{p}-*",),
)
_ACCESS = Grant(
    "SiteAccess",
    (
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:UpdateOriginAccessControl",
    ),
    ("cloudfront::{account}:origin-access-control/*",),
)
_HEADERS = Grant(
    "SiteHeaders",
    (
        "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:DeleteResponseHeadersPolicy",
        "cloudfront:GetResponseHeadersPolicy",
        "cloudfront:UpdateResponseHeadersPolicy",
    ),
    ("cloudfront::{account}:response-headers-policy/*",),
)
_MONITORS = (
    Grant(
        "SiteErrors",
        (
            "rum:BatchGetRumMetricDefinitions",
            "rum:CreateAppMonitor",
            "rum:DeleteAppMonitor",
            "rum:DeleteResourcePolicy",
            "rum:GetAppMonitor",
            "rum:GetResourcePolicy",
            "rum:ListRumMetricsDestinations",
            "rum:ListTagsForResource",
            "rum:PutResourcePolicy",
            "rum:TagResource",
            "rum:UntagResource",
            "rum:UpdateAppMonitor",
        ),
        ("rum:*:{account}:appmonitor/{p}-*",),
    ),
    linked_role("SiteErrorsService", "rum.amazonaws.com"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::CloudFront::Distribution": _DISTRIBUTIONS,
    "AWS::CloudFront::Function": (_FUNCTIONS,),
    "AWS::CloudFront::OriginAccessControl": (_ACCESS,),
    "AWS::CloudFront::ResponseHeadersPolicy": (_HEADERS,),
    "AWS::RUM::AppMonitor": _MONITORS,
}
