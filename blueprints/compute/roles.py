"""Least-privilege roles of the compute layer. Their names carry the region, their path what may be changed by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import regional_role_name, role_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import GetAtt, Template
    from troposphere.iam import Role

    from blueprints.context import Context

Statement = dict[str, object]


def add_role(
    template: Template,
    context: Context,
    title: str,
    *,
    name: str,
    service: str,
    statements: Sequence[Statement],
    only_for_own_account: bool = False,
) -> Role:
    """A role that one AWS service takes. `name` is what distinguishes it among the application's roles.

    `only_for_own_account` keeps the service from taking it for somebody else's account (the confused deputy), where
    the service says for whom it asks.
    """
    from troposphere import AWS_ACCOUNT_ID, Ref
    from troposphere.iam import Policy, Role

    trusted: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if only_for_own_account:
        trusted["Condition"] = {"StringEquals": {"aws:SourceAccount": Ref(AWS_ACCOUNT_ID)}}
    return template.add_resource(
        Role(
            title,
            RoleName=regional_role_name(context, name),
            Path=role_path(context),
            AssumeRolePolicyDocument=_document([trusted]),
            **({"Policies": [Policy(PolicyName=name, PolicyDocument=_document(statements))]} if statements else {}),
        )
    )


def invoke_statements(functions: Sequence[str], *, alias: str) -> list[Statement]:
    """For the API: invoke these functions through this alias, and nothing else of the account."""
    from troposphere import Sub

    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"
    return [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": [Sub(f"{arn}:{function}:{alias}") for function in functions],
        }
    ]


def log_statements(log_group: GetAtt) -> list[Statement]:
    """For a function: write to its own log group (whose ARN ends in `:*`, as the service expects)."""
    return [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log_group}]


def trace_statements() -> list[Statement]:
    """For a function: X-Ray knows no resources for these actions."""
    return [{"Effect": "Allow", "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "Resource": "*"}]


def table_statements(table: str) -> list[Statement]:
    """For a function: read and write the items of one table and its indexes, and see whether it is there."""
    from troposphere import Sub

    arn = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{table}"
    return [
        {
            "Effect": "Allow",
            "Action": [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            "Resource": [Sub(arn), Sub(f"{arn}/index/*")],
        }
    ]


def _document(statements: Sequence[Statement]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
