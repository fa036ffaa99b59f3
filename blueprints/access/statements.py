"""Grants as IAM statements and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import Grant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troposphere import Sub, Template
    from troposphere.iam import Role

    from blueprints.context import Context

Statement = dict[str, object]


def arn(context: Context, resource: str) -> Sub | str:
    """`lambda:*:{account}:function:{p}-*` as an ARN of this partition; `*` stays `*`.

    `{p}` is the application's prefix, `{account}` the account of the stack, `{home}` the home account.
    """
    from troposphere import Sub

    if resource == "*":
        return "*"
    filled = resource.format(p=context.prefix, account="${AWS::AccountId}", home=context.home_account)
    return Sub(f"arn:${{AWS::Partition}}:{filled}")


def statements(context: Context, grants: Iterable[Grant]) -> list[Statement]:
    """One Allow statement per grant."""
    return [_statement(context, grant) for grant in grants]


def trust(principal: dict[str, object], *, condition: dict[str, object] | None = None) -> dict[str, object]:
    """The document that says who may take a role."""
    allow: Statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return document([allow | ({"Condition": condition} if condition else {})])


def document(parts: Sequence[Statement]) -> dict[str, object]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(parts)}


def add_role(
    template: Template,
    title: str,
    *,
    name: str,
    trust: dict[str, object],
    policies: dict[str, Sequence[Statement]],
    managed_policies: Sequence[object] = (),
) -> Role:
    """A role with inline policies. IAM counts all of them together: 10,240 characters without white space."""
    from troposphere.iam import Policy, Role

    return template.add_resource(
        Role(
            title,
            RoleName=name,
            AssumeRolePolicyDocument=trust,
            Policies=[
                Policy(PolicyName=policy, PolicyDocument=document(parts)) for policy, parts in sorted(policies.items())
            ],
            **({"ManagedPolicyArns": list(managed_policies)} if managed_policies else {}),
        )
    )


def _statement(context: Context, grant: Grant) -> Statement:
    statement: Statement = {
        "Sid": grant.sid,
        "Effect": "Allow",
        "Action": sorted(grant.actions),
        "Resource": [arn(context, resource) for resource in grant.resources],
    }
    if grant.condition:
        statement["Condition"] = {
            operator: {key: [value.replace("{p}", context.prefix) for value in values] for key, values in keys}
            for operator, keys in grant.condition
        }
    return statement
