"""A REST API: paths, methods, models, stage and the deployment that makes changes of them public."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.authorizers import add_rest_authorizers
from blueprints.compute.apis.cors import add_cors
from blueprints.compute.apis.front import access_log_format, begin_api, finish_api
from blueprints.compute.apis.plans import add_plans
from blueprints.compute.apis.rest_methods import add_method
from blueprints.compute.apis.routes import DEFAULT, methods, path_title
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troposphere import GetAtt, Ref, Template

    from blueprints.compute.apis.front import ApiOrder, ApiParts
    from blueprints.compute.apis.guards import Throttle
    from blueprints.compute.apis.options import ApiOptions
    from blueprints.context import Context

STAGE = "live"


def add_rest_api(order: ApiOrder) -> Ref:
    """API, role, authorizers, methods, deployment, stage, plans and both domain mappings; returns the API's id.

    For its access log the account needs, in this region, the role that infra makes for `api_log_role`. Output: ApiId.
    """
    template, options = order.template, order.options
    before = set(template.resources)
    parts = begin_api(order, _api(order.context, options))
    add_rest_authorizers(parts)
    _add_models(template, options, parts.api)
    _add_methods(parts)
    deployment = _add_deployment(template, parts.api, [name for name in template.resources if name not in before])
    stage = _add_stage(parts, deployment)
    add_plans(template, order.context, options, parts.api, stage)
    return finish_api(parts, stage)


def content_digest(template: Template, names: Iterable[str]) -> str:
    """12 hex digits over what a deployment makes public: it is a copy, taken once, of the API as it stands then.

    CloudFormation makes a new copy only for a new logical id; without one a change would reach the API, but no caller.
    """
    content = {name: template.resources[name].to_dict() for name in names}
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _api(context: Context, options: ApiOptions) -> Any:
    from troposphere.apigateway import EndpointConfiguration, RestApi

    return RestApi(
        "RestApi",
        Name=context.prefix,
        EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"]),
        **({} if options.default_endpoint else {"DisableExecuteApiEndpoint": True}),
    )


def _add_models(template: Template, options: ApiOptions, api: Ref) -> None:
    from troposphere.apigateway import Model, RequestValidator

    for name, schema in options.models.items():
        template.add_resource(
            Model(f"RestModel{camel(name)}", RestApiId=api, ContentType="application/json", Schema=json.loads(schema))
        )
    if any(one.model or one.required for one in options.routes.values()):
        template.add_resource(
            RequestValidator("RestValidator", RestApiId=api, ValidateRequestBody=True, ValidateRequestParameters=True)
        )


def _add_methods(parts: ApiParts) -> None:
    places: dict[tuple[str, ...], Ref | GetAtt] = {}
    for key, route in parts.options.routes.items():
        for verb, path in methods(key):
            place = _place(parts.template, parts.api, path, places)
            add_method(parts, route, verb=verb, path=path, place=place)
    if parts.options.cors is not None:
        add_cors(parts.template, parts.api, parts.options.cors, places, parts.options.routes)


def _place(
    template: Template, api: Ref, path: tuple[str, ...], places: dict[tuple[str, ...], Ref | GetAtt]
) -> Ref | GetAtt:
    """The resource of a path, made with all that lie above it."""
    from troposphere import GetAtt, Ref
    from troposphere.apigateway import Resource

    if path not in places:
        if path:
            above = _place(template, api, path[:-1], places)
            made = Resource(path_title("RestPath", path), RestApiId=api, ParentId=above, PathPart=path[-1])
            places[path] = Ref(template.add_resource(made))
        else:
            places[path] = GetAtt("RestApi", "RootResourceId")
    return places[path]


def _add_deployment(template: Template, api: Ref, names: list[str]) -> Ref:
    from troposphere import Ref
    from troposphere.apigateway import Deployment

    content = [name for name in names if name.startswith("Rest")]
    title = f"RestDeployment{content_digest(template, content)}"
    after = [name for name in content if name != "RestApi"]
    return Ref(template.add_resource(Deployment(title, RestApiId=api, DependsOn=after)))


def _add_stage(parts: ApiParts, deployment: Ref) -> Ref:
    from troposphere import GetAtt, Ref
    from troposphere.apigateway import AccessLogSetting, Stage

    options = parts.options
    stage = parts.template.add_resource(
        Stage(
            "RestStage",
            RestApiId=parts.api,
            DeploymentId=deployment,
            StageName=STAGE,
            TracingEnabled=True,
            AccessLogSetting=AccessLogSetting(
                DestinationArn=GetAtt(parts.access_log, "Arn"), Format=access_log_format()
            ),
            MethodSettings=list(_method_settings(options)),
            **({"Variables": dict(options.variables)} if options.variables else {}),
        )
    )
    return Ref(stage)


def _method_settings(options: ApiOptions) -> Iterator[Any]:
    yield _settings(options, "/*", "*", options.throttle)
    for key, route in options.routes.items():
        if route.throttle is not None and key != DEFAULT:
            for verb, path in methods(key):
                yield _settings(options, "/" + "~1".join(("", *path)) if path else "/", verb, route.throttle)


def _settings(options: ApiOptions, path: str, verb: str, throttle: Throttle | None) -> Any:
    """Slashes within a path are written `~1`. Bodies are never logged: they are the users' own."""
    from troposphere.apigateway import MethodSetting

    limits = {} if throttle is None else {"ThrottlingRateLimit": throttle.rate, "ThrottlingBurstLimit": throttle.burst}
    return MethodSetting(
        ResourcePath=path,
        HttpMethod="*" if verb == "ANY" else verb,
        MetricsEnabled=options.detailed_metrics,
        DataTraceEnabled=False,
        LoggingLevel="OFF",
        **limits,
    )
