"""CORS of a REST API: preflight answers, and the header on what API Gateway itself answers.

What a function answers passes as it is: its code sends the header of its own answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.apis.routes import methods, path_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troposphere import GetAtt, Ref, Template

    from blueprints.compute.apis.options import CorsOptions

_RESPONSE = "method.response.header."


def origin_headers(cors: CorsOptions | None) -> dict[str, str]:
    """The headers of an answer that is not a function's own."""
    if cors is None:
        return {}
    return {
        f"{_RESPONSE}Access-Control-Allow-Origin": f"'{cors.origins[0]}'",
        **({f"{_RESPONSE}Access-Control-Allow-Credentials": "'true'"} if cors.credentials else {}),
        **({f"{_RESPONSE}Access-Control-Expose-Headers": f"'{','.join(cors.exposed)}'"} if cors.exposed else {}),
    }


def add_cors(
    template: Template,
    api: Ref,
    cors: CorsOptions,
    places: Mapping[tuple[str, ...], Ref | GetAtt],
    keys: Iterable[str],
) -> None:
    """A preflight method at each path that has methods, and headers on the gateway's own 4xx and 5xx answers."""
    taken = [method for key in keys for method in methods(key)]
    for path in dict.fromkeys(path for _, path in taken):
        if ("OPTIONS", path) not in taken:
            _add_preflight(template, api, cors, places[path], path)
    _add_gateway_responses(template, api, cors)


def _add_preflight(template: Template, api: Ref, cors: CorsOptions, place: Ref | GetAtt, path: tuple[str, ...]) -> None:
    from troposphere.apigateway import Integration, IntegrationResponse, Method, MethodResponse

    headers = {
        **origin_headers(cors),
        f"{_RESPONSE}Access-Control-Allow-Methods": f"'{','.join(cors.methods)}'",
        f"{_RESPONSE}Access-Control-Allow-Headers": f"'{','.join(cors.headers)}'",
        f"{_RESPONSE}Access-Control-Max-Age": f"'{cors.max_age}'",
    }
    template.add_resource(
        Method(
            path_title("RestMethod", path, "OPTIONS"),
            RestApiId=api,
            ResourceId=place,
            HttpMethod="OPTIONS",
            AuthorizationType="NONE",
            Integration=Integration(
                Type="MOCK",
                PassthroughBehavior="WHEN_NO_MATCH",
                RequestTemplates={"application/json": '{"statusCode": 204}'},
                IntegrationResponses=[IntegrationResponse(StatusCode="204", ResponseParameters=headers)],
            ),
            MethodResponses=[MethodResponse(StatusCode="204", ResponseParameters=dict.fromkeys(headers, False))],
        )
    )


def _add_gateway_responses(template: Template, api: Ref, cors: CorsOptions) -> None:
    from troposphere.apigateway import GatewayResponse

    headers = {name.replace(_RESPONSE, "gatewayresponse.header."): text for name, text in origin_headers(cors).items()}
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        template.add_resource(
            GatewayResponse(
                f"RestAnswer{kind.removeprefix('DEFAULT_')}",
                RestApiId=api,
                ResponseType=kind,
                ResponseParameters=headers,
            )
        )
