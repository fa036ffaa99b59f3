"""The API's two domain names in a region. They live in infra, so that no release can replace them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import regional_host, shared_host

if TYPE_CHECKING:
    from troposphere import Ref, Sub, Template

    from blueprints.context import Context


def add_domains(template: Template, context: Context, *, certificate: Ref) -> tuple[str, ...]:
    """Both domain names; returns their logical ids.

    Outputs per name: the target and the zone of an alias record that points at it.
    """
    return (
        _add_domain(template, "Shared", shared_host(context), certificate),
        _add_domain(template, "Regional", regional_host(context), certificate),
    )


def _add_domain(template: Template, title: str, host: str | Sub, certificate: Ref) -> str:
    from troposphere import GetAtt, Output
    from troposphere.apigatewayv2 import DomainName, DomainNameConfiguration

    domain = template.add_resource(
        DomainName(
            f"{title}Domain",
            DomainName=host,
            DomainNameConfigurations=[
                DomainNameConfiguration(CertificateArn=certificate, EndpointType="REGIONAL", SecurityPolicy="TLS_1_2")
            ],
        )
    )
    template.add_output(Output(f"{title}Target", Value=GetAtt(domain, "RegionalDomainName")))
    template.add_output(Output(f"{title}TargetZoneId", Value=GetAtt(domain, "RegionalHostedZoneId")))
    return f"{title}Domain"
