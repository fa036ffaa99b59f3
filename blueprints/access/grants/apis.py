"""APIs of API Gateway, their domain names and the certificates of those."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, linked_role
from blueprints.log_delivery import LOG_DELIVERY_ACTIONS

_API_CALLS = ("apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT")
_API = Grant(
    "Apis",
    _API_CALLS,
    ("apigateway:*::/apis", "apigateway:*::/apis/*", "apigateway:*::/tags/*"),
)
_DOMAINS = Grant(
    "ApiDomains",
    _API_CALLS,
    ("apigateway:*::/domainnames", "apigateway:*::/domainnames/*", "apigateway:*::/tags/*"),
)
_CERTIFICATES = (
    # There is nothing to name before it exists.
    Grant("NewCertificates", ("acm:RequestCertificate",), ("*",)),
    Grant(
        "Certificates",
        (
            "acm:AddTagsToCertificate",
            "acm:DeleteCertificate",
            "acm:DescribeCertificate",
            "acm:ListTagsForCertificate",
            "acm:RemoveTagsFromCertificate",
        ),
        ("acm:*:{account}:certificate/*",),
    ),
)

LOG_DELIVERY = Grant("LogDelivery", LOG_DELIVERY_ACTIONS, ("*",))

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::ApiGatewayV2::Api": (_API, linked_role("ApiGatewayLinkedRole", "ops.apigateway.amazonaws.com")),
    "AWS::ApiGatewayV2::ApiMapping": (_DOMAINS,),
    "AWS::ApiGatewayV2::DomainName": (_DOMAINS,),
    "AWS::ApiGatewayV2::Integration": (_API,),
    "AWS::ApiGatewayV2::Route": (_API,),
    "AWS::ApiGatewayV2::Stage": (_API, LOG_DELIVERY),
    "AWS::CertificateManager::Certificate": _CERTIFICATES,
}
