"""The role with which API Gateway writes logs of REST and WebSocket APIs: one for an account in a region.

HTTP APIs do without. It is nobody's alone, so neither the role nor its entry goes when the stack goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import regional_role_name, role_path

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context


def add_api_log_role(template: Template, context: Context) -> None:
    """The role, and its entry in the settings of API Gateway. It replaces the entry that is there."""
    from troposphere import GetAtt, Sub
    from troposphere.apigateway import Account
    from troposphere.iam import Role

    service = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = template.add_resource(
        Role(
            "ApiLogRole",
            RoleName=regional_role_name(context, "api-logs"),
            Path=role_path(context),
            AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [service]},
            # API Gateway refuses a role that may less, whatever it is to write.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
            ManagedPolicyArns=[
                Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            ],
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    template.add_resource(
        Account(
            "ApiLogAccount",
            CloudWatchRoleArn=GetAtt(role, "Arn"),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
