"""Reports of errors from browsers: an app monitor (CloudWatch RUM) of the reference region, and an alarm on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.infra.table import add_reference_condition
from blueprints.naming import alarm_name, host_name
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Template

    from blueprints.context import Context

MONITOR = "SiteErrors"
_PERIOD_S = 300


@dataclass(frozen=True, slots=True)
class ErrorReports:
    """What browsers tell of errors, failed calls and load times."""

    sample: float = option(1.0, "Share of the sessions that report.", minimum=0, maximum=1)
    cookies: bool = option(False, "Set two cookies, which tell visitors and sessions apart.")
    alarm_at: int = option(5, "So many errors of scripts in five minutes raise the alarm.", minimum=1)


def endpoint() -> str:
    """Where browsers send reports, as CloudFormation is to substitute it."""
    return "https://dataplane.rum.${AWS::Region}.${AWS::URLSuffix}"


def add_error_reports(
    template: Template, context: Context, options: ErrorReports, *, host: str, told: Sequence[object]
) -> None:
    """Monitor and alarm `{prefix}-site-errors`. Output: SiteErrors, the id that the page's script needs.

    The alarm is of visitors, whichever region serves them: that of the region leaves it out.
    """
    from troposphere import GetAtt, Output, Sub
    from troposphere.rum import AppMonitor, AppMonitorConfiguration, ResourcePolicy

    condition = add_reference_condition(template)
    name = f"{context.prefix}-site"
    monitor = AppMonitor(
        MONITOR,
        Condition=condition,
        Name=name,
        # Without a name of its own the site's is made up by CloudFront, from an id that only the distribution knows.
        Domain=host_name(host or "*.cloudfront.net"),
        AppMonitorConfiguration=AppMonitorConfiguration(
            AllowCookies=options.cookies,
            SessionSampleRate=options.sample,
            Telemetries=["errors", "http", "performance"],
        ),
        ResourcePolicy=ResourcePolicy(PolicyDocument=Sub(_policy(name))),
    )
    template.add_resource(monitor)
    _add_alarm(template, context, options, name, condition, told)
    template.add_output(Output(MONITOR, Value=GetAtt(MONITOR, "Id"), Condition=condition))


def _policy(name: str) -> str:
    """Browsers have no identity. An identity pool would give each of them one for the asking, and let in the same."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "rum:PutRumEvents",
        "Resource": f"arn:${{AWS::Partition}}:rum:${{AWS::Region}}:${{AWS::AccountId}}:appmonitor/{name}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _add_alarm(
    template: Template, context: Context, options: ErrorReports, name: str, condition: str, told: Sequence[object]
) -> None:
    from troposphere.cloudwatch import Alarm, MetricDimension

    template.add_resource(
        Alarm(
            f"{MONITOR}Alarm",
            Condition=condition,
            AlarmName=alarm_name(context, "site", "errors"),
            AlarmDescription="Errors of scripts in the browsers of the site's visitors",
            Namespace="AWS/RUM",
            MetricName="JsErrorCount",
            Dimensions=[MetricDimension(Name="application_name", Value=name)],
            Statistic="Sum",
            Period=_PERIOD_S,
            EvaluationPeriods=1,
            Threshold=options.alarm_at,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            # Nobody at the site, or nothing wrong: both are told by silence.
            TreatMissingData="notBreaching",
            **({"AlarmActions": list(told), "OKActions": list(told)} if told else {}),
        )
    )
