"""The headers by which browsers guard a site's visitors: only TLS, only its own scripts, in no foreign frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.infra.site_errors import endpoint
from blueprints.infra.table import add_reference_condition
from blueprints.naming import edge_name, with_account
from blueprints.substituted import substituted

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context
    from blueprints.infra.site_options import SiteOptions

_TWO_YEARS_S = 63_072_000


def add_response_headers(template: Template, context: Context, site: SiteOptions) -> Ref:
    """The policy with which CloudFront answers; returns its id."""
    from troposphere import Ref
    from troposphere.cloudfront import (
        ContentSecurityPolicy,
        ContentTypeOptions,
        FrameOptions,
        ReferrerPolicy,
        ResponseHeadersPolicy,
        ResponseHeadersPolicyConfig,
        SecurityHeadersConfig,
        StrictTransportSecurity,
    )

    content = site.content_security_policy or substituted(_usual_policy(context, site))
    headers = SecurityHeadersConfig(
        ContentSecurityPolicy=ContentSecurityPolicy(ContentSecurityPolicy=content, Override=True),
        ContentTypeOptions=ContentTypeOptions(Override=True),
        FrameOptions=FrameOptions(FrameOption="DENY", Override=True),
        ReferrerPolicy=ReferrerPolicy(ReferrerPolicy="strict-origin-when-cross-origin", Override=True),
        # Not for names below: they may be somebody else's.
        StrictTransportSecurity=StrictTransportSecurity(AccessControlMaxAgeSec=_TWO_YEARS_S, Override=True),
    )
    policy = ResponseHeadersPolicy(
        "SiteHeaders",
        Condition=add_reference_condition(template),
        ResponseHeadersPolicyConfig=ResponseHeadersPolicyConfig(
            Name=edge_name(context, "site"), SecurityHeadersConfig=headers
        ),
    )
    return Ref(template.add_resource(policy))


def _usual_policy(context: Context, site: SiteOptions) -> str:
    called = ["'self'", f"https://{with_account(context.host)}", *([endpoint()] if site.errors else [])]
    rules = (
        "default-src 'self'",
        f"connect-src {' '.join(called)}",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)
