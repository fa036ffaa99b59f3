"""What the orchestrator may do with levers: move its own application's, and read where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import Grant

if TYPE_CHECKING:
    from blueprints.context import Context


def lever_grants(context: Context, routing_controls: tuple[str, ...]) -> tuple[Grant, ...]:
    """PutMetricData knows no resources, only namespaces: that of the application is its own.

    `routing_controls` are the ARNs of the environment's own.
    """
    own = (("StringEquals", (("cloudwatch:namespace", (context.prefix,)),)),)
    return (
        Grant("LeverMoves", ("cloudwatch:PutMetricData",), ("*",), own),
        Grant("LeverReads", ("cloudwatch:DescribeAlarms",), ("*",)),
        *_controls(routing_controls),
    )


def _controls(arns: tuple[str, ...]) -> tuple[Grant, ...]:
    """Their state and nothing else: safety rules cannot be overridden, clusters not changed."""
    actions = ("route53-recovery-cluster:GetRoutingControlState", "route53-recovery-cluster:UpdateRoutingControlStates")
    bare = tuple(arn.split(":", 2)[2] for arn in arns)
    return (Grant("RoutingControls", actions, bare),) if bare else ()
