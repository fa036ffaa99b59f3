"""Who may call: authorizers of HTTP and REST APIs, and what a route says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.front import allow_call, function_uri, waiting_for
from blueprints.compute.apis.options import IAM, NOBODY, authorizer_of, is_pool_id
from blueprints.naming import pool_parameter_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from blueprints.compute.apis.front import ApiParts
    from blueprints.compute.apis.options import ApiOptions, AuthorizerOptions, RouteOptions
    from blueprints.context import Context

_COGNITO = "cognito-idp.${AWS::Region}.amazonaws.com"


def add_http_authorizers(parts: ApiParts) -> None:
    """The authorizers of an HTTP API."""
    from troposphere.apigatewayv2 import Authorizer

    for name, one in parts.options.authorizers.items():
        given = _http_function(parts, one) if one.function else _http_tokens(parts.context, one)
        parts.template.add_resource(Authorizer(_title("Api", name), ApiId=parts.api, Name=name, **given))


def add_rest_authorizers(parts: ApiParts) -> None:
    """The authorizers of a REST API."""
    from troposphere.apigateway import Authorizer

    for name, one in parts.options.authorizers.items():
        given = _rest_function(parts, one) if one.function else _rest_pool(parts.context, one)
        parts.template.add_resource(
            Authorizer(
                _title("Rest", name),
                RestApiId=parts.api,
                Name=name,
                IdentitySource=f"method.request.header.{one.header}",
                AuthorizerResultTtlInSeconds=one.cache,
                **given,
            )
        )


def http_authorization(options: ApiOptions, route: RouteOptions) -> dict[str, object]:
    """The properties of an HTTP route."""
    name = authorizer_of(options, route)
    if name in (NOBODY, IAM):
        return {} if name == NOBODY else {"AuthorizationType": "AWS_IAM"}
    return {
        "AuthorizationType": "CUSTOM" if options.authorizers[name].function else "JWT",
        **_authorizer("Api", name, route),
    }


def rest_authorization(options: ApiOptions, route: RouteOptions) -> dict[str, object]:
    """The properties of a REST method."""
    name = authorizer_of(options, route)
    if name in (NOBODY, IAM):
        return {"AuthorizationType": "NONE" if name == NOBODY else "AWS_IAM"}
    return {
        "AuthorizationType": "CUSTOM" if options.authorizers[name].function else "COGNITO_USER_POOLS",
        **_authorizer("Rest", name, route),
    }


def _authorizer(prefix: str, name: str, route: RouteOptions) -> dict[str, object]:
    from troposphere import Ref

    scopes = {"AuthorizationScopes": list(route.scopes)} if route.scopes else {}
    return {"AuthorizerId": Ref(_title(prefix, name)), **scopes}


def _http_function(parts: ApiParts, one: AuthorizerOptions) -> dict[str, Any]:
    return {
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": function_uri(parts.functions[one.function or ""]),
        "AuthorizerCredentialsArn": parts.role,
        **waiting_for(allow_call(parts, one.function or "")),
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "AuthorizerResultTtlInSeconds": one.cache,
        "IdentitySource": [f"$request.header.{one.header}"],
    }


def _http_tokens(context: Context, one: AuthorizerOptions) -> dict[str, Any]:
    from troposphere import Sub
    from troposphere.apigatewayv2 import JWTConfiguration

    if one.jwt is not None:
        tokens = JWTConfiguration(Issuer=one.jwt.issuer, Audience=list(one.jwt.audience))
    else:
        tokens = JWTConfiguration(
            Issuer=Sub(f"https://{_COGNITO}/{_found(context, one, 'id')}"), Audience=[_found(context, one, "client")]
        )
    return {
        "AuthorizerType": "JWT",
        "IdentitySource": [f"$request.header.{one.header}"],
        "JwtConfiguration": tokens,
    }


def _rest_function(parts: ApiParts, one: AuthorizerOptions) -> dict[str, Any]:
    return {
        "Type": "REQUEST",
        "AuthorizerUri": function_uri(parts.functions[one.function or ""]),
        "AuthorizerCredentials": parts.role,
        **waiting_for(allow_call(parts, one.function or "")),
    }


def _rest_pool(context: Context, one: AuthorizerOptions) -> dict[str, Any]:
    from troposphere import Sub

    pool = "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool"
    return {"Type": "COGNITO_USER_POOLS", "ProviderARNs": [Sub(f"{pool}/{_found(context, one, 'id')}")]}


def _found(context: Context, one: AuthorizerOptions, what: str) -> str:
    """What infra left about its pool: AWS chooses a pool's id, so there is no name to guess."""
    if is_pool_id(one.pool or "") and what == "id":
        return one.pool or ""
    return f"{{{{resolve:ssm:{pool_parameter_name(context, one.pool or '', what)}}}}}"


def _title(prefix: str, name: str) -> str:
    return f"{prefix}Authorizer{camel(name)}"
