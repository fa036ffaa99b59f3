"""Orders in DynamoDB: all under one partition key, sorted by id, which is by time: for a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PARTITION = "order"
HEALTH_TIMEOUT_S = 2


class StoreUnavailable(Exception):
    """The table did not answer, or refused."""


@dataclass(frozen=True)
class Store:
    """The table, through a client for requests and one with a short time-out for the health check."""

    table: str
    client: Any
    impatient: Any

    @classmethod
    def connect(cls, table: str) -> Store:
        """Clients from the environment: region, credentials and AWS_ENDPOINT_URL are boto3's own business."""
        import boto3
        from botocore.config import Config

        patient = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
        impatient = Config(
            connect_timeout=1, read_timeout=HEALTH_TIMEOUT_S, retries={"total_max_attempts": 1, "mode": "standard"}
        )
        session = boto3.session.Session()
        return cls(table, session.client("dynamodb", config=patient), session.client("dynamodb", config=impatient))

    def answers(self) -> bool:
        """Whether the table can be read here and now. The item asked for need not exist."""
        try:
            _call(self.impatient.get_item, TableName=self.table, Key=_key("health"))
        except StoreUnavailable:
            return False
        return True

    def put(self, order: dict[str, Any]) -> None:
        """Write one order. Raises StoreUnavailable."""
        item = _key(order["id"]) | {"item": {"S": order["item"]}, "quantity": {"N": str(order["quantity"])}}
        _call(self.client.put_item, TableName=self.table, Item=item)

    def get(self, order_id: str) -> dict[str, Any] | None:
        """One order, or None. Raises StoreUnavailable."""
        found = _call(self.client.get_item, TableName=self.table, Key=_key(order_id)).get("Item")
        return _order(found) if found else None

    def page(self, limit: int, *, after: str = "") -> tuple[list[dict[str, Any]], str]:
        """Newest first: up to `limit` orders older than `after`, and where the next page starts (empty: the end)."""
        start = {"ExclusiveStartKey": _key(after)} if after else {}
        found = _call(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :order",
            ExpressionAttributeValues={":order": {"S": PARTITION}},
            ScanIndexForward=False,
            Limit=limit,
            **start,
        )
        following = found.get("LastEvaluatedKey", {}).get("sk", {}).get("S", "")
        return [_order(item) for item in found["Items"]], following


def _call(operation: Any, **arguments: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(str(error)) from error
    return answer


def _key(order_id: str) -> dict[str, Any]:
    return {"pk": {"S": PARTITION}, "sk": {"S": order_id}}


def _order(item: dict[str, Any]) -> dict[str, Any]:
    return {"id": item["sk"]["S"], "item": item["item"]["S"], "quantity": int(item["quantity"]["N"])}
