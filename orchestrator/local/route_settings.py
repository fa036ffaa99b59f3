"""DeleteRouteSettings of an HTTP API's stage, which the emulator takes for the deletion of the stage itself."""

from __future__ import annotations

from orchestrator.local.emulator import acting_in
from orchestrator.local.request import Request
from orchestrator.local.wire import Reply, json_error

_PARTS = 7
"""v2, apis, API, stages, stage, routesettings, route key (which may hold slashes)."""


def serves(request: Request) -> bool:
    """Whether the request is for us."""
    parts = _parts(request)
    return request.method == "DELETE" and len(parts) == _PARTS and parts[5] == "routesettings"


def delete(request: Request, account: str) -> Reply:
    """204 whether or not the route has settings of its own; 404 without the stage."""
    from ministack.services import apigateway

    _, _, api, _, name, _, key = _parts(request)
    with acting_in(account, request.region):
        stage = apigateway._stages.get(api, {}).get(name)
        if stage is None:
            return json_error("NotFoundException", f"Unable to find Stage by name {name}", 404)
        stage["routeSettings"] = {route: one for route, one in stage["routeSettings"].items() if route != key}
    return Reply(204)


def _parts(request: Request) -> list[str]:
    return request.path.strip("/").split("/", _PARTS - 1)
