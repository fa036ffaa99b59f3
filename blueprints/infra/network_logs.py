"""Flow logs: who talked to whom in a network, and who was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.logs import RETENTION_DAYS, add_log_group
from blueprints.compute.roles import add_role
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class FlowLogs:
    """What is logged, and for how long it is kept."""

    traffic: str = option("ALL", "Which connections.", choices=("ALL", "ACCEPT", "REJECT"))
    retention_days: int = option(30, "How long logs are kept.", choices=RETENTION_DAYS)


def add_flow_logs(template: Template, context: Context, vpc: Ref, options: FlowLogs) -> None:
    """The logs of a network in CloudWatch, `/aws/vendedlogs/network/{application}-{environment}`."""
    from troposphere import GetAtt, Ref
    from troposphere.ec2 import FlowLog

    name = f"/aws/vendedlogs/network/{context.prefix}"
    group = add_log_group(template, context, "NetworkLogGroup", name=name, retention_days=options.retention_days)
    writing = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    role = add_role(
        template,
        context,
        "NetworkLogRole",
        name="network-logs",
        service="vpc-flow-logs.amazonaws.com",
        statements=[
            {"Effect": "Allow", "Action": writing, "Resource": GetAtt(group, "Arn")},
            {"Effect": "Allow", "Action": ["logs:DescribeLogGroups"], "Resource": "*"},
        ],
        only_for_own_account=True,
    )
    template.add_resource(
        FlowLog(
            "NetworkLog",
            ResourceId=vpc,
            ResourceType="VPC",
            TrafficType=options.traffic,
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt(role, "Arn"),
        )
    )
