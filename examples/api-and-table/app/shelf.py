"""Products in DynamoDB: one partition per category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST = 100


class ShelfUnavailable(Exception):
    """The table did not answer, or refused."""


@dataclass(frozen=True)
class Shelf:
    """The table, through a client for requests and one that waits two seconds at most, for the health check."""

    table: str
    client: Any
    impatient: Any

    @classmethod
    def connect(cls, table: str) -> Shelf:
        """Clients from the environment."""
        import boto3
        from botocore.config import Config

        patient = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
        impatient = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1, "mode": "standard"})
        session = boto3.session.Session()
        return cls(table, session.client("dynamodb", config=patient), session.client("dynamodb", config=impatient))

    def answers(self) -> bool:
        """Whether the table can be read here and now."""
        try:
            _call(self.impatient.get_item, TableName=self.table, Key=_key("health", "health"))
        except ShelfUnavailable:
            return False
        return True

    def put(self, product: dict[str, Any]) -> None:
        """Write a product, or write it anew. Raises ShelfUnavailable."""
        item = {"title": {"S": product["title"]}, "cents": {"N": str(product["cents"])}}
        _call(self.client.put_item, TableName=self.table, Item=_key(product["category"], product["id"]) | item)

    def get(self, category: str, product_id: str) -> dict[str, Any] | None:
        """One product, or None. Raises ShelfUnavailable."""
        found = _call(self.client.get_item, TableName=self.table, Key=_key(category, product_id)).get("Item")
        return _product(found) if found else None

    def of_category(self, category: str) -> list[dict[str, Any]]:
        """The first hundred of a category, by their ids. Raises ShelfUnavailable."""
        found = _call(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="category = :category",
            ExpressionAttributeValues={":category": {"S": category}},
            Limit=MOST,
        )
        return [_product(item) for item in found["Items"]]


def _call(operation: Any, **arguments: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise ShelfUnavailable(str(error)) from error
    return answer


def _key(category: str, product_id: str) -> dict[str, Any]:
    return {"category": {"S": category}, "id": {"S": product_id}}


def _product(item: dict[str, Any]) -> dict[str, Any]:
    texts = {name: item[name]["S"] for name in ("category", "id", "title")}
    return {**texts, "cents": int(item["cents"]["N"])}
