"""An HTTP API: routes to functions, workflows and queues, through the API's own role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.authorizers import add_http_authorizers, http_authorization
from blueprints.compute.apis.front import (
    access_log_format,
    allow_route,
    begin_api,
    finish_api,
    waiting_for,
    workflow_arn,
)
from blueprints.compute.apis.options import NOBODY, authorizer_of
from blueprints.compute.apis.routes import DEFAULT, MAX_TIMEOUT_S, route_title
from blueprints.naming import QUEUE_LIMIT, queue_url, resource_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from troposphere import Ref

    from blueprints.compute.apis.front import ApiOrder, ApiParts
    from blueprints.compute.apis.guards import Throttle
    from blueprints.compute.apis.options import ApiOptions, CorsOptions, RouteOptions
    from blueprints.context import Context

_PREFLIGHT = "OPTIONS /{proxy+}"


def add_http_api(order: ApiOrder) -> Ref:
    """API, role, authorizers, integrations, routes, stage and the mappings of both domain names; returns the API's id.

    Output: ApiId.
    """
    order = replace(order, options=_with_open_preflight(order.options))
    parts = begin_api(order, _api(order.context, order.options))
    add_http_authorizers(parts)
    for key, route in parts.options.routes.items():
        _add_route(parts, key, route)
    return finish_api(parts, _add_stage(parts))


def _with_open_preflight(options: ApiOptions) -> ApiOptions:
    """$default takes preflight requests too, which never carry a token: a route that asks for none goes before it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    """
    default = options.routes.get(DEFAULT)
    if (
        options.cors is None
        or default is None
        or authorizer_of(options, default) == NOBODY
        or _PREFLIGHT in options.routes
    ):
        return options
    return replace(options, routes={**options.routes, _PREFLIGHT: replace(default, authorizer=NOBODY, scopes=())})


def _api(context: Context, options: ApiOptions) -> Any:
    from troposphere.apigatewayv2 import Api

    return Api(
        "Api",
        Name=context.prefix,
        ProtocolType="HTTP",
        **({"CorsConfiguration": _cors(options.cors)} if options.cors else {}),
        **({} if options.default_endpoint else {"DisableExecuteApiEndpoint": True}),
    )


def _cors(cors: CorsOptions) -> Any:
    from troposphere.apigatewayv2 import Cors

    return Cors(
        AllowOrigins=list(cors.origins),
        AllowMethods=list(cors.methods),
        AllowHeaders=list(cors.headers),
        MaxAge=cors.max_age,
        **({"ExposeHeaders": list(cors.exposed)} if cors.exposed else {}),
        **({"AllowCredentials": True} if cors.credentials else {}),
    )


def _add_route(parts: ApiParts, key: str, route: RouteOptions) -> None:
    from troposphere import Join, Ref
    from troposphere.apigatewayv2 import Integration, Route

    title = _integration_title(parts.options, route)
    if title not in parts.template.resources:
        given = {**_target(parts, route), **waiting_for(allow_route(parts, route))}
        parts.template.add_resource(Integration(title, ApiId=parts.api, CredentialsArn=parts.role, **given))
    parts.template.add_resource(
        Route(
            route_title("ApiRoute", key),
            ApiId=parts.api,
            RouteKey=key,
            Target=Join("/", ["integrations", Ref(title)]),
            **http_authorization(parts.options, route),
        )
    )


def _integration_title(options: ApiOptions, route: RouteOptions) -> str:
    """One integration for each target, however many routes lead to it."""
    if route.function is not None:
        default = options.routes.get(DEFAULT)
        is_default = default is not None and default.function == route.function
        return "ApiIntegration" if is_default else f"ApiIntegration{camel(route.function)}"
    return f"ApiWorkflow{camel(route.workflow)}" if route.workflow else f"ApiQueue{camel(route.queue or '')}"


def _target(parts: ApiParts, route: RouteOptions) -> dict[str, object]:
    if route.function is None:
        return _service_target(parts.context, route)
    return {
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": parts.functions[route.function].alias,
        "PayloadFormatVersion": "2.0",
        "TimeoutInMillis": MAX_TIMEOUT_S["http"] * 1000,
    }


def _service_target(context: Context, route: RouteOptions) -> dict[str, object]:
    """AWS's own answer with the status 202: the work has begun, nothing more.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
    """
    if route.workflow:
        subtype = "StepFunctions-StartExecution"
        parameters = {"StateMachineArn": workflow_arn(context, route.workflow), "Input": "$request.body"}
    else:
        subtype = "SQS-SendMessage"
        url = queue_url(resource_name(context, route.queue or "", QUEUE_LIMIT))
        parameters = {"QueueUrl": url, "MessageBody": "$request.body"}
    accepted = {"Destination": "overwrite:statuscode", "Source": "202"}
    return {
        "IntegrationType": "AWS_PROXY",
        "IntegrationSubtype": subtype,
        "PayloadFormatVersion": "1.0",
        "RequestParameters": parameters,
        "ResponseParameters": {"200": {"ResponseParameters": [accepted]}},
    }


def _add_stage(parts: ApiParts) -> Ref:
    from troposphere import GetAtt, Ref
    from troposphere.apigatewayv2 import AccessLogSettings, RouteSettings, Stage

    options = parts.options
    settings = _limits(options.throttle)
    if options.detailed_metrics:
        settings["DetailedMetricsEnabled"] = True
    own = {key: {**settings, **_limits(one.throttle)} for key, one in options.routes.items() if one.throttle}
    # Settings of a route that is not there yet are refused.
    after = {"DependsOn": [route_title("ApiRoute", key) for key in own]} if own else {}
    stage = parts.template.add_resource(
        Stage(
            "ApiStage",
            ApiId=parts.api,
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=AccessLogSettings(
                DestinationArn=GetAtt(parts.access_log, "Arn"), Format=access_log_format()
            ),
            **({"DefaultRouteSettings": RouteSettings(**settings)} if settings else {}),
            **({"RouteSettings": own} if own else {}),
            **({"StageVariables": dict(options.variables)} if options.variables else {}),
            **after,
        )
    )
    return Ref(stage)


def _limits(throttle: Throttle | None) -> dict[str, object]:
    if throttle is None:
        return {}
    return {"ThrottlingRateLimit": throttle.rate, "ThrottlingBurstLimit": throttle.burst}
