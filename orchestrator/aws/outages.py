"""ports.Outages on AWS: the regional API stage is throttled to zero, and what it was before stands in a tag of it."""

from __future__ import annotations

import json
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError

_TAG = "orchestrator-drill"
_NO_LIMIT = {"ThrottlingBurstLimit": 5000, "ThrottlingRateLimit": 10000.0}


class AwsOutages:
    """HTTP APIs behind the regional host name of each account. Nothing ends by itself: the run puts it back."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def begin(self, outage: Outage, *, lasts_s: float) -> None:  # noqa: ARG002 - AWS knows no end of its own here
        """Tag first, then throttle: what is throttled can always be put back."""
        for account, host in outage.hosts:
            api, stage = self._stage(outage.region, account, host)
            if _TAG in stage.get("Tags", {}):
                continue
            before = stage.get("DefaultRouteSettings", {})
            kept = {key: before[key] for key in _NO_LIMIT if key in before}
            arn = f"arn:{self._sessions.partition}:apigateway:{outage.region}::/apis/{api}/stages/{stage['StageName']}"
            with self._sessions.calling("apigatewayv2", "TagResource", region=outage.region, account=account) as client:
                client.tag_resource(ResourceArn=arn, Tags={_TAG: json.dumps(kept)})
            self._throttle(outage.region, account, api, stage, {"ThrottlingBurstLimit": 0, "ThrottlingRateLimit": 0.0})

    def end(self, outage: Outage) -> None:
        """Put back what the tag says, then remove the tag."""
        for account, host in outage.hosts:
            api, stage = self._stage(outage.region, account, host)
            told = stage.get("Tags", {}).get(_TAG)
            if told is None:
                continue
            self._throttle(outage.region, account, api, stage, {**_NO_LIMIT, **json.loads(told)})
            arn = f"arn:{self._sessions.partition}:apigateway:{outage.region}::/apis/{api}/stages/{stage['StageName']}"
            with self._sessions.calling(
                "apigatewayv2", "UntagResource", region=outage.region, account=account
            ) as client:
                client.untag_resource(ResourceArn=arn, TagKeys=[_TAG])

    def _stage(self, region: str, account: str, host: str) -> tuple[str, dict[str, Any]]:
        with self._sessions.calling("apigatewayv2", "GetApiMappings", region=region, account=account) as client:
            mappings = client.get_api_mappings(DomainName=host).get("Items", ())
        if not mappings:
            raise AwsError(f"{host} leads to no API", where=f"API Gateway in {region}", fix="orchestrator status")
        api, name = mappings[0]["ApiId"], mappings[0]["Stage"]
        with self._sessions.calling("apigatewayv2", "GetStage", region=region, account=account) as client:
            return api, client.get_stage(ApiId=api, StageName=name)

    def _throttle(self, region: str, account: str, api: str, stage: dict[str, Any], limits: dict[str, Any]) -> None:
        settings = {**stage.get("DefaultRouteSettings", {}), **limits}
        with self._sessions.calling("apigatewayv2", "UpdateStage", region=region, account=account) as client:
            client.update_stage(ApiId=api, StageName=stage["StageName"], DefaultRouteSettings=settings)
