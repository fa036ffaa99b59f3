"""What a function works with, by name: the statements of its role, and the variables by which its code finds things.

Infra made these things; the layers meet by name alone, so nothing here refers to another stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.roles import table_statements
from blueprints.naming import (
    BUS_LIMIT,
    QUEUE_LIMIT,
    SECRET_LIMIT,
    TOPIC_LIMIT,
    WEBSOCKET_API,
    WEBSOCKET_STAGE,
    WORKFLOW_LIMIT,
    bucket_name,
    database_parameter_name,
    key_alias,
    queue_url,
    resource_name,
    table_name,
)
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Sub

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

_VARIABLES = {
    "tables": "TABLE",
    "queues": "QUEUE",
    "topics": "TOPIC",
    "buckets": "BUCKET",
    "buses": "BUS",
    "workflows": "WORKFLOW",
    "secrets": "SECRET",
    "parameters": "PARAMETER",
    "keys": "KEY",
}
_HERE = "${AWS::Region}:${AWS::AccountId}"


@dataclass(frozen=True, slots=True)
class Uses:
    """Names as `infra` and `compute` give them. A function may do with them what such code does, and nothing more."""

    tables: tuple[str, ...] = option((), "Tables to read and write. Variable: TABLE_<NAME>, its name.", unique=True)
    queues: tuple[str, ...] = option(
        (), "Queues to send to (a FIFO queue with `.fifo`). QUEUE_<NAME>, its URL.", unique=True
    )
    topics: tuple[str, ...] = option((), "Topics to publish to. Variable: TOPIC_<NAME>, its ARN.", unique=True)
    buckets: tuple[str, ...] = option(
        (), "Data buckets to read and write. Variable: BUCKET_<NAME>, its name.", unique=True
    )
    buses: tuple[str, ...] = option((), "Event buses to put events on. Variable: BUS_<NAME>, its name.", unique=True)
    workflows: tuple[str, ...] = option(
        (), "Workflows to start and ask for. Variable: WORKFLOW_<NAME>, its ARN.", unique=True
    )
    secrets: tuple[str, ...] = option((), "Secrets to read. Variable: SECRET_<NAME>, its name.", unique=True)
    parameters: tuple[str, ...] = option(
        (), "SSM parameters to read. Variable: PARAMETER_<NAME>, its name.", unique=True
    )
    websocket: bool = option(False, "Send over the connections of `websocket`. Variable: WEBSOCKET_URL, to post to.")
    keys: tuple[str, ...] = option(
        (), "Multi-region keys to encrypt and decrypt with. KEY_<NAME>, its alias.", unique=True
    )
    database: bool = option(False, "Sign in to the database's proxy. DATABASE_HOST writes, DATABASE_READER only reads.")


def variable(kind: str, name: str) -> str:
    """`QUEUE_ORDER_EVENTS` of the queue `order-events.fifo`."""
    plain = name.removesuffix(".fifo")
    return f"{kind}_{''.join(one if one.isalnum() else '_' for one in plain).upper()}"


def use_variables(context: Context, uses: Uses) -> dict[str, object]:
    """Variable -> name, URL or ARN."""
    return {name: value for name, value, _ in _used(context, uses)}


def used_names(uses: Uses) -> frozenset[str]:
    """The variables that there will be, without their values."""
    named = {variable(kind, name) for field, kind in _VARIABLES.items() for name in getattr(uses, field)}
    return frozenset(named | ({"DATABASE_HOST", "DATABASE_READER"} if uses.database else set()))


def use_statements(context: Context, uses: Uses) -> list[Statement]:
    """What the function's role may do."""
    statements: list[Statement] = []
    for _, _, grants in _used(context, uses):
        statements += grants
    return statements


def _used(context: Context, uses: Uses) -> Iterator[tuple[str, object, list[Statement]]]:
    from troposphere import Sub

    for name in uses.tables:
        table = table_name(context, name)
        yield variable("TABLE", name), table, table_statements(table)
    for name in uses.queues:
        queue = resource_name(context, name, QUEUE_LIMIT)
        actions = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
        yield variable("QUEUE", name), queue_url(queue), [_allow(actions, _arn("sqs", queue))]
    for name in uses.topics:
        topic = _arn("sns", resource_name(context, name, TOPIC_LIMIT))
        yield variable("TOPIC", name), topic, [_allow(["sns:Publish"], topic)]
    for name in uses.buckets:
        bucket = bucket_name(context, name)
        yield variable("BUCKET", name), bucket, _bucket_statements(bucket.data["Fn::Sub"])
    for name in uses.buses:
        bus = resource_name(context, name, BUS_LIMIT)
        yield variable("BUS", name), bus, [_allow(["events:PutEvents"], _arn("events", f"event-bus/{bus}"))]
    for name in uses.workflows:
        workflow = resource_name(context, name, WORKFLOW_LIMIT)
        yield variable("WORKFLOW", name), _arn("states", f"stateMachine:{workflow}"), _workflow_statements(workflow)
    for name in uses.secrets:
        secret = resource_name(context, name, SECRET_LIMIT)
        # Secrets Manager ends the ARN of a secret with six characters of its own.
        arn = _arn("secretsmanager", f"secret:{secret}-??????")
        yield variable("SECRET", name), secret, [_allow(["secretsmanager:GetSecretValue"], arn)]
    for name in uses.parameters:
        parameter = f"/{context.prefix}/{name}"
        actions = ["ssm:GetParameter", "ssm:GetParameters"]
        yield variable("PARAMETER", name), parameter, [_allow(actions, _arn("ssm", f"parameter{parameter}"))]
    if uses.websocket:
        url = f"https://${{{WEBSOCKET_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{WEBSOCKET_STAGE}"
        connections = _arn("execute-api", f"${{{WEBSOCKET_API}}}/{WEBSOCKET_STAGE}/*/@connections/*")
        yield "WEBSOCKET_URL", Sub(url), [_allow(["execute-api:ManageConnections"], connections)]
    for name in uses.keys:
        alias = key_alias(context, name)
        yield variable("KEY", name), alias, [_key_statement(alias)]
    if uses.database:
        for name, part in (("DATABASE_HOST", "endpoint"), ("DATABASE_READER", "reader")):
            # Ids of proxies are made up by AWS; only proxies have one that begins so.
            connect = _allow(["rds-db:connect"], _arn("rds-db", "dbuser:prx-*/*"))
            found = f"{{{{resolve:ssm:{database_parameter_name(context, part)}}}}}"
            yield name, found, [connect] if part == "endpoint" else []


def _key_statement(alias: str) -> Statement:
    """By alias a key is allowed through a condition: the resource is the key, whose id only AWS knows."""
    actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    named = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    return {**_allow(actions, _arn("kms", "key/*")), "Condition": named}


def _bucket_statements(bucket: str) -> list[Statement]:
    from troposphere import Sub

    arn = f"arn:${{AWS::Partition}}:s3:::{bucket}"
    objects = ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    return [_allow(["s3:ListBucket"], Sub(arn)), _allow(objects, Sub(f"{arn}/*"))]


def _workflow_statements(workflow: str) -> list[Statement]:
    started = ["states:StartExecution", "states:StartSyncExecution"]
    return [
        _allow(started, _arn("states", f"stateMachine:{workflow}")),
        _allow(["states:DescribeExecution"], _arn("states", f"execution:{workflow}:*")),
    ]


def _arn(service: str, resource: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:{service}:{_HERE}:{resource}")


def _allow(actions: list[str], resource: Sub) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}
