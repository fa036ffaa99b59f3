"""The throttling of an HTTP API's stage, route by route.

The default of a stage cannot be unset once it was set: UpdateStage knows no "no limit", and its absence leaves what is
there. The settings of a route can be (DeleteRouteSettings), and they win over the default; so routes are throttled.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.aws.stage_limits import Limit
from orchestrator.aws.stage_tags import TaggedStage
from orchestrator.core.errors import NotFound

_BURST, _RATE = "ThrottlingBurstLimit", "ThrottlingRateLimit"
# Of WebSocket APIs only: UpdateStage refuses them for an HTTP API, whatever GetStage answers.
_NOT_OF_HTTP = frozenset({"DataTraceEnabled", "LoggingLevel"})


@dataclass(frozen=True, slots=True)
class HttpStage(TaggedStage):
    """One stage of an HTTP API in an account and region."""

    SERVICE = "apigatewayv2"
    COLLECTION = "apis"
    CAPITALS = True

    def limits(self) -> dict[str, Limit | None]:
        """Every route by its key; None for one without settings of its own."""
        own = self.look().get("RouteSettings", {})
        return {key: _limit(own[key]) if key in own else None for key in self._routes()}

    def set(self, limits: Mapping[str, Limit]) -> None:
        """These routes get these limits; other settings, and those that they had from the stage, stay."""
        stage = self.look()
        default, own = _untouched(stage.get("DefaultRouteSettings", {})), stage.get("RouteSettings", {})
        self._write({key: {**_untouched(own.get(key, default)), **_throttling(one)} for key, one in limits.items()})

    def put_back(self, before: Mapping[str, Limit], unset: Collection[str]) -> None:
        """`before` gets its limits again; the settings of the routes `unset` go away."""
        own, routes = self.look().get("RouteSettings", {}), set(self._routes())
        # A limit that is absent can only be had by making the settings anew.
        incomplete = {key for key, limit in before.items() if None in (limit.burst, limit.rate)}
        for key in sorted({*unset, *incomplete}):
            self._delete(key)
        back = {key: limit for key, limit in before.items() if key in routes}
        if back:
            self._write({key: {**_untouched(own.get(key, {})), **_throttling(one)} for key, one in back.items()})

    def by_hand(self, before: Mapping[str, Limit], unset: Collection[str]) -> Iterator[tuple[str, ...]]:
        """The commands of the AWS CLI that do what `put_back` does."""
        place = ("--region", self.region, "--api-id", self.api, "--stage-name", self.name)
        for key in sorted(unset):
            yield ("aws", "apigatewayv2", "delete-route-settings", *place, "--route-key", key)
        if before:
            limits = {key: _throttling(limit) for key, limit in sorted(before.items())}
            settings = json.dumps(limits, separators=(",", ":"))
            yield ("aws", "apigatewayv2", "update-stage", *place, "--route-settings", settings)

    def look(self) -> Mapping[str, Any]:
        """What GetStage tells. Raises NotFound."""
        with self.calling("GetStage") as client:
            return dict(client.get_stage(ApiId=self.api, StageName=self.name))

    def _write(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """UpdateStage leaves routes that are not named as they are."""
        with self.calling("UpdateStage") as client:
            client.update_stage(ApiId=self.api, StageName=self.name, RouteSettings=dict(settings))

    def _routes(self) -> list[str]:
        with self.calling("GetRoutes") as client:
            pages = client.get_paginator("get_routes").paginate(ApiId=self.api)
            return [one["RouteKey"] for page in pages for one in page.get("Items", ())]

    def _delete(self, key: str) -> None:
        try:
            with self.calling("DeleteRouteSettings") as client:
                client.delete_route_settings(ApiId=self.api, StageName=self.name, RouteKey=key)
        except NotFound:
            return


def _limit(settings: Mapping[str, Any]) -> Limit:
    return Limit(settings.get(_BURST), settings.get(_RATE))


def _untouched(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What is not throttling."""
    return {key: value for key, value in settings.items() if key not in {_BURST, _RATE, *_NOT_OF_HTTP}}


def _throttling(limit: Limit) -> dict[str, float]:
    given = {_BURST: limit.burst, _RATE: limit.rate}
    return {key: value for key, value in given.items() if value is not None}
