"""The alarms that watch the levers: per region of the application one for drills and one for evacuation.

One template for all regions: every control instance has the alarms of every region, and a region's health checks watch
those that stand in another one. Standard resolution, no metric math, no M out of N: Route 53 follows nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.parameters import camel

if TYPE_CHECKING:
    from troposphere import Template
    from troposphere.cloudwatch import Alarm

    from blueprints.context import Context

# kind -> what no data means. A drill ends by itself when its operator dies; nobody fails back by accident.
_MISSING_DATA = {"drill": "notBreaching", "evacuate": "ignore"}
_PERIOD_S = 60


def add_lever_alarms(template: Template, context: Context) -> None:
    """Alarms `{prefix}-{kind}-{region}` on the metrics `{Kind}-{region}` of the namespace `{prefix}`."""
    for region in context.regions:
        for kind in _MISSING_DATA:
            template.add_resource(_alarm(context, kind, region))


def _alarm(context: Context, kind: str, region: str) -> Alarm:
    from troposphere.cloudwatch import Alarm

    return Alarm(
        f"{kind.capitalize()}{camel(region)}",
        AlarmName=f"{context.prefix}-{kind}-{region}",
        AlarmDescription=f"1 takes {region} out of service: moved by the orchestrator, watched by Route 53",
        Namespace=context.prefix,
        MetricName=f"{kind.capitalize()}-{region}",
        # Within one minute "out" wins over "in": an evacuation is never averaged away.
        Statistic="Maximum",
        Period=_PERIOD_S,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData=_MISSING_DATA[kind],
        ActionsEnabled=False,
    )
