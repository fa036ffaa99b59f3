"""What is watched of what keeps data: global tables and an Aurora cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DYNAMODB = "AWS/DynamoDB"
# SystemErrors is measured by operation, and each costs: those that carry a table's life.
_OPERATIONS = ("GetItem", "PutItem", "Query", "UpdateItem")


def table_watches(subject: str, *, table: str, regions: Sequence[str]) -> Iterator[Watch]:
    """Throttling, DynamoDB's own errors, and how long changes take to each of the regions. `table` is the full name.

    The alarm on the way to a region exists in that region too, where nothing is measured: there is one template.
    """
    yield Watch(
        kind=kinds.TABLE_THROTTLING,
        subject=subject,
        metrics=(
            ("reads", table_metric(table, "ReadThrottleEvents")),
            ("writes", table_metric(table, "WriteThrottleEvents")),
        ),
        expression="FILL(reads, 0) + FILL(writes, 0)",
    )
    yield Watch(
        kind=kinds.SYSTEM_ERRORS,
        subject=subject,
        metrics=tuple(
            (f"m{at}", table_metric(table, "SystemErrors", ("Operation", operation)))
            for at, operation in enumerate(_OPERATIONS)
        ),
        expression=" + ".join(f"FILL(m{at}, 0)" for at in range(len(_OPERATIONS))),
    )
    if len(regions) < 2:
        return
    for region in sorted(regions):
        yield Watch(
            kind=kinds.REPLICATION,
            subject=subject,
            metrics=(("value", replication_metric(table, region)),),
            factor=1000,
            end=region,
        )


def account_watches() -> Iterator[Watch]:
    """Requests that DynamoDB found wrong: it does not say of which table."""
    wrong = Metric(namespace=DYNAMODB, name="UserErrors", statistic="Sum")
    yield Watch(kind=kinds.USER_ERRORS, subject="tables", metrics=(("value", wrong),))


def table_metric(table: str, name: str, *more: tuple[str, object], statistic: str = "Sum") -> Metric:
    """A metric of a table by its full name."""
    return Metric(namespace=DYNAMODB, name=name, statistic=statistic, dimensions=(("TableName", table), *more))


def replication_metric(table: str, region: str) -> Metric:
    """How long a change of this region takes to another one, in milliseconds."""
    return table_metric(table, "ReplicationLatency", ("ReceivingRegion", region), statistic="Average")


def database_watches(cluster: str) -> Iterator[Watch]:
    """Processor, capacity, connections and lag of an Aurora cluster, by its identifier."""
    for kind, name, statistic, factor in (
        (kinds.DATABASE_CPU, "CPUUtilization", "Average", 1),
        (kinds.DATABASE_CAPACITY, "ACUUtilization", "Maximum", 1),
        (kinds.DATABASE_CONNECTIONS, "DatabaseConnections", "Maximum", 1),
        # Measured in the regions that follow; milliseconds.
        (kinds.DATABASE_LAG, "AuroraGlobalDBReplicationLag", "Maximum", 1000),
    ):
        metric = database_metric(cluster, name, statistic)
        yield Watch(kind=kind, subject="main", metrics=(("value", metric),), factor=factor)


def database_metric(cluster: str, name: str, statistic: str) -> Metric:
    """A metric of an Aurora cluster."""
    return Metric(namespace="AWS/RDS", name=name, statistic=statistic, dimensions=(("DBClusterIdentifier", cluster),))
