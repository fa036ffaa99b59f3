"""One method of a REST API: what it asks of its caller, and the function or service that does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.authorizers import rest_authorization
from blueprints.compute.apis.cors import origin_headers
from blueprints.compute.apis.front import allow_route, function_uri, topic_arn, waiting_for, workflow_arn
from blueprints.compute.apis.routes import MAX_TIMEOUT_S, path_title
from blueprints.naming import QUEUE_LIMIT, resource_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from troposphere import GetAtt, Ref, Sub

    from blueprints.compute.apis.front import ApiParts
    from blueprints.compute.apis.options import RouteOptions
    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

_FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
_ACCEPTED = '{"status": "ACCEPTED"}'
# The last part of the execution's ARN is all that a caller needs, and nothing that tells of the account.
_STARTED = """#set($arn = $input.path('$.executionArn'))
{"execution": "$arn.replaceAll("^.*:", "")", "status": "RUNNING"}"""
_STATUS = """#set($output = $input.path('$.output'))
{"status": "$input.path('$.status')"#if($output && $output != ""), "output": $output#end}"""
# escapeJavaScript writes \\' for ', which JSON does not know.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
_BODY = """$util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'")"""


def add_method(parts: ApiParts, route: RouteOptions, *, verb: str, path: tuple[str, ...], place: Ref | GetAtt) -> None:
    """The method at `place`, which is the resource of `path`."""
    from troposphere.apigateway import Method

    if route.function is not None:
        target = {"Integration": _function(parts.functions[route.function], parts.role)}
    else:
        target = _service(parts, route, path)
    parts.template.add_resource(
        Method(
            path_title("RestMethod", path, verb),
            RestApiId=parts.api,
            ResourceId=place,
            HttpMethod=verb,
            ApiKeyRequired=route.api_key,
            **rest_authorization(parts.options, route),
            **_validation(route),
            **target,
            **waiting_for(allow_route(parts, route)),
        )
    )


def _validation(route: RouteOptions) -> dict[str, object]:
    """`$default`: a body of any other type would pass unseen."""
    from troposphere import Ref

    if not route.model and not route.required:
        return {}
    return {
        "RequestValidatorId": Ref("RestValidator"),
        **({"RequestModels": {"$default": Ref(f"RestModel{camel(route.model)}")}} if route.model else {}),
        **(
            {"RequestParameters": {f"method.request.{name}": True for name in route.required}} if route.required else {}
        ),
    }


def _function(function: PublishedFunction, role: GetAtt) -> Any:
    from troposphere.apigateway import Integration

    return Integration(
        Type="AWS_PROXY",
        IntegrationHttpMethod="POST",
        Uri=function_uri(function),
        Credentials=role,
        TimeoutInMillis=MAX_TIMEOUT_S["rest"] * 1000,
    )


def _service(parts: ApiParts, route: RouteOptions, path: tuple[str, ...]) -> dict[str, Any]:
    """What AWS answers is told in our words: a start is 202, a mistake of the caller 400, of ours 502."""
    from troposphere.apigateway import Integration, IntegrationResponse, MethodResponse

    uri, request, answer = _request(parts.context, route, path)
    status = "200" if route.status_of else "202"
    unknown = "404" if route.status_of else "400"
    headers = origin_headers(parts.options.cors)
    answers = [
        (status, None, answer),
        (unknown, r"4\d{2}", '{"message": "Not found"}' if route.status_of else '{"message": "Bad request"}'),
        ("502", r"5\d{2}", '{"message": "Bad gateway"}'),
    ]
    return {
        "Integration": Integration(
            Type="AWS",
            IntegrationHttpMethod="POST",
            Uri=uri,
            Credentials=parts.role,
            PassthroughBehavior="NEVER",
            RequestTemplates={"application/json": request},
            TimeoutInMillis=MAX_TIMEOUT_S["rest"] * 1000,
            **({"RequestParameters": _FORM} if route.queue or route.topic else {}),
            IntegrationResponses=[
                IntegrationResponse(
                    StatusCode=code,
                    ResponseTemplates={"application/json": text},
                    **({"SelectionPattern": pattern} if pattern else {}),
                    **({"ResponseParameters": headers} if headers else {}),
                )
                for code, pattern, text in answers
            ],
        ),
        "MethodResponses": [
            MethodResponse(
                StatusCode=code, **({"ResponseParameters": dict.fromkeys(headers, False)} if headers else {})
            )
            for code in (status, unknown, "502")
        ],
    }


def _request(context: Context, route: RouteOptions, path: tuple[str, ...]) -> tuple[Sub, Any, str]:
    """The address of the service's action, what it is sent, and what the caller is told."""
    if route.workflow:
        arn = workflow_arn(context, route.workflow)
        return (
            _uri("states:action/StartExecution"),
            _filled('{"stateMachineArn": "', arn, f'", "input": "{_BODY}"}}'),
            _STARTED,
        )
    if route.status_of:
        name = path[-1].strip("{}")
        asked = f"$util.escapeJavaScript($input.params('{name}'))\"}}"
        arn = workflow_arn(context, route.status_of, execution=asked)
        return _uri("states:action/DescribeExecution"), _filled('{"executionArn": "', arn, ""), _STATUS
    if route.queue:
        queue = resource_name(context, route.queue, QUEUE_LIMIT)
        body = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
        return _uri(f"sqs:path/${{AWS::AccountId}}/{queue}"), body, _ACCEPTED
    arn = topic_arn(context, route.topic or "")
    publish = _filled("Action=Publish&TopicArn=$util.urlEncode('", arn, "')&Message=$util.urlEncode($input.body)")
    return _uri("sns:path//"), publish, _ACCEPTED


def _uri(action: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{action}")


def _filled(before: str, arn: Sub, after: str) -> Sub:
    from troposphere import Sub

    return Sub(f"{before}{arn.data['Fn::Sub']}{after}")
