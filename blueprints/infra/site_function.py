"""What CloudFront runs for each request before it looks for a file: folders get their root, /config.json its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blueprints.infra.site_errors import MONITOR, endpoint
from blueprints.infra.table import add_reference_condition
from blueprints.naming import edge_name, with_account
from blueprints.substituted import substituted

if TYPE_CHECKING:
    from troposphere import GetAtt, Template

    from blueprints.context import Context
    from blueprints.infra.site_options import SiteOptions

CONFIG = "/config.json"
FUNCTION_LIMIT_BYTES = 10_240 - 20  # an app monitor's id is so much longer than what stands for it

_CODE = """var config = @config@;

function handler(event) {
    var request = event.request;
    if (request.uri === '@path@') {
        return {
            statusCode: 200,
            statusDescription: 'OK',
            headers: {'content-type': {value: 'application/json'}, 'cache-control': {value: 'no-cache'}},
            body: {encoding: 'text', data: config}
        };
    }
    var file = request.uri.substring(request.uri.lastIndexOf('/') + 1);
    @route@
    return request;
}
"""
_FOLDERS = "if (file === '') request.uri += '@root@';"
# A file that is not there stays not there: a script that got a page instead would fail without a word.
_SINGLE_PAGE = "if (file.indexOf('.') < 0) request.uri = '/@root@';"


def add_site_function(template: Template, context: Context, site: SiteOptions) -> GetAtt:
    """The function, published; returns its ARN."""
    from troposphere import GetAtt
    from troposphere.cloudfront import Function, FunctionConfig

    function = Function(
        "SiteFunction",
        Condition=add_reference_condition(template),
        Name=edge_name(context, "site"),
        AutoPublish=True,
        FunctionConfig=FunctionConfig(Comment="Routes requests of the site", Runtime="cloudfront-js-2.0"),
        FunctionCode=substituted(function_code(context, site)),
    )
    return GetAtt(template.add_resource(function), "FunctionARN")


def function_code(context: Context, site: SiteOptions) -> str:
    """The source, as CloudFormation is to substitute it."""
    route = (_SINGLE_PAGE if site.single_page else _FOLDERS).replace("@root@", site.root)
    code = _CODE.replace("@path@", CONFIG).replace("@route@", route)
    # What CloudFormation must not fill in stands as its number: a function without anything to fill in is no Fn::Sub,
    # and cfn-lint takes a plain `${` for a forgotten one.
    return code.replace("@config@", json.dumps(_config(context, site)).replace("${!", "\\u0024{"))


def _config(context: Context, site: SiteOptions) -> str:
    """The text of /config.json. The API is named by its shared host: after a failover it still is the right one."""
    own: dict[str, object] = {"api": f"https://{with_account(context.host)}"}
    if site.errors is not None:
        own["errors"] = {
            "id": f"${{{MONITOR}.Id}}",
            "region": "${AWS::Region}",
            "endpoint": endpoint(),
            "sample": site.errors.sample,
        }
    given = {name.replace("${", "${!"): value.replace("${", "${!") for name, value in site.settings.items()}
    return json.dumps({**given, **own}, sort_keys=True, separators=(",", ":"))
