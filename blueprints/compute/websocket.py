"""A WebSocket API: connections that functions answer, and over which they send on their own.

It has no host name of its own: one cannot be shared with an HTTP or REST API, and a connection dies with its region
anyway. Clients ask the application, by its shared name, for the address (`WEBSOCKET_URL`) and ask again when they lose
it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.faults import function_faults
from blueprints.compute.apis.front import access_log_format, allow_function, function_uri, waiting_for
from blueprints.compute.apis.guards import Throttle
from blueprints.compute.apis.options import IAM, NOBODY
from blueprints.compute.apis.routes import MAX_TIMEOUT_S
from blueprints.compute.roles import add_role
from blueprints.faults import Fault
from blueprints.naming import WEBSOCKET_API, WEBSOCKET_STAGE
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Ref, Template
    from troposphere.logs import LogGroup

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

CONNECT = "$connect"
# What a deployment copies.
_CONTENT = (WEBSOCKET_API, "WebsocketAuthorizer", "WebsocketIntegration", "WebsocketRoute")
_KEY = re.compile(r"\$connect|\$disconnect|\$default|[A-Za-z0-9][A-Za-z0-9_./-]*")
_ACCESS_LOG = {
    "at": "$context.requestTimeEpoch",
    "request": "$context.requestId",
    "connection": "$context.connectionId",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "status": "$context.status",
    "source": "$context.identity.sourceIp",
    "integration_latency_ms": "$context.integrationLatency",
    "integration_error": "$context.integrationErrorMessage",
}


@dataclass(frozen=True, slots=True)
class WebsocketOptions:
    """Routes to functions, and who may connect. Messages over 32 KB are refused by API Gateway."""

    routes: Mapping[str, str] = option(doc="Functions by route: `$connect`, `$disconnect`, `$default`, or an action.")
    action: str = option("$request.body.action", "Where a message says its route.")
    authorizer: str = option(NOBODY, "Who says whether a client may connect: `iam`, `none` or a function.")
    token: str = option("querystring.token", "What the function judges: `header.<name>` or `querystring.<name>`.")
    throttle: Throttle | None = option(None, "A limit on connections and messages.")

    def faults(self) -> Iterator[Fault]:
        """Routes that API Gateway knows."""
        if not self.routes:
            yield Fault("routes", "is empty", "give $default at least")
        titles: dict[str, str] = {}
        for key in self.routes:
            if not _KEY.fullmatch(key):
                yield Fault(f"routes.{key}", f"{key!r} is no route", "write $connect, $disconnect, $default or a word")
            elif (other := titles.setdefault(camel(key), key)) != key:
                yield Fault(f"routes.{key}", f"becomes the same logical id as {other!r}", "rename one of the two")
        if not self.token.startswith(("header.", "querystring.")):
            yield Fault("token", f"{self.token!r} cannot be asked for", "write header.<name> or querystring.<name>")


def websocket_faults(options: WebsocketOptions | None, timeouts: Mapping[str, int]) -> Iterator[Fault]:
    """`timeouts` are the functions that there are, each with its timeout in seconds."""
    if options is None:
        return
    longest = MAX_TIMEOUT_S["rest"]
    for key, function in options.routes.items():
        yield from function_faults(f"websocket.routes.{key}", function, timeouts, longest_s=longest)
    if options.authorizer not in (IAM, NOBODY):
        yield from function_faults("websocket.authorizer", options.authorizer, timeouts, longest_s=longest)


def add_websocket(
    template: Template,
    context: Context,
    options: WebsocketOptions,
    functions: Mapping[str, PublishedFunction],
    *,
    access_log: LogGroup,
) -> Ref:
    """API, role, routes, deployment and stage; returns the API's id. Output: WebsocketUrl (`wss://`).

    For its access log the account needs, in this region, the role that infra makes for `api_log_role`.
    """
    from troposphere import GetAtt, Output, Ref, Sub
    from troposphere.apigatewayv2 import Api

    before = set(template.resources)
    api = Ref(
        template.add_resource(
            Api(
                WEBSOCKET_API,
                Name=f"{context.prefix}-websocket",
                ProtocolType="WEBSOCKET",
                RouteSelectionExpression=options.action,
            )
        )
    )
    role = add_role(
        template,
        context,
        "WebsocketRole",
        name="websocket",
        service="apigateway.amazonaws.com",
        statements=(),
    )
    _add_authorizer(template, options, api, functions, role=GetAtt(role, "Arn"))
    for key, name in options.routes.items():
        _add_route(template, options, api, key, name, functions[name], role=GetAtt(role, "Arn"))
    made = [name for name in template.resources if name not in before]
    content = [name for name in made if name.startswith(_CONTENT)]
    _add_stage(template, options, api, content, access_log)
    address = f"wss://${{{WEBSOCKET_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{WEBSOCKET_STAGE}"
    template.add_output(Output("WebsocketUrl", Value=Sub(address)))
    return api


def _allow(template: Template, name: str, function: PublishedFunction) -> str:
    return allow_function(template, "WebsocketRole", "Websocket", name, function)


def _authorizing(options: WebsocketOptions) -> tuple[str, ...]:
    return () if options.authorizer in (IAM, NOBODY) else (options.authorizer,)


def _add_authorizer(
    template: Template,
    options: WebsocketOptions,
    api: Ref,
    functions: Mapping[str, PublishedFunction],
    *,
    role: Any,
) -> None:
    from troposphere.apigatewayv2 import Authorizer

    for name in _authorizing(options):
        template.add_resource(
            Authorizer(
                "WebsocketAuthorizer",
                ApiId=api,
                Name=name,
                AuthorizerType="REQUEST",
                AuthorizerUri=function_uri(functions[name]),
                AuthorizerCredentialsArn=role,
                IdentitySource=[f"route.request.{options.token}"],
                **waiting_for(_allow(template, name, functions[name])),
            )
        )


def _add_route(
    template: Template,
    options: WebsocketOptions,
    api: Ref,
    key: str,
    name: str,
    function: PublishedFunction,
    *,
    role: Any,
) -> None:
    from troposphere import Join, Ref
    from troposphere.apigatewayv2 import Integration, Route

    title = f"WebsocketIntegration{camel(name)}"
    if title not in template.resources:
        template.add_resource(
            Integration(
                title,
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationMethod="POST",
                IntegrationUri=function_uri(function),
                CredentialsArn=role,
                TimeoutInMillis=MAX_TIMEOUT_S["rest"] * 1000,
                **waiting_for(_allow(template, name, function)),
            )
        )
    template.add_resource(
        Route(
            f"WebsocketRoute{camel(key)}",
            ApiId=api,
            RouteKey=key,
            Target=Join("/", ["integrations", Ref(title)]),
            **(_authorization(options) if key == CONNECT else {}),
        )
    )


def _authorization(options: WebsocketOptions) -> dict[str, object]:
    """Only connecting is authorized: what comes later comes over a connection that was."""
    from troposphere import Ref

    if options.authorizer == NOBODY:
        return {"AuthorizationType": "NONE"}
    if options.authorizer == IAM:
        return {"AuthorizationType": "AWS_IAM"}
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": Ref("WebsocketAuthorizer")}


def _add_stage(
    template: Template, options: WebsocketOptions, api: Ref, content: list[str], access_log: LogGroup
) -> None:
    """A WebSocket API deploys nothing by itself: its deployment is a copy, made anew for each content."""
    from troposphere import GetAtt, Ref
    from troposphere.apigatewayv2 import AccessLogSettings, Deployment, RouteSettings, Stage

    text = json.dumps({name: template.resources[name].to_dict() for name in content}, sort_keys=True)
    digest = sha256(text.encode()).hexdigest()[:12]
    after = [name for name in content if name != WEBSOCKET_API]
    deployment = template.add_resource(Deployment(f"WebsocketDeployment{digest}", ApiId=api, DependsOn=after))
    limits = options.throttle
    settings = {"ThrottlingRateLimit": limits.rate, "ThrottlingBurstLimit": limits.burst} if limits else {}
    template.add_resource(
        Stage(
            "WebsocketStage",
            ApiId=api,
            StageName=WEBSOCKET_STAGE,
            DeploymentId=Ref(deployment),
            AccessLogSettings=AccessLogSettings(
                DestinationArn=GetAtt(access_log, "Arn"), Format=access_log_format(_ACCESS_LOG)
            ),
            **({"DefaultRouteSettings": RouteSettings(**settings)} if settings else {}),
        )
    )
