"""Functions, the roles of whatever runs, and their logs."""

from __future__ import annotations

from blueprints.access.grants.apis import LOG_DELIVERY
from blueprints.access.grants.grant import Grant, passed_to

_FUNCTIONS = Grant(
    "Functions",
    (
        "lambda:CreateAlias",
        "lambda:CreateFunction",
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:DeleteLayerVersion",
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetLayerVersion",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
        "lambda:PublishLayerVersion",
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ),
    ("lambda:*:{account}:function:{p}-*", "lambda:*:{account}:layer:{p}-*"),
)

# Whoever gives a function a layer of AWS's own must be able to read it.
_INSIGHTS = Grant("InsightsLayer", ("lambda:GetLayerVersion",), ("lambda:*:*:layer:LambdaInsightsExtension*",))

# Lambda asks in the name of whoever puts a function into a network.
_NETWORKS = Grant(
    "NetworksOfFunctions", ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"), ("*",)
)

# The path keeps the execution role away from the roles that bootstrap made, its own among them.
_ROLES = (
    Grant(
        "Roles",
        (
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ),
        ("iam::{account}:role/{p}/*",),
    ),
    passed_to("RolesForFunctionsAndApis", "apigateway.amazonaws.com", "lambda.amazonaws.com"),
)

_LOG_GROUPS = Grant(
    "LogGroups",
    (
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:DescribeIndexPolicies",
        "logs:DisassociateKmsKey",
        "logs:GetDataProtectionPolicy",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ),
    ("logs:*:{account}:log-group:/aws/lambda/{p}-*", "logs:*:{account}:log-group:/aws/vendedlogs/apis/{p}*"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::IAM::Role": _ROLES,
    "AWS::Lambda::Alias": (_FUNCTIONS,),
    "AWS::Lambda::Function": (_FUNCTIONS, _INSIGHTS, _NETWORKS),
    "AWS::Lambda::LayerVersion": (_FUNCTIONS,),
    "AWS::Lambda::Version": (_FUNCTIONS,),
    "AWS::Logs::LogGroup": (_LOG_GROUPS, LOG_DELIVERY),
}
