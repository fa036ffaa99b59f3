"""Alarms."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant

_ALARMS = Grant(
    "Alarms",
    (
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
    ),
    ("cloudwatch:*:{account}:alarm:{p}-*",),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::CloudWatch::Alarm": (_ALARMS,),
}
