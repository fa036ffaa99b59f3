"""DynamoDB, SQS, SNS and EventBridge inside this process, for the code of the examples; shared by a file's tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws

_NUMBERS = count()


class InProcess:
    """An AWS in us-east-1. Clients are made once: they are what takes time."""

    def __init__(self) -> None:
        self.dynamodb, self.sqs = boto3.client("dynamodb"), boto3.client("sqs")

    def table(self, *keys: str) -> str:
        """A new table with a partition key and perhaps a sort key; returns its name."""
        name = f"table-{next(_NUMBERS)}"
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )
        return name

    def queue(self) -> str:
        """A new queue; returns its address."""
        url: str = self.sqs.create_queue(QueueName=f"queue-{next(_NUMBERS)}")["QueueUrl"]
        return url

    def waiting(self, url: str) -> list[str]:
        """The bodies of what waits in a queue."""
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [one["Body"] for one in found]


@contextlib.contextmanager
def in_process() -> Iterator[InProcess]:
    """An empty AWS, and the variables that Lambda would set."""
    given = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "RELEASE": "0123456789ab"}
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in (given | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}).items():
            patch.setenv(name, value)
        yield InProcess()


def request(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    """An event of an HTTP API (payload format 2.0)."""
    return {"rawPath": path, "requestContext": {"http": {"method": method}}, "body": body}
