"""What every kind of API has: the role with which it calls what is behind it, its access log, its host names."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from blueprints.compute.function import ALIAS
from blueprints.compute.roles import add_role, invoke_statements
from blueprints.naming import QUEUE_LIMIT, TOPIC_LIMIT, WORKFLOW_LIMIT, regional_host, resource_name, shared_host
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import AWSObject, GetAtt, Ref, Sub, Template
    from troposphere.logs import LogGroup

    from blueprints.compute.apis.options import ApiOptions, RouteOptions
    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.roles import Statement
    from blueprints.context import Context

ROLE = "ApiRole"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOrder:
    """What an API of any kind is made of: `functions` are those that its options name.

    `always` is the function that its role may call whatever the routes are.
    """

    template: Template
    context: Context
    options: ApiOptions
    functions: Mapping[str, PublishedFunction]
    access_log: LogGroup
    always: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts(ApiOrder):
    """The order, once the API itself is there: its id and the ARN of its role."""

    api: Ref
    role: GetAtt


def begin_api(order: ApiOrder, made: AWSObject) -> ApiParts:
    """Adds the API itself and its role."""
    from troposphere import Ref

    api = Ref(order.template.add_resource(made))
    always = order.functions[order.always] if order.always else None
    role = add_api_role(order.template, order.context, always=always)
    given = {one.name: getattr(order, one.name) for one in fields(order)}
    return ApiParts(**given, api=api, role=role)


def finish_api(parts: ApiParts, stage: Ref) -> Ref:
    """Both domain names lead to the stage from now on; returns the API's id. Output: ApiId."""
    from troposphere import Output

    add_mappings(parts.template, parts.context, parts.api, stage)
    parts.template.add_output(Output("ApiId", Value=parts.api))
    return parts.api


def access_log_format(fields: Mapping[str, str] = _ACCESS_LOG) -> str:
    """One line of JSON per request."""
    return json.dumps(dict(fields), separators=(",", ":"))


def add_api_role(template: Template, context: Context, *, always: PublishedFunction | None = None) -> GetAtt:
    """The role of the API; returns its ARN. What routes and authorizers lead to is allowed by policies of their own.

    A permission on the function would be recreated with the function and its absence is an outage; a role is not.
    """
    from troposphere import GetAtt

    role = add_role(
        template,
        context,
        ROLE,
        name="api",
        service="apigateway.amazonaws.com",
        statements=invoke_statements([always.name], alias=ALIAS) if always else (),
    )
    return GetAtt(role, "Arn")


def allow_route(parts: ApiParts, route: RouteOptions) -> str | None:
    """Lets the role do what a route leads to. Returns what to wait for, None when the role may do it anyway."""
    if route.function is not None:
        return allow_call(parts, route.function)
    return _allow(parts.template, ROLE, *_service(parts.context, route))


def allow_call(parts: ApiParts, name: str) -> str | None:
    """The same for a function."""
    if name == parts.always:
        return None
    return allow_function(parts.template, ROLE, "Api", name, parts.functions[name])


def allow_function(template: Template, role: str, prefix: str, name: str, function: PublishedFunction) -> str:
    """Lets a role of this template call a function's alias; returns the logical id of the policy."""
    return _allow(template, role, f"{prefix}MayCall{camel(name)}", invoke_statements([function.name], alias=ALIAS))


def waiting_for(title: str | None) -> dict[str, list[str]]:
    """The attribute of what must not be there before its permission."""
    return {} if title is None else {"DependsOn": [title]}


def workflow_arn(context: Context, workflow: str, *, execution: str = "") -> Sub:
    """A workflow of this region; with `execution`, one run of it."""
    name = resource_name(context, workflow, WORKFLOW_LIMIT)
    return _arn("states", f"execution:{name}:{execution}" if execution else f"stateMachine:{name}")


def topic_arn(context: Context, topic: str) -> Sub:
    """A topic of this region."""
    return _arn("sns", resource_name(context, topic, TOPIC_LIMIT))


def function_uri(function: PublishedFunction) -> Sub:
    """A function's alias as REST and WebSocket APIs and all authorizers want it."""
    from troposphere import Sub

    return Sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Alias}/invocations",
        Alias=function.alias,
    )


def add_mappings(template: Template, context: Context, api: Ref, stage: Ref) -> None:
    """By the domain's name, not by a reference: the domains belong to infra, which must have been deployed before.

    A mapping changes its API in place, so that an application can change from one kind of API to the other.
    """
    from troposphere.apigatewayv2 import ApiMapping

    for title, host in (("Shared", shared_host(context)), ("Regional", regional_host(context))):
        template.add_resource(ApiMapping(f"{title}Mapping", ApiId=api, DomainName=host, Stage=stage))


def _allow(template: Template, role: str, title: str, statements: list[Statement]) -> str:
    """A policy for each target: CloudFormation removes it after everything else, when nothing leads there any more.

    A statement within the role would go before the routes that need it have changed.
    """
    from troposphere import Ref
    from troposphere.iam import PolicyType

    if title not in template.resources:
        document = {"Version": "2012-10-17", "Statement": statements}
        template.add_resource(PolicyType(title, PolicyName=title, Roles=[Ref(role)], PolicyDocument=document))
    return title


def _service(context: Context, route: RouteOptions) -> tuple[str, list[Statement]]:
    if route.workflow is not None:
        name, action, arn = (
            f"Start{camel(route.workflow)}",
            "states:StartExecution",
            workflow_arn(context, route.workflow),
        )
    elif route.status_of is not None:
        arn = workflow_arn(context, route.status_of, execution="*")
        name, action = f"Ask{camel(route.status_of)}", "states:DescribeExecution"
    elif route.queue is not None:
        name, action, arn = f"Send{camel(route.queue)}", "sqs:SendMessage", _queue_arn(context, route.queue)
    else:
        topic = route.topic or ""
        name, action, arn = f"Publish{camel(topic)}", "sns:Publish", topic_arn(context, topic)
    return f"ApiMay{name}", [{"Effect": "Allow", "Action": action, "Resource": arn}]


def _queue_arn(context: Context, queue: str) -> Sub:
    return _arn("sqs", resource_name(context, queue, QUEUE_LIMIT))


def _arn(service: str, resource: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
