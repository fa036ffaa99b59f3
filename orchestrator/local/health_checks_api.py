"""Route 53's health-check API on the wire: paths and XML in, the store asked, XML out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError, fromstring

from orchestrator.core.errors import AwsError
from orchestrator.local import wire
from orchestrator.local.health_checks import HealthCheckStore, Observation, StoredCheck
from orchestrator.local.request import Request
from orchestrator.local.wire import Reply

_PREFIX = "/2013-04-01/"
_PAGE = 100
_STATUS_OF = {"NoSuchHealthCheck": 404, "HealthCheckAlreadyExists": 409, "HealthCheckVersionMismatch": 409}


class Reports(Protocol):
    """What is known of a check beyond its configuration."""

    def observations(self, stored: StoredCheck) -> tuple[Observation, ...]:
        """What each checker saw last."""
        ...

    def failures(self, stored: StoredCheck) -> tuple[Observation, ...]:
        """What each checker saw when it last saw a failure."""
        ...


class HealthChecksApi:
    """Serves the paths of health checks and of their tags."""

    def __init__(self, store: HealthCheckStore, reports: Reports) -> None:
        self._store, self._reports = store, reports

    @cached_property
    def _model(self) -> Any:
        return wire.service_model("route53")

    def handle(self, request: Request, account: str) -> Reply | None:
        """The answer, or None when the request is about something else."""
        try:
            return self._dispatch(request, account)
        except AwsError as error:
            return wire.rest_error(error.code, error.what, _STATUS_OF.get(error.code, 400))
        except (ParseError, ValueError, KeyError) as error:
            return wire.rest_error("InvalidInput", f"Invalid XML: {error}", 400)

    def _dispatch(self, request: Request, account: str) -> Reply | None:
        match request.method, request.path.removeprefix(_PREFIX).strip("/").split("/"):
            case "POST", ["healthcheck"]:
                return self._create(request, account)
            case "GET", ["healthcheck"]:
                return self._list(request, account)
            case "GET", ["healthcheckcount"]:
                return self._reply("GetHealthCheckCount", {"HealthCheckCount": len(self._store.all(account))})
            case "GET", ["healthcheck", check_id]:
                return self._reply("GetHealthCheck", {"HealthCheck": _view(self._store.get(account, check_id))})
            case "POST", ["healthcheck", check_id]:
                changes = self._parsed("UpdateHealthCheck", request)
                updated = self._store.update(account, check_id, changes)
                return self._reply("UpdateHealthCheck", {"HealthCheck": _view(updated)})
            case "DELETE", ["healthcheck", check_id]:
                self._store.delete(account, check_id)
                return self._reply("DeleteHealthCheck", {})
            case "GET", ["healthcheck", check_id, "status"]:
                return self._seen("GetHealthCheckStatus", self._store.get(account, check_id))
            case "GET", ["healthcheck", check_id, "lastfailurereason"]:
                return self._seen("GetHealthCheckLastFailureReason", self._store.get(account, check_id))
            case method, ["tags", "healthcheck", *rest]:
                return self._tags(method, rest, request, account)
            case _:
                return None

    def _seen(self, operation: str, stored: StoredCheck) -> Reply:
        if stored.config["Type"] == "CALCULATED":
            raise AwsError(f"{operation} is not supported for CALCULATED health checks.", code="InvalidInput")
        last = operation == "GetHealthCheckStatus"
        seen = self._reports.observations(stored) if last else self._reports.failures(stored)
        return self._reply(operation, {"HealthCheckObservations": [_observation(one) for one in seen]})

    def _create(self, request: Request, account: str) -> Reply:
        fields = self._parsed("CreateHealthCheck", request)
        made = self._store.create(account, fields["CallerReference"], fields["HealthCheckConfig"])
        location = {"location": f"https://route53.amazonaws.com{_PREFIX}healthcheck/{made.id}"}
        shape = self._model.operation_model("CreateHealthCheck").output_shape
        return wire.rest_reply(shape, {"HealthCheck": _view(made)}, status=201, headers=location)

    def _list(self, request: Request, account: str) -> Reply:
        size = min(int(request.query.get("maxitems", _PAGE)), _PAGE)
        checks = sorted(self._store.all(account), key=lambda one: one.id)
        rest = [one for one in checks if one.id >= request.query.get("marker", "")]
        more = rest[size].id if len(rest) > size else None
        listed = {
            "HealthChecks": [_view(one) for one in rest[:size]],
            "Marker": request.query.get("marker", ""),
            "IsTruncated": more is not None,
            "NextMarker": more,
            "MaxItems": size,
        }
        return self._reply("ListHealthChecks", listed)

    def _tags(self, method: str, rest: list[str], request: Request, account: str) -> Reply | None:
        match method, rest:
            case "GET", [check_id]:
                tags = _tag_set(self._store.get(account, check_id))
                return self._reply("ListTagsForResource", {"ResourceTagSet": tags})
            case "POST", [check_id]:
                fields = self._parsed("ChangeTagsForResource", request)
                added = {one["Key"]: one.get("Value", "") for one in fields.get("AddTags", ())}
                self._store.tag(account, check_id, added, frozenset(fields.get("RemoveTagKeys", ())))
                return self._reply("ChangeTagsForResource", {})
            case "POST", []:
                wanted = self._parsed("ListTagsForResources", request)["ResourceIds"]
                sets = [_tag_set(self._store.get(account, check_id)) for check_id in wanted]
                return self._reply("ListTagsForResources", {"ResourceTagSets": sets})
            case _:
                return None

    def _parsed(self, operation: str, request: Request) -> dict[str, Any]:
        shape = self._model.operation_model(operation).input_shape
        parsed: dict[str, Any] = wire.from_xml(shape, fromstring(request.body))
        return parsed

    def _reply(self, operation: str, result: Mapping[str, Any]) -> Reply:
        return wire.rest_reply(self._model.operation_model(operation).output_shape, result)


def _view(one: StoredCheck) -> dict[str, Any]:
    return {
        "Id": one.id,
        "CallerReference": one.caller_reference,
        "HealthCheckConfig": one.config,
        "HealthCheckVersion": one.version,
    }


def _tag_set(one: StoredCheck) -> dict[str, Any]:
    tags = [{"Key": name, "Value": value} for name, value in sorted(one.tags.items())]
    return {"ResourceType": "healthcheck", "ResourceId": one.id, "Tags": tags}


def _observation(one: Observation) -> dict[str, Any]:
    checked = datetime.fromtimestamp(one.at, UTC).timestamp()
    report = {"Status": one.status, "CheckedTime": checked}
    return {"Region": one.region, "IPAddress": one.address, "StatusReport": report}
