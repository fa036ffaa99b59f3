"""An HTTP API that hands every request to a function's alias, through the API's own role.

A permission on the function would be recreated with the function and its absence is an outage; a role is not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blueprints.compute.function import ALIAS
from blueprints.compute.roles import add_role, invoke_statements
from blueprints.naming import regional_host, shared_host

if TYPE_CHECKING:
    from troposphere import Ref, Template
    from troposphere.apigatewayv2 import Stage
    from troposphere.logs import LogGroup

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

MAX_TIMEOUT_S = 30  # An HTTP API waits no longer for an integration.

_ACCESS_LOG = {
    "at": "$context.requestTimeEpoch",
    "request": "$context.requestId",
    "host": "$context.domainName",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "source": "$context.identity.sourceIp",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "integration_error": "$context.integrationErrorMessage",
}


def add_api(template: Template, context: Context, function: PublishedFunction, *, access_log: LogGroup) -> Ref:
    """API, integration, route, stage and the mappings of both domain names; returns the API's id. Output: ApiId."""
    from troposphere import Output, Ref
    from troposphere.apigatewayv2 import Api

    api = Ref(template.add_resource(Api("Api", Name=context.prefix, ProtocolType="HTTP")))
    _add_route(template, context, api, function)
    stage = _add_stage(template, api, access_log)
    _add_mappings(template, context, api, stage)
    template.add_output(Output("ApiId", Value=api))
    return api


def _add_route(template: Template, context: Context, api: Ref, function: PublishedFunction) -> None:
    from troposphere import GetAtt, Join, Ref
    from troposphere.apigatewayv2 import Integration, Route

    role = add_role(
        template,
        context,
        "ApiRole",
        name="api",
        service="apigateway.amazonaws.com",
        statements=invoke_statements([function.name], alias=ALIAS),
    )
    integration = template.add_resource(
        Integration(
            "ApiIntegration",
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function.alias,
            CredentialsArn=GetAtt(role, "Arn"),
            PayloadFormatVersion="2.0",
            TimeoutInMillis=MAX_TIMEOUT_S * 1000,
        )
    )
    target = Join("/", ["integrations", Ref(integration)])
    template.add_resource(Route("ApiRoute", ApiId=api, RouteKey="$default", Target=target))


def _add_stage(template: Template, api: Ref, access_log: LogGroup) -> Stage:
    from troposphere import GetAtt
    from troposphere.apigatewayv2 import AccessLogSettings, Stage

    return template.add_resource(
        Stage(
            "ApiStage",
            ApiId=api,
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=AccessLogSettings(
                DestinationArn=GetAtt(access_log, "Arn"), Format=json.dumps(_ACCESS_LOG, separators=(",", ":"))
            ),
        )
    )


def _add_mappings(template: Template, context: Context, api: Ref, stage: Stage) -> None:
    """By the domain's name, not by a reference: the domains belong to infra, which must have been deployed before."""
    from troposphere import Ref
    from troposphere.apigatewayv2 import ApiMapping

    for title, host in (("Shared", shared_host(context)), ("Regional", regional_host(context))):
        template.add_resource(ApiMapping(f"{title}Mapping", ApiId=api, DomainName=host, Stage=Ref(stage)))
