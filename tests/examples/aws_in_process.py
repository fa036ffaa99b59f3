"""DynamoDB, SQS, SNS and EventBridge inside this process, for the code of the examples."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws


@contextlib.contextmanager
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS in us-east-1."""
    given = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "RELEASE": "0123456789ab"}
    for name, value in (given | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}).items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


def table(name: str, *keys: str) -> str:
    """A table with a partition key and perhaps a sort key; returns its name."""
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)],
    )
    return name


def queue(name: str) -> str:
    """A queue; returns its address."""
    url: str = boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return url


def waiting(url: str) -> list[str]:
    """The bodies of what waits in a queue."""
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [one["Body"] for one in found]


def request(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    """An event of an HTTP API (payload format 2.0)."""
    return {"rawPath": path, "requestContext": {"http": {"method": method}}, "body": body}
