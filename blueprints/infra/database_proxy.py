"""A proxy in front of a region's database: functions share connections, and sign in with their roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.roles import add_role
from blueprints.infra.keys import add_other_condition
from blueprints.infra.table import add_reference_condition
from blueprints.lookup import Kind, look_up
from blueprints.naming import SECRET_LIMIT, database_parameter_name, resource_name, shorten

if TYPE_CHECKING:
    from troposphere import If, Template
    from troposphere.rds import DBCluster

    from blueprints.context import Context

NAME_LIMIT = 60
_SIGN_IN = {"POSTGRESQL": "POSTGRES_SCRAM_SHA_256", "MYSQL": "MYSQL_NATIVE_PASSWORD"}


@dataclass(frozen=True, slots=True)
class Proxied:
    """What a proxy stands in front of. `secret` is a logical id in the reference region, `secret_name` its name under
    `secrets`, `after` the instances that must be there."""

    engine: str
    cluster: DBCluster
    secret: str
    secret_name: str
    after: tuple[str, ...]


def add_proxy(
    template: Template, context: Context, proxied: Proxied, *, subnets: object, security_group: object
) -> None:
    """The proxy with an endpoint that only reads, and the parameters in which compute finds both."""
    from troposphere import GetAtt, Ref
    from troposphere.rds import DBProxy, DBProxyEndpoint, DBProxyTargetGroup
    from troposphere.ssm import Parameter

    name = shorten(f"{context.prefix}-database", NAME_LIMIT)
    role = _add_role(template, context, proxied)
    proxy = DBProxy(
        "DatabaseProxy",
        DBProxyName=name,
        EngineFamily=proxied.engine,
        RoleArn=GetAtt(role, "Arn"),
        RequireTLS=True,
        VpcSubnetIds=subnets,
        VpcSecurityGroupIds=[security_group],
    )
    proxy.properties["Auth"] = [
        {
            "AuthScheme": "SECRETS",
            "IAMAuth": "REQUIRED",
            "ClientPasswordAuthType": _SIGN_IN[proxied.engine],
            "SecretArn": _secret_arn(template, context, proxied),
        }
    ]
    template.add_resource(proxy)
    template.add_resource(
        DBProxyTargetGroup(
            "DatabaseProxyTargets",
            DependsOn=list(proxied.after),
            DBProxyName=Ref(proxy),
            TargetGroupName="default",
            DBClusterIdentifiers=[Ref(proxied.cluster)],
        )
    )
    reader = template.add_resource(
        DBProxyEndpoint(
            "DatabaseReader",
            DBProxyName=Ref(proxy),
            DBProxyEndpointName=f"{name[: NAME_LIMIT - 7].rstrip('-')}-reader",
            TargetRole="READ_ONLY",
            VpcSubnetIds=subnets,
            VpcSecurityGroupIds=[security_group],
        )
    )
    for title, part, endpoint in (("Endpoint", "endpoint", proxy), ("ReaderEndpoint", "reader", reader)):
        parameter = database_parameter_name(context, part)
        template.add_resource(
            Parameter(f"Database{title}", Name=parameter, Type="String", Value=GetAtt(endpoint, "Endpoint"))
        )


def _add_role(template: Template, context: Context, proxied: Proxied) -> str:
    from troposphere import Sub

    secret = resource_name(context, proxied.secret_name, SECRET_LIMIT)
    here = "${AWS::Region}:${AWS::AccountId}"
    add_role(
        template,
        context,
        "DatabaseProxyRole",
        name="database-proxy",
        service="rds.amazonaws.com",
        statements=[
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:GetSecretValue"],
                "Resource": Sub(f"arn:${{AWS::Partition}}:secretsmanager:{here}:secret:{secret}-??????"),
            }
        ],
    )
    return "DatabaseProxyRole"


def _secret_arn(template: Template, context: Context, proxied: Proxied) -> If:
    """The end of a secret's ARN is made up by Secrets Manager: where the replica is, it is looked up."""
    from troposphere import If, Ref

    name = resource_name(context, proxied.secret_name, SECRET_LIMIT)
    elsewhere = add_other_condition(template)
    found = look_up(template, context, "DatabaseSecretReplica", Kind.SECRET, name, layer="infra", condition=elsewhere)
    return If(add_reference_condition(template), Ref(proxied.secret), found)
