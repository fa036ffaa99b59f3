"""What the orchestrator may do with levers: move its own application's, and read where their alarms stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import Grant

if TYPE_CHECKING:
    from blueprints.context import Context


def lever_grants(context: Context) -> tuple[Grant, ...]:
    """PutMetricData knows no resources, only namespaces: that of the application is its own."""
    own = (("StringEquals", (("cloudwatch:namespace", (context.prefix,)),)),)
    return (
        Grant("LeverMoves", ("cloudwatch:PutMetricData",), ("*",), own),
        Grant("LeverReads", ("cloudwatch:DescribeAlarms",), ("*",)),
    )
