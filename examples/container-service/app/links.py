"""Short links in DynamoDB: an id, and the address that it leads to."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ID = re.compile("[a-z0-9-]{3,40}")
LONGEST = 2000


class InvalidLink(Exception):
    """What is wrong with a link, for whoever makes it."""


class LinksUnavailable(Exception):
    """The table did not answer, or refused."""


def link_of(body: bytes) -> dict[str, str]:
    """`id` and `address`. Raises InvalidLink."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidLink("the body is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidLink("a link is an object with id and address")
    link_id, address = given.get("id"), given.get("address")
    if not isinstance(link_id, str) or not _ID.fullmatch(link_id) or link_id == "health":
        raise InvalidLink("id must have 3 to 40 lower-case letters, digits and dashes, and not be health")
    if not isinstance(address, str) or not _is_address(address):
        raise InvalidLink(f"address must begin with https:// and have {LONGEST} characters at most")
    return {"id": link_id, "address": address}


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # Printable ASCII alone: it becomes a header.
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and len(text) <= LONGEST
        and re.fullmatch("[!-~]+", text) is not None
    )


@dataclass(frozen=True)
class Links:
    """The table."""

    table: str
    client: Any

    @classmethod
    def connect(cls, table: str) -> Links:
        """A client from the environment; short time-outs, because a health check waits for it."""
        import boto3
        from botocore.config import Config

        attempts = {"total_max_attempts": 2, "mode": "standard"}
        config = Config(connect_timeout=1, read_timeout=2, retries=attempts, max_pool_connections=50)
        return cls(table, boto3.client("dynamodb", config=config))

    def answers(self) -> bool:
        """Whether the table can be read here and now."""
        try:
            self.get("health")
        except LinksUnavailable:
            return False
        return True

    def add(self, link: dict[str, str]) -> None:
        """Make a link, or lead it elsewhere. Raises LinksUnavailable."""
        item = {name: {"S": value} for name, value in link.items()}
        _call(self.client.put_item, TableName=self.table, Item=item)

    def get(self, link_id: str) -> str | None:
        """Where a link leads, or None. Raises LinksUnavailable."""
        if not _ID.fullmatch(link_id):
            return None
        found = _call(self.client.get_item, TableName=self.table, Key={"id": {"S": link_id}}).get("Item")
        return found["address"]["S"] if found else None


def _call(operation: Any, **arguments: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise LinksUnavailable(str(error)) from error
    return answer
