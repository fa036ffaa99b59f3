"""The throttling of a REST API's stage: its method settings, where `*/*` stands for every method without its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.aws.stage_limits import Limit
from orchestrator.aws.stage_tags import TaggedStage

_ALL = "*/*"
_NO_LIMIT = -1
_AT_ONCE = 80
"""UpdateStage takes a bounded number of patch operations."""

_Patch = dict[str, str]


@dataclass(frozen=True, slots=True)
class RestStage(TaggedStage):
    """One stage of a REST API in an account and region."""

    SERVICE = "apigateway"
    COLLECTION = "restapis"
    CAPITALS = False

    def limits(self) -> dict[str, Limit | None]:
        """Every method with settings of its own, and `*/*`; None where that has none."""
        return {_ALL: None, **{key: _limit(one) for key, one in self.look().get("methodSettings", {}).items()}}

    def set(self, limits: Mapping[str, Limit]) -> None:
        """These methods get these limits."""
        self._patch([patch for key, limit in sorted(limits.items()) for patch in _replacing(key, limit)])

    def put_back(self, before: Mapping[str, Limit], unset: Collection[str]) -> None:
        """`before` gets its limits again; the settings of the methods `unset` go away."""
        self._patch(_putting_back(before, unset))

    def by_hand(self, before: Mapping[str, Limit], unset: Collection[str]) -> Iterator[tuple[str, ...]]:
        """The command of the AWS CLI that does what `put_back` does."""
        place = ("--region", self.region, "--rest-api-id", self.api, "--stage-name", self.name)
        patches = json.dumps(_putting_back(before, unset), separators=(",", ":"))
        yield ("aws", "apigateway", "update-stage", *place, "--patch-operations", patches)

    def look(self) -> Mapping[str, Any]:
        """What GetStage tells. Raises NotFound."""
        with self.calling("GetStage") as client:
            return dict(client.get_stage(restApiId=self.api, stageName=self.name))

    def _patch(self, patches: list[_Patch]) -> None:
        for first in range(0, len(patches), _AT_ONCE):
            with self.calling("UpdateStage") as client:
                client.update_stage(
                    restApiId=self.api, stageName=self.name, patchOperations=patches[first : first + _AT_ONCE]
                )


def _limit(settings: Mapping[str, Any]) -> Limit:
    return Limit(settings.get("throttlingBurstLimit"), settings.get("throttlingRateLimit"))


def _putting_back(before: Mapping[str, Limit], unset: Collection[str]) -> list[_Patch]:
    removed = [{"op": "remove", "path": f"/{key}"} for key in sorted(unset)]
    return [*removed, *(patch for key, limit in sorted(before.items()) for patch in _replacing(key, limit))]


def _replacing(key: str, limit: Limit) -> Iterator[_Patch]:
    """`key` as GetStage answers it, `~1` for the slashes of a path: what a patch takes, too."""
    for name, value in (("burstLimit", limit.burst), ("rateLimit", limit.rate)):
        told = str(_NO_LIMIT if value is None else value)
        yield {"op": "replace", "path": f"/{key}/throttling/{name}", "value": told}
