"""The simple form of an API: every request goes to one function's alias, through the API's own role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.apis import routes
from blueprints.compute.apis.front import ApiOrder
from blueprints.compute.apis.http import add_http_api
from blueprints.compute.apis.options import ApiOptions, RouteOptions
from blueprints.compute.apis.rest import add_rest_api
from blueprints.compute.apis.waf import add_web_acl

if TYPE_CHECKING:
    from troposphere import Ref, Template
    from troposphere.logs import LogGroup

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

MAX_TIMEOUT_S = routes.MAX_TIMEOUT_S["http"]


def add_api(template: Template, context: Context, function: PublishedFunction, *, access_log: LogGroup) -> Ref:
    """API, integration, route, stage and the mappings of both domain names; returns the API's id. Output: ApiId."""
    return add_any_api(
        ApiOrder(
            template=template,
            context=context,
            options=api_options(None, default=function.name),
            functions={function.name: function},
            access_log=access_log,
            always=function.name,
        )
    )


def add_any_api(order: ApiOrder) -> Ref:
    """The API of the kind that the options say, with what guards it; returns its id. Output: ApiId."""
    if order.options.kind == "http":
        return add_http_api(order)
    api = add_rest_api(order)
    if order.options.waf is not None:
        add_web_acl(order.template, order.context, order.options.waf, api=api)
    return api


def api_options(given: ApiOptions | None, *, default: str) -> ApiOptions:
    """The options with a route: to the function `default`, when there is none."""
    from dataclasses import replace

    options = given or ApiOptions()
    return options if options.routes else replace(options, routes={routes.DEFAULT: RouteOptions(function=default)})
