"""What every kind of API has: the role with which it calls what is behind it, its access log, its host names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.apis.faults import called_functions
from blueprints.compute.function import ALIAS
from blueprints.compute.roles import add_role, invoke_statements
from blueprints.naming import QUEUE_LIMIT, TOPIC_LIMIT, WORKFLOW_LIMIT, regional_host, resource_name, shared_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troposphere import GetAtt, Ref, Sub, Template

    from blueprints.compute.apis.options import ApiOptions
    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.roles import Statement
    from blueprints.context import Context

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
class ApiParts:
    """What the parts of one API are made from: `api` is its id, `functions` those that its options name."""

    template: Template
    context: Context
    options: ApiOptions
    api: Ref
    functions: Mapping[str, PublishedFunction]
    role: GetAtt


def access_log_format(fields: Mapping[str, str] = _ACCESS_LOG) -> str:
    """One line of JSON per request."""
    return json.dumps(dict(fields), separators=(",", ":"))


def add_api_role(
    template: Template, context: Context, api: ApiOptions, functions: Mapping[str, PublishedFunction]
) -> GetAtt:
    """The role of the API: what its routes and authorizers lead to, and nothing else; returns its ARN.

    A permission on the function would be recreated with the function and its absence is an outage; a role is not.
    """
    from troposphere import GetAtt

    called = [functions[name].name for name in called_functions(api)]
    routes = api.routes.values()
    role = add_role(
        template,
        context,
        "ApiRole",
        name="api",
        service="apigateway.amazonaws.com",
        statements=[
            *(invoke_statements(called, alias=ALIAS) if called else []),
            *_allowed("states:StartExecution", (workflow_arn(context, one.workflow) for one in routes if one.workflow)),
            *_allowed(
                "states:DescribeExecution",
                (workflow_arn(context, one.status_of, execution="*") for one in routes if one.status_of),
            ),
            *_allowed("sqs:SendMessage", (_queue_arn(context, one.queue) for one in routes if one.queue)),
            *_allowed("sns:Publish", (topic_arn(context, one.topic) for one in routes if one.topic)),
        ],
    )
    return GetAtt(role, "Arn")


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


def _allowed(action: str, resources: Iterable[Sub]) -> list[Statement]:
    by_text = {one.data["Fn::Sub"]: one for one in resources}
    return [{"Effect": "Allow", "Action": action, "Resource": list(by_text.values())}] if by_text else []


def _queue_arn(context: Context, queue: str) -> Sub:
    return _arn("sqs", resource_name(context, queue, QUEUE_LIMIT))


def _arn(service: str, resource: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
