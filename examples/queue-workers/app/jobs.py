"""Jobs: what one is, and where they stand. A job is `queued` until its document is there: then it is `done`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LONGEST_TEXT = 10_000
KEPT_S = 30 * 86_400


class InvalidJob(Exception):
    """What is wrong with a job, for its caller."""


class JobsUnavailable(Exception):
    """The table or the queue did not answer, or refused."""


def job_of(body: str) -> dict[str, Any]:
    """`text` with `$name` places, `values` for them, `urgent`. Raises InvalidJob."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidJob("the body is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidJob("a job is an object with text and values")
    text, values, urgent = given.get("text"), given.get("values", {}), given.get("urgent", False)
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_TEXT:
        raise InvalidJob(f"text must have 1 to {LONGEST_TEXT} characters")
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise InvalidJob("values must be an object of texts")
    if not isinstance(urgent, bool):
        raise InvalidJob("urgent must be true or false")
    return {"text": text, "values": values, "urgent": urgent}


@dataclass(frozen=True)
class Jobs:
    """The table of jobs; each region sees what the others wrote, about a second later."""

    table: str
    client: Any

    @classmethod
    def connect(cls, table: str) -> Jobs:
        """A client from the environment; short time-outs, because a health check waits for it."""
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
        return cls(table, boto3.client("dynamodb", config=config))

    def answers(self) -> bool:
        """Whether the table can be read here and now."""
        try:
            self.get("health")
        except JobsUnavailable:
            return False
        return True

    def add(self, job: dict[str, Any], *, now: float) -> None:
        """Write a new job down, for a month. Raises JobsUnavailable."""
        item = {"id": {"S": job["id"]}, "state": {"S": "queued"}, "ends": {"N": str(int(now) + KEPT_S)}}
        calling(self.client.put_item, TableName=self.table, Item=item)

    def finish(self, job_id: str, document: str) -> None:
        """Keep the document. Twice is as once: queues may deliver a message again. Raises JobsUnavailable."""
        calling(
            self.client.update_item,
            TableName=self.table,
            Key={"id": {"S": job_id}},
            UpdateExpression="SET #state = :done, document = :document",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":done": {"S": "done"}, ":document": {"S": document}},
        )

    def get(self, job_id: str) -> dict[str, Any] | None:
        """A job as callers see it, or None. Raises JobsUnavailable."""
        found = calling(self.client.get_item, TableName=self.table, Key={"id": {"S": job_id}}).get("Item")
        if not found:
            return None
        job: dict[str, Any] = {"id": job_id, "state": found["state"]["S"]}
        return job | ({"document": found["document"]["S"]} if "document" in found else {})


def calling(operation: Any, **arguments: Any) -> dict[str, Any]:
    """One call of AWS. Raises JobsUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise JobsUnavailable(str(error)) from error
    return answer
