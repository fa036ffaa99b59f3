"""The distribution of a site: one for all regions, made in the reference region, with the buckets of two as origins.

CloudFront turns to the second bucket by itself, request by request: no control plane takes part in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blueprints.infra.buckets import bucket_title
from blueprints.infra.table import add_reference_condition
from blueprints.naming import bucket_name, edge_name, host_name, site_certificate_parameter_name
from blueprints.private_bucket import add_private_bucket

if TYPE_CHECKING:
    from troposphere import GetAtt, Ref, Sub, Template
    from troposphere.cloudfront import Origin

    from blueprints.context import Context
    from blueprints.infra.site_options import SiteOptions

SITE = "site"
LOGS = "site-logs"

# AWS's own policy: compressed, nothing of a request in the key but its path, kept as the file's Cache-Control says.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
# A bucket that cannot be reached costs a visitor 4 s, one that is stuck 10 s; CloudFront's own are 30 s and 90 s.
_ATTEMPTS, _CONNECT_S, _READ_S = 2, 2, 5
_FAILED = (500, 502, 503, 504)
_MISSING = 403  # what S3 says of a file that is not there to whoever may not list the bucket
_MISSING_KEPT_S = 10


def add_distribution(
    template: Template, context: Context, site: SiteOptions, *, function: GetAtt, headers: Ref
) -> None:
    """The distribution with its access to the buckets and its log. Outputs: SiteDomain, SiteDistribution."""
    from troposphere import GetAtt, Output, Ref
    from troposphere.cloudfront import Distribution, DistributionConfig

    condition = add_reference_condition(template)
    origins = _origins(context, access=_add_access(template, context, condition))
    distribution = Distribution(
        "SiteDistribution",
        Condition=condition,
        DependsOn=[f"{bucket_title(SITE)}Policy"],
        DistributionConfig=DistributionConfig(
            Enabled=True,
            Comment=f"{context.prefix}: site",
            HttpVersion="http2and3",
            IPV6Enabled=True,
            PriceClass=site.price_class,
            DefaultRootObject=site.root,
            Origins=origins,
            DefaultCacheBehavior=_behavior(origins, function, headers),
            **_groups(origins),
            **_error_page(site),
            **_own_name(context, site),
            **(_logging(template, context, site, condition) if site.logs else {}),
        ),
    )
    template.add_resource(distribution)
    for name, value in (("SiteDomain", GetAtt(distribution, "DomainName")), ("SiteDistribution", Ref(distribution))):
        template.add_output(Output(name, Value=value, Condition=condition))


def _add_access(template: Template, context: Context, condition: str) -> GetAtt:
    from troposphere import GetAtt
    from troposphere.cloudfront import OriginAccessControl, OriginAccessControlConfig

    access = OriginAccessControl(
        "SiteAccess",
        Condition=condition,
        OriginAccessControlConfig=OriginAccessControlConfig(
            Name=edge_name(context, SITE),
            OriginAccessControlOriginType="s3",
            SigningBehavior="always",
            SigningProtocol="sigv4",
        ),
    )
    return GetAtt(template.add_resource(access), "Id")


def _origins(context: Context, *, access: GetAtt) -> list[Origin]:
    """Two regions at most: CloudFront knows no third. The reference region first, into which files are put."""
    from troposphere.cloudfront import Origin, S3OriginConfig

    others = sorted(region for region in context.regions if region != context.reference_region)
    return [
        Origin(
            Id=region,
            DomainName=_address(context, SITE, region),
            OriginAccessControlId=access,
            ConnectionAttempts=_ATTEMPTS,
            ConnectionTimeout=_CONNECT_S,
            S3OriginConfig=S3OriginConfig(OriginAccessIdentity="", OriginReadTimeout=_READ_S),
        )
        for region in (context.reference_region, *others[:1])
    ]


def _address(context: Context, name: str, region: str) -> Sub:
    from troposphere import Sub

    here: str = bucket_name(context, name).data["Fn::Sub"]
    return Sub(f"{here.removesuffix('${AWS::Region}')}{region}.s3.{region}.${{AWS::URLSuffix}}")


def _groups(origins: list[Origin]) -> dict[str, Any]:
    from troposphere.cloudfront import (
        OriginGroup,
        OriginGroupFailoverCriteria,
        OriginGroupMember,
        OriginGroupMembers,
        OriginGroups,
        StatusCodes,
    )

    if len(origins) == 1:
        return {}
    group = OriginGroup(
        Id=SITE,
        FailoverCriteria=OriginGroupFailoverCriteria(
            StatusCodes=StatusCodes(Items=list(_FAILED), Quantity=len(_FAILED))
        ),
        Members=OriginGroupMembers(
            Items=[OriginGroupMember(OriginId=one.Id) for one in origins], Quantity=len(origins)
        ),
    )
    return {"OriginGroups": OriginGroups(Items=[group], Quantity=1)}


def _behavior(origins: list[Origin], function: GetAtt, headers: Ref) -> Any:
    from troposphere.cloudfront import DefaultCacheBehavior, FunctionAssociation

    return DefaultCacheBehavior(
        TargetOriginId=SITE if len(origins) > 1 else origins[0].Id,
        ViewerProtocolPolicy="redirect-to-https",
        AllowedMethods=["GET", "HEAD"],
        Compress=True,
        CachePolicyId=_CACHING_OPTIMIZED,
        ResponseHeadersPolicyId=headers,
        FunctionAssociations=[FunctionAssociation(EventType="viewer-request", FunctionARN=function)],
    )


def _error_page(site: SiteOptions) -> dict[str, Any]:
    from troposphere.cloudfront import CustomErrorResponse

    shown = {"ResponseCode": 404, "ResponsePagePath": f"/{site.error_page}"} if site.error_page else {}
    response = CustomErrorResponse(ErrorCode=_MISSING, ErrorCachingMinTTL=_MISSING_KEPT_S, **shown)
    return {"CustomErrorResponses": [response]}


def _own_name(context: Context, site: SiteOptions) -> dict[str, Any]:
    from troposphere.cloudfront import ViewerCertificate

    if not site.host:
        return {}
    certificate = ViewerCertificate(
        AcmCertificateArn=f"{{{{resolve:ssm:{site_certificate_parameter_name(context)}}}}}",
        SslSupportMethod="sni-only",
        MinimumProtocolVersion="TLSv1.2_2021",
    )
    return {"Aliases": [host_name(site.host)], "ViewerCertificate": certificate}


def _logging(template: Template, context: Context, site: SiteOptions, condition: str) -> dict[str, Any]:
    from troposphere import GetAtt
    from troposphere.cloudfront import Logging

    # CloudFront writes logs in the name of an account of its own, which a bucket lets in by its ACL alone.
    title = bucket_title(LOGS)
    add_private_bucket(
        template,
        title,
        name=bucket_name(context, LOGS),
        noncurrent_days=1,
        expire_days=site.log_days,
        ownership="BucketOwnerPreferred",
        condition=condition,
    )
    return {"Logging": Logging(Bucket=GetAtt(title, "DomainName"), IncludeCookies=False)}
