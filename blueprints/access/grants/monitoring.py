"""Alarms, dashboards and canaries."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, passed_to

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
# Both must be allowed for everything or fail, says
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_REGION_ALARMS = Grant("RegionAlarms", ("cloudwatch:DescribeAlarms", "cloudwatch:PutCompositeAlarm"), ("*",))
_MODELS = Grant(
    "AnomalyModels",
    (
        "cloudwatch:DeleteAnomalyDetector",
        "cloudwatch:DescribeAnomalyDetectors",
        "cloudwatch:PutAnomalyDetector",
    ),
    ("*",),
)
_DASHBOARDS = Grant(
    "Dashboards",
    (
        "cloudwatch:DeleteDashboards",
        "cloudwatch:GetDashboard",
        "cloudwatch:ListDashboards",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutDashboard",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
    ),
    ("cloudwatch::{account}:dashboard/{p}", "cloudwatch::{account}:dashboard/{p}-*"),
)
# Synthetics makes a function and a layer for each canary in the name of whoever makes it.
_CANARIES = (
    Grant("NewCanaries", ("synthetics:CreateCanary",), ("*",)),
    Grant(
        "Canaries",
        (
            "synthetics:DeleteCanary",
            "synthetics:GetCanary",
            "synthetics:ListTagsForResource",
            "synthetics:StartCanary",
            "synthetics:StopCanary",
            "synthetics:TagResource",
            "synthetics:UntagResource",
            "synthetics:UpdateCanary",
        ),
        ("synthetics:*:{account}:canary:{p}-*",),
    ),
    Grant(
        "FunctionsOfCanaries",
        (
            "lambda:AddPermission",
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:DeleteLayerVersion",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:GetLayerVersion",
            "lambda:PublishLayerVersion",
            "lambda:PublishVersion",
            "lambda:TagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ),
        ("lambda:*:{account}:function:cwsyn-{p}-*", "lambda:*:{account}:layer:cwsyn-{p}-*"),
    ),
    Grant("LayerOfCanaries", ("lambda:GetLayerVersion",), ("lambda:*:*:layer:Synthetics*",)),
    Grant("BucketsOfCanaries", ("s3:GetBucketLocation",), ("s3:::{p}-*",)),
    passed_to("RolesForCanaries", "lambda.amazonaws.com", "synthetics.amazonaws.com"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::CloudWatch::Alarm": (_ALARMS,),
    "AWS::CloudWatch::AnomalyDetector": (_MODELS,),
    "AWS::CloudWatch::CompositeAlarm": (_ALARMS, _REGION_ALARMS),
    "AWS::CloudWatch::Dashboard": (_DASHBOARDS,),
    "AWS::Synthetics::Canary": _CANARIES,
}
