"""Cognito user pools: one in each region with users of its own, or one for all with a replica in a second region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.faults import Fault
from blueprints.infra.table import add_reference_condition
from blueprints.naming import pool_parameter_name
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Ref, Template

    from blueprints.context import Context

_NAME = re.compile(r"[a-z](-?[a-z0-9])*")
_KEEP = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@dataclass(frozen=True, slots=True)
class ReplicaOptions:
    """A second region in which the same users can sign in when the first is lost; not in GovCloud."""

    region: str = option(doc="A region of the application; not the reference region.")
    key_parameter: str = option(doc="SSM parameter with the ARN of a multi-region key that also exists there.")


@dataclass(frozen=True, slots=True)
class UserPoolOptions:
    """Who signs in, and how."""

    sign_in: str = option("email", "What a user signs in with.", choices=("email", "username"))
    self_sign_up: bool = option(False, "Whether users may make their own accounts.")
    mfa: str = option("OPTIONAL", "A second factor: a code of an app.", choices=("OFF", "OPTIONAL", "ON"))
    password_length: int = option(12, "The least.", minimum=8, maximum=99)
    access_minutes: int = option(60, "How long a token opens the API.", minimum=5, maximum=1440)
    refresh_days: int = option(30, "How long a user stays signed in.", minimum=1, maximum=3650)
    replica: ReplicaOptions | None = option(None, "One pool for all regions instead of one in each.")


def pool_faults(context: Context, pools: Mapping[str, UserPoolOptions]) -> Iterator[Fault]:
    """What cannot work, by its path below the options of the layer."""
    titles: dict[str, str] = {}
    for name, pool in pools.items():
        path = f"user_pools.{name}"
        if _NAME.fullmatch(name) is None:
            yield Fault(path, f"{name!r} is no name of a user pool", "use lower-case letters, digits and single dashes")
        elif (other := titles.setdefault(camel(name), name)) != name:
            yield Fault(path, f"becomes the same logical id as {other!r}", "rename one of the two")
        if pool.replica is not None:
            yield from _replica_faults(context, f"{path}.replica", pool.replica)


def add_user_pools(
    template: Template, context: Context, pools: Mapping[str, UserPoolOptions], *, after: tuple[str, ...] = ()
) -> None:
    """Each pool with a client and the SSM parameters by which compute finds both.

    Outputs per pool: UserPool<Name>Id, UserPool<Name>ClientId. A pool with a replica, its parameters and its outputs
    are there in the reference region only. `after` are logical ids of what may fail: a pool is protected, and would be
    left behind by a first creation that rolls back.
    """
    for name, pool in pools.items():
        once = {"Condition": add_reference_condition(template)} if pool.replica else {}
        _add_pool(template, context, name, pool, {**once, **({"DependsOn": list(after)} if after else {})}, once)


def _add_pool(
    template: Template,
    context: Context,
    name: str,
    pool: UserPoolOptions,
    attributes: Mapping[str, Any],
    once: Mapping[str, Any],
) -> None:
    from troposphere import Output, Ref
    from troposphere.cognito import UserPool
    from troposphere.ssm import Parameter

    title = f"UserPool{camel(name)}"
    made = Ref(template.add_resource(UserPool(title, **attributes, **_KEEP, **_properties(context, name, pool))))
    client = _add_client(template, context, name, pool, made, once)
    if pool.replica is not None:
        from troposphere.cognito import UserPoolReplica

        template.add_resource(
            UserPoolReplica(f"{title}Replica", UserPoolId=made, RegionName=pool.replica.region, **once, **_KEEP)
        )
    for what, output, value in (("id", "Id", made), ("client", "ClientId", client)):
        parameter = pool_parameter_name(context, name, what)
        template.add_resource(
            Parameter(f"{title}{output}Parameter", Name=parameter, Type="String", Value=value, **once)
        )
        template.add_output(Output(f"{title}{output}", Value=value, **once))


def _properties(context: Context, name: str, pool: UserPoolOptions) -> dict[str, Any]:
    from troposphere.cognito import (
        AccountRecoverySetting,
        AdminCreateUserConfig,
        IssuerConfiguration,
        KeyConfiguration,
        PasswordPolicy,
        Policies,
        RecoveryOption,
        UsernameConfiguration,
    )

    return {
        "UserPoolName": f"{context.prefix}-{name}",
        "UserPoolTier": "ESSENTIALS",
        "DeletionProtection": "ACTIVE",
        **({"UsernameAttributes": ["email"]} if pool.sign_in == "email" else {}),
        "UsernameConfiguration": UsernameConfiguration(CaseSensitive=False),
        "AutoVerifiedAttributes": ["email"],
        "AccountRecoverySetting": AccountRecoverySetting(
            RecoveryMechanisms=[RecoveryOption(Name="verified_email", Priority=1)]
        ),
        "AdminCreateUserConfig": AdminCreateUserConfig(AllowAdminCreateUserOnly=not pool.self_sign_up),
        "MfaConfiguration": pool.mfa,
        **({"EnabledMfas": ["SOFTWARE_TOKEN_MFA"]} if pool.mfa != "OFF" else {}),
        "Policies": Policies(
            PasswordPolicy=PasswordPolicy(
                MinimumLength=pool.password_length,
                RequireLowercase=True,
                RequireNumbers=True,
                RequireSymbols=False,
                RequireUppercase=True,
            )
        ),
        **(
            {
                # Its keys are served by both regions; a replica needs a key that both of them have.
                "IssuerConfiguration": IssuerConfiguration(Type="UPDATED"),
                "KeyConfiguration": KeyConfiguration(
                    KeyType="CUSTOMER_MANAGED_KEY", KmsKeyArn=f"{{{{resolve:ssm:{pool.replica.key_parameter}}}}}"
                ),
            }
            if pool.replica
            else {}
        ),
    }


def _add_client(
    template: Template, context: Context, name: str, pool: UserPoolOptions, made: Ref, once: Mapping[str, Any]
) -> Ref:
    """A client without a secret, for pages and apps: passwords never leave the device."""
    from troposphere import Ref
    from troposphere.cognito import TokenValidityUnits, UserPoolClient

    client = UserPoolClient(
        f"UserPool{camel(name)}Client",
        UserPoolId=made,
        ClientName=f"{context.prefix}-{name}",
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        AccessTokenValidity=pool.access_minutes,
        IdTokenValidity=pool.access_minutes,
        RefreshTokenValidity=pool.refresh_days,
        TokenValidityUnits=TokenValidityUnits(AccessToken="minutes", IdToken="minutes", RefreshToken="days"),
        **once,
        **_KEEP,
    )
    return Ref(template.add_resource(client))


def _replica_faults(context: Context, path: str, replica: ReplicaOptions) -> Iterator[Fault]:
    if context.partition != "aws":
        yield Fault(path, f"Cognito replicates no user pools in {context.partition}", "have a pool in each region")
    others = [region for region in context.regions if region != context.reference_region]
    if replica.region not in others:
        message = f"{replica.region!r} is no region of the application besides {context.reference_region}"
        yield Fault(f"{path}.region", message, f"choose one of {', '.join(others)}" if others else "add a region")
    # CloudFormation may read parameters of this application, and no others.
    start = f"/orchestrator/{context.prefix}/"
    if not replica.key_parameter.startswith(start):
        yield Fault(
            f"{path}.key_parameter", f"{replica.key_parameter!r} is none of the application's", f"begin it with {start}"
        )
