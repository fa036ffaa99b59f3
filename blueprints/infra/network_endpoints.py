"""Endpoints: how what is inside a network reaches services of AWS without leaving it. For this account only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troposphere import Ref, Template

    from blueprints.infra.network_subnets import Private

GATEWAYS = ("s3", "dynamodb")
INTERFACES = (
    *("ecr.api", "ecr.dkr", "events", "execute-api", "kms", "lambda", "logs", "monitoring", "secretsmanager"),
    *("sns", "sqs", "ssm", "states", "sts", "xray"),
)
FOR_CONTAINERS = ("ecr.api", "ecr.dkr", "logs")
"""What starting a task asks, besides S3, in which ECR keeps the layers of images.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""


def add_endpoints(
    template: Template,
    vpc: Ref,
    private: Private,
    *,
    inside: object,
    gateways: Iterable[str],
    interfaces: Iterable[str],
    for_containers: bool,
) -> None:
    """The endpoints of a network with the addresses `inside`.

    `for_containers` adds those without which no task starts.
    """
    from troposphere import Sub
    from troposphere.ec2 import VPCEndpoint

    needed = (FOR_CONTAINERS, ("s3",)) if for_containers else ((), ())
    for name in sorted({*gateways, *needed[1]}):
        template.add_resource(
            VPCEndpoint(
                f"NetworkEndpoint{camel(name)}",
                VpcId=vpc,
                VpcEndpointType="Gateway",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{name}"),
                RouteTableIds=list(private.tables),
                PolicyDocument=_policy(layers=name == "s3"),
            )
        )
    names = sorted({*interfaces, *needed[0]})
    if not names:
        return
    group = _add_group(template, vpc, inside)
    for name in names:
        template.add_resource(
            VPCEndpoint(
                f"NetworkEndpoint{camel(name)}",
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{name}"),
                PrivateDnsEnabled=True,
                SubnetIds=list(private.subnets),
                SecurityGroupIds=[group],
                PolicyDocument=_policy(),
            )
        )


def _add_group(template: Template, vpc: Ref, inside: object) -> Ref:
    from troposphere import Ref
    from troposphere.ec2 import SecurityGroup, SecurityGroupRule

    group = SecurityGroup(
        "NetworkEndpointsGroup",
        GroupDescription="endpoints of services",
        VpcId=vpc,
        SecurityGroupIngress=[SecurityGroupRule(IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=inside)],
    )
    return Ref(template.add_resource(group))


def _policy(*, layers: bool = False) -> dict[str, object]:
    """Whoever has the keys of another account gets nowhere from here.

    ECR reads the layers of images from a bucket of its own, by addresses that it signs itself.
    """
    from troposphere import AWS_ACCOUNT_ID, Ref, Sub

    own: dict[str, object] = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": Ref(AWS_ACCOUNT_ID)}},
    }
    of_images = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": Sub("arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"),
    }
    return {"Version": "2012-10-17", "Statement": [own, *([of_images] if layers else [])]}
