"""One certificate per region for the shared and the regional name, proven by DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import regional_host, shared_host
from blueprints.parameters import VALIDATION_ZONE_ID, declare

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context

ZONE_IS_HERE = "ValidationZoneIsHere"


def add_certificate(template: Template, context: Context) -> Ref:
    """The certificate; returns its ARN. Output: CertificateArn.

    With `ValidationZoneId` CloudFormation writes the proving record itself; without it the stack waits in
    CREATE_IN_PROGRESS until somebody else has written it. ACM asks for the same record in every region of an account.
    """
    from troposphere import AWS_NO_VALUE, Equals, If, Not, Output, Ref
    from troposphere.certificatemanager import Certificate, DomainValidationOption

    zone = declare(template, VALIDATION_ZONE_ID)
    template.add_condition(ZONE_IS_HERE, Not(Equals(zone, "")))
    names = [shared_host(context), regional_host(context)]
    certificate = template.add_resource(
        Certificate(
            "Certificate",
            DomainName=names[0],
            SubjectAlternativeNames=names[1:],
            ValidationMethod="DNS",
            DomainValidationOptions=If(
                ZONE_IS_HERE,
                [DomainValidationOption(DomainName=name, HostedZoneId=zone) for name in names],
                Ref(AWS_NO_VALUE),
            ),
        )
    )
    template.add_output(Output("CertificateArn", Value=Ref(certificate)))
    return Ref(certificate)
