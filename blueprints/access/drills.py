"""What a drill needs in a target account: let the application's API refuse its users, put it back, read alarms."""

from __future__ import annotations

from blueprints.access.grants import Grant

# The verbs are those of HTTP: API Gateway knows no others for APIs, stages and tags (Service Authorization Reference,
# Amazon API Gateway Management and Management V2). APIs have no names in ARNs, so these are all of the account.
TARGET_DRILLS = (
    Grant(
        "ReadApis",
        ("apigateway:GET",),
        (
            "apigateway:*::/apis/*/routes",
            "apigateway:*::/apis/*/stages/*",
            "apigateway:*::/domainnames/*/apimappings",
            "apigateway:*::/restapis/*/stages/*",
            "apigateway:*::/tags/*",
        ),
    ),
    Grant(
        "Outages",
        ("apigateway:PATCH",),
        ("apigateway:*::/apis/*/stages/*", "apigateway:*::/restapis/*/stages/*"),
    ),
    Grant("EndOutages", ("apigateway:DELETE",), ("apigateway:*::/apis/*/stages/*/routesettings/*",)),
    # What was before an outage stands in these tags, and in no others.
    Grant(
        "OutageTags",
        ("apigateway:DELETE", "apigateway:POST", "apigateway:PUT"),
        ("apigateway:*::/tags/*",),
        (("ForAllValues:StringLike", (("aws:TagKeys", ("orchestrator-drill", "orchestrator-drill-*")),)),),
    ),
    # CloudWatch asks for every alarm of the account as soon as composite ones are asked for.
    Grant("Alarms", ("cloudwatch:DescribeAlarms",), ("*",)),
)
