"""ARNs that do not follow from a name, looked up while a stack is made: streams, replicas of keys and secrets.

The layers and regions still meet by name; only AWS knows the rest of these ARNs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from blueprints.inline import add_inline_function, allow, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import GetAtt, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

FUNCTION = "Lookup"

_ANSWER = """
def answer(asked):
    kind, name, region = asked["Kind"], asked["Name"], asked["Region"]
    if kind == "stream":
        arn = boto3.client("dynamodb", region).describe_table(TableName=name)["Table"]["LatestStreamArn"]
    elif kind == "key":
        arn = boto3.client("kms", region).describe_key(KeyId=name)["KeyMetadata"]["Arn"]
    else:
        arn = boto3.client("secretsmanager", region).describe_secret(SecretId=name)["ARN"]
    return {"Arn": arn}
"""


class Kind(StrEnum):
    """What can be looked up: a table's stream by the table's name, a key by its alias, a secret by its name."""

    STREAM = "stream"
    KEY = "key"
    SECRET = "secret"


def look_up(
    template: Template,
    context: Context,
    title: str,
    kind: Kind,
    name: str,
    *,
    layer: str,
    region: str = "",
    condition: str = "",
    again: Mapping[str, object] | None = None,
) -> GetAtt:
    """The ARN of what has this name, in `region` (default: the stack's own). Fails the stack when there is none.

    It is looked up again when a value in `again` changes. `title` is the logical id of the question, `layer` the
    name of the stack's layer: each has a function of its own.
    """
    from troposphere import AWS_REGION, GetAtt, Ref

    if FUNCTION not in template.resources:
        add_inline_function(template, context, FUNCTION, name=f"{layer}-lookup", answer=_ANSWER, statements=())
    allow(template, FUNCTION, [_statement(kind, name, region or "${AWS::Region}")])
    if region:
        # Asked only while a stack is made or changed: what runs does not depend on that region.
        suppressed = {"foreign-region": "the function is asked while a stack is made, never by what runs"}
        template.resources[f"{FUNCTION}Role"].resource["Metadata"] = {"orchestrator": {"suppress": suppressed}}
    asked = {"Kind": kind.value, "Name": name, "Region": region or Ref(AWS_REGION), **(again or {})}
    return GetAtt(ask(template, title, FUNCTION, asked, condition=condition), "Arn")


def _statement(kind: Kind, name: str, region: str) -> Statement:
    from troposphere import Sub

    here = f"{region}:${{AWS::AccountId}}"
    match kind:
        case Kind.STREAM:
            action, resource = "dynamodb:DescribeTable", f"dynamodb:{here}:table/{name}"
        case Kind.KEY:
            # By alias a key is allowed through a condition: the resource is the key, whose id nobody knows yet.
            return {
                "Effect": "Allow",
                "Action": ["kms:DescribeKey"],
                "Resource": Sub(f"arn:${{AWS::Partition}}:kms:{here}:key/*"),
                "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}},
            }
        case Kind.SECRET:
            # Secrets Manager ends the ARN of a secret with six characters of its own.
            action, resource = "secretsmanager:DescribeSecret", f"secretsmanager:{here}:secret:{name}-??????"
        case _:
            assert_never(kind)
    return {"Effect": "Allow", "Action": [action], "Resource": Sub(f"arn:${{AWS::Partition}}:{resource}")}
