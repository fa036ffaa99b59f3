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
    """Their state and nothing else. Who moves them must obey the safety rules of their control panel."""
    if not arns:
        return ()
    bare = tuple(arn.split(":", 2)[2] for arn in arns)
    obeying = (("BoolIfExists", (("route53-recovery-cluster:AllowSafetyRulesOverrides", ("false",)),)),)
    return (
        Grant("ControlMoves", ("route53-recovery-cluster:UpdateRoutingControlStates",), bare, obeying),
        Grant("ControlReads", ("route53-recovery-cluster:GetRoutingControlState",), bare),
    )
