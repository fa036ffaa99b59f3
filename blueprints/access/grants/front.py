"""REST APIs with their keys and plans, web ACLs, user pools. HTTP and WebSocket APIs have theirs in `apis`."""

from __future__ import annotations

from blueprints.access.grants.apis import GRANTS as APIS
from blueprints.access.grants.apis import LOG_DELIVERY
from blueprints.access.grants.functions import GRANTS as FUNCTIONS
from blueprints.access.grants.grant import Grant, linked_role

_CALLS = ("apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT")
_REST = Grant(
    "RestApis",
    _CALLS,
    ("apigateway:*::/restapis", "apigateway:*::/restapis/*", "apigateway:*::/tags/*"),
)
_PLANS = Grant(
    "UsagePlans",
    _CALLS,
    (
        *("apigateway:*::/apikeys", "apigateway:*::/apikeys/*"),
        *("apigateway:*::/usageplans", "apigateway:*::/usageplans/*", "apigateway:*::/tags/*"),
    ),
)
# CloudFormation reads the text of a key in the name of whoever deploys.
_KEY_SECRETS = Grant(
    "SecretsOfApiKeys", ("secretsmanager:GetSecretValue",), ("secretsmanager:*:{account}:secret:{p}-*",)
)
_ACCOUNT = (
    Grant("ApiAccount", ("apigateway:GET", "apigateway:PATCH"), ("apigateway:*::/account",)),
    Grant(
        "RolesForApiLogs",
        ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        ("iam::{account}:role/{p}/*",),
        (
            (
                "ArnLike",
                (("iam:PolicyARN", ("arn:*:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",)),),
            ),
        ),
    ),
)
_WEB_ACLS = (
    Grant(
        "WebAcls",
        (
            "wafv2:AssociateWebACL",
            "wafv2:CreateWebACL",
            "wafv2:DeleteWebACL",
            "wafv2:DisassociateWebACL",
            "wafv2:GetWebACL",
            "wafv2:ListTagsForResource",
            "wafv2:TagResource",
            "wafv2:UntagResource",
            "wafv2:UpdateWebACL",
        ),
        (
            "wafv2:*:{account}:regional/webacl/{p}-*/*",
            # Making one is asked of the rules in it too; ours are AWS's own.
            "wafv2:*:{account}:regional/managedruleset/*/*",
        ),
    ),
    Grant("WebAclList", ("wafv2:ListWebACLs",), ("*",)),
)
_WEB_ACL_OF_STAGE = Grant(
    "WebAclsOfStages",
    (
        "apigateway:SetWebACL",
        "wafv2:AssociateWebACL",
        "wafv2:DisassociateWebACL",
        "wafv2:GetWebACLForResource",
    ),
    ("apigateway:*::/restapis/*/stages/*",),
)
# AWS chooses the id of a pool, so there is no prefix to ask for.
_POOLS = (
    Grant(
        "UserPools",
        (
            "cognito-idp:AddCustomAttributes",
            "cognito-idp:CreateUserPoolClient",
            "cognito-idp:DeleteUserPool",
            "cognito-idp:DeleteUserPoolClient",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListTagsForResource",
            "cognito-idp:ListUserPoolClientSecrets",
            "cognito-idp:ListUserPoolClients",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:TagResource",
            "cognito-idp:UntagResource",
            "cognito-idp:UpdateUserPool",
            "cognito-idp:UpdateUserPoolClient",
        ),
        ("cognito-idp:*:{account}:userpool/*",),
    ),
    Grant("NewUserPools", ("cognito-idp:CreateUserPool", "cognito-idp:ListUserPools"), ("*",)),
)
_REPLICAS = (
    Grant(
        "UserPoolReplicas",
        (
            "cognito-idp:CreateUserPoolReplica",
            "cognito-idp:DeleteUserPoolReplica",
            "cognito-idp:ListUserPoolReplicas",
        ),
        ("cognito-idp:*:{account}:userpool/*",),
    ),
    Grant(
        "KeysOfUserPools",
        (
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ),
        ("kms:*:{account}:key/*",),
        (("StringLike", (("kms:ViaService", ("cognito-idp.*.amazonaws.com",)),)),),
    ),
    linked_role("UserPoolReplication", "cognito-idp.amazonaws.com"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    **dict.fromkeys(
        (
            "AWS::ApiGateway::Authorizer",
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::GatewayResponse",
            "AWS::ApiGateway::Method",
            "AWS::ApiGateway::Model",
            "AWS::ApiGateway::RequestValidator",
            "AWS::ApiGateway::Resource",
            "AWS::ApiGateway::RestApi",
        ),
        (_REST,),
    ),
    "AWS::ApiGateway::Account": _ACCOUNT,
    "AWS::ApiGateway::ApiKey": (_PLANS, _KEY_SECRETS),
    "AWS::ApiGateway::Stage": (_REST, LOG_DELIVERY),
    "AWS::ApiGateway::UsagePlan": (_PLANS, _REST),
    "AWS::ApiGateway::UsagePlanKey": (_PLANS,),
    "AWS::ApiGatewayV2::Authorizer": APIS["AWS::ApiGatewayV2::Route"],
    "AWS::ApiGatewayV2::Deployment": APIS["AWS::ApiGatewayV2::Route"],
    "AWS::Cognito::UserPool": _POOLS,
    "AWS::Cognito::UserPoolClient": _POOLS,
    "AWS::Cognito::UserPoolReplica": (*_POOLS, *_REPLICAS),
    "AWS::IAM::Policy": FUNCTIONS["AWS::IAM::Role"],
    "AWS::WAFv2::WebACL": _WEB_ACLS,
    "AWS::WAFv2::WebACLAssociation": (*_WEB_ACLS, _WEB_ACL_OF_STAGE),
}
