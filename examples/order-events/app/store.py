"""Orders and invoices in DynamoDB. An order says which region took it: that region tells the others of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class StoreUnavailable(Exception):
    """A table did not answer, or refused."""


@dataclass(frozen=True)
class Store:
    """Both tables, seen from a region."""

    orders: str
    invoices: str
    region: str
    client: Any

    @classmethod
    def connect(cls, orders: str, invoices: str, region: str) -> Store:
        """A client from the environment; short time-outs, because a health check waits for it."""
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
        return cls(orders, invoices, region, boto3.client("dynamodb", config=config))

    def answers(self) -> bool:
        """Whether orders can be read here and now."""
        try:
            self.get("health")
        except StoreUnavailable:
            return False
        return True

    def place(self, order: dict[str, Any]) -> bool:
        """Write an order unless its id is there: whether it was new. Raises StoreUnavailable."""
        from botocore.exceptions import ClientError

        item = {
            "id": {"S": order["id"]},
            "item": {"S": order["item"]},
            "cents": {"N": str(order["cents"])},
            "region": {"S": self.region},
        }
        try:
            _call(
                self.client.put_item, TableName=self.orders, Item=item, ConditionExpression="attribute_not_exists(id)"
            )
        except StoreUnavailable as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def get(self, order_id: str) -> dict[str, Any] | None:
        """An order, with its invoice once there is one; or None. Raises StoreUnavailable."""
        found = _call(self.client.get_item, TableName=self.orders, Key={"id": {"S": order_id}}).get("Item")
        if not found:
            return None
        invoice = _call(self.client.get_item, TableName=self.invoices, Key={"order": {"S": order_id}}).get("Item")
        order = {"id": order_id, "item": found["item"]["S"], "cents": int(found["cents"]["N"])}
        return order | ({"invoice": invoice["number"]["S"]} if invoice else {})


def _call(operation: Any, **arguments: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise StoreUnavailable(str(error)) from error
    return answer
