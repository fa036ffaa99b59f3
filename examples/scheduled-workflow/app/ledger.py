"""Payments by day, and settlements of days, in DynamoDB."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = timedelta(days=400)


class LedgerUnavailable(Exception):
    """A table did not answer, or refused."""


@dataclass(frozen=True)
class Ledger:
    """Both tables."""

    payments: str
    settlements: str
    client: Any

    @classmethod
    def connect(cls, payments: str, settlements: str) -> Ledger:
        """A client from the environment; short time-outs, because a health check waits for it."""
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
        return cls(payments, settlements, boto3.client("dynamodb", config=config))

    def answers(self) -> bool:
        """Whether settlements can be read here and now."""
        try:
            self.settlement("1970-01-01")
        except LedgerUnavailable:
            return False
        return True

    def add(self, payment: dict[str, Any]) -> None:
        """Write a payment; the same one again changes nothing. Raises LedgerUnavailable."""
        ends = datetime.combine(date.fromisoformat(payment["day"]), time(), UTC) + KEPT
        item = {name: {"S": payment[name]} for name in ("day", "id", "merchant")}
        item |= {"cents": {"N": str(payment["cents"])}, "ends": {"N": str(int(ends.timestamp()))}}
        _call(self.client.put_item, TableName=self.payments, Item=item)

    def of_day(self, day: str) -> Iterator[tuple[str, int]]:
        """(merchant, cents) of every payment of a day. Raises LedgerUnavailable."""
        start: dict[str, Any] = {}
        while True:
            page = _call(
                self.client.query,
                TableName=self.payments,
                KeyConditionExpression="#day = :day",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={":day": {"S": day}},
                **start,
            )
            for item in page["Items"]:
                yield item["merchant"]["S"], int(item["cents"]["N"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def settle(self, day: str, merchants: dict[str, int], total: int) -> None:
        """Keep a day's sums. Settled again, the day has the sums of the later time. Raises LedgerUnavailable."""
        item = {"day": {"S": day}, "merchants": {"S": json.dumps(merchants)}, "total": {"N": str(total)}}
        _call(self.client.put_item, TableName=self.settlements, Item=item)

    def settlement(self, day: str) -> dict[str, Any] | None:
        """The sums of a day, or None. Raises LedgerUnavailable."""
        found = _call(self.client.get_item, TableName=self.settlements, Key={"day": {"S": day}}).get("Item")
        if not found:
            return None
        return {"day": day, "merchants": json.loads(found["merchants"]["S"]), "total": int(found["total"]["N"])}


def _call(operation: Any, **arguments: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = operation(**arguments)
    except (BotoCoreError, ClientError) as error:
        raise LedgerUnavailable(str(error)) from error
    return answer
