"""A key per region for what stays in that region (log groups, ...), administered through the account's own IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import key_parameter_name

if TYPE_CHECKING:
    from troposphere import GetAtt, Template

    from blueprints.context import Context


def add_key(template: Template, context: Context, *, containers: bool = False) -> GetAtt:
    """The key, its alias and the SSM parameter by which compute finds it; returns its ARN. Output: KeyArn.

    With `containers` it also encrypts what services log.

    Compute resolves the parameter when it is deployed: an export would tie the two layers together, and a log group
    takes a key by ARN only, not by alias.
    """
    from troposphere import GetAtt, Output, Ref
    from troposphere.kms import Alias, Key
    from troposphere.ssm import Parameter

    key = template.add_resource(
        Key(
            "Key",
            Description=f"{context.prefix}: what stays in this region",
            EnableKeyRotation=True,
            KeyPolicy=_policy(context, containers=containers),
            # One that was made in vain is not kept (and paid for): each new try would leave another.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    template.add_resource(Alias("KeyAlias", AliasName=f"alias/{context.prefix}", TargetKeyId=Ref(key)))
    arn = GetAtt(key, "Arn")
    template.add_resource(
        Parameter("KeyArnParameter", Name=key_parameter_name(context), Type="String", Value=arn),
    )
    template.add_output(Output("KeyArn", Value=arn))
    return arn


def let_use_key(template: Template, statement: dict[str, object]) -> None:
    """Adds a statement to the policy of the key that `add_key` made: for a service that must use it by itself."""
    template.resources["Key"].properties["KeyPolicy"]["Statement"].append(statement)


def _policy(context: Context, *, containers: bool) -> dict[str, object]:
    from troposphere import Sub

    log_groups = [
        Sub(f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{prefix}{context.prefix}*")
        for prefix in ("/aws/lambda/", "/aws/vendedlogs/apis/", *(("/aws/ecs/",) if containers else ()))
    ]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                # Without this statement IAM policies of the account have no power over the key, and it cannot be
                # administered again once its creator is gone.
                "Sid": "AccountDecidesThroughIam",
                "Effect": "Allow",
                "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "LogGroupsOfThisApplication",
                "Effect": "Allow",
                "Principal": {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
                "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                "Resource": "*",
                "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            },
        ],
    }
