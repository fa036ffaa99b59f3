"""Route 53's record changes: a whole batch is checked before the emulator sees it, and takes a while to be INSYNC."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from orchestrator.core.dns import RecordAction, RecordChange
from orchestrator.core.record_rules import problems
from orchestrator.local import wire
from orchestrator.local.emulator import acting_in
from orchestrator.local.health_checks import HealthCheckStore
from orchestrator.local.request import Request
from orchestrator.local.stored_records import is_foreign, requested_record, stored_record
from orchestrator.local.wire import Reply
from orchestrator.local.zones import Zones, stored_records

Forward = Callable[[], Awaitable[Reply]]
_BATCH = re.compile(r"^/2013-04-01/hostedzone/(?P<zone>[^/]+)/rrset/?$")
_CHANGE = re.compile(r"^/2013-04-01/change/(?P<change>[^/]+)$")
_CHANGE_ID = re.compile(rb"<Id>/change/([^<]+)</Id>")


class RecordsGuard:
    """Stands before the emulator's records. A refused batch changes nothing."""

    def __init__(self, checks: HealthCheckStore, zones: Zones, propagation_delay_s: float) -> None:
        self._checks, self._zones, self._delay_s = checks, zones, propagation_delay_s
        self._submitted: dict[str, float] = {}

    @cached_property
    def _model(self) -> Any:
        return wire.service_model("route53")

    async def handle(self, request: Request, account: str, forward: Forward) -> Reply | None:
        """The answer, or None when the request is about something else. `forward` asks the emulator."""
        batch, change = _BATCH.match(request.path), _CHANGE.match(request.path)
        if batch and request.method == "POST":
            return self._refusal(request, account, batch["zone"]) or await self._pass_on(batch["zone"], forward)
        if change and change["change"] in self._submitted:
            return self._change(change["change"])
        return None

    def _refusal(self, request: Request, account: str, zone_id: str) -> Reply | None:
        from ministack.services import route53

        shape = self._model.operation_model("ChangeResourceRecordSets").input_shape
        try:
            wanted = wire.from_xml(shape, fromstring(request.body))["ChangeBatch"]["Changes"]
            with acting_in(account, "us-east-1"):
                zone = route53._zones.get(zone_id)
                stored = [one for one in route53._records.get(zone_id) or () if not is_foreign(one)]
            if zone is None or any(is_foreign(one["ResourceRecordSet"]) for one in wanted):
                return None
            changes = tuple(
                RecordChange(RecordAction(one["Action"]), requested_record(one["ResourceRecordSet"])) for one in wanted
            )
        except (ParseError, ValueError, KeyError) as error:
            return wire.rest_error("InvalidInput", f"Invalid request: {error}", 400)
        name = zone["name"].rstrip(".").lower()
        found = problems([stored_record(one) for one in stored], changes, name, self._checks.ids())
        return wire.invalid_change_batch(found) if found else None

    async def _pass_on(self, zone_id: str, forward: Forward) -> Reply:
        before = stored_records(zone_id)
        reply = await forward()
        submitted = _CHANGE_ID.search(reply.body)
        if reply.status == 200 and submitted:
            self._submitted[submitted[1].decode()] = time.time()
            self._zones.supersede(zone_id, before)
        return Reply(reply.status, reply.body, {"content-type": "text/xml"})

    def _change(self, change_id: str) -> Reply:
        at = self._submitted[change_id]
        status = "INSYNC" if time.time() - at >= self._delay_s else "PENDING"
        info = {"Id": f"/change/{change_id}", "Status": status, "SubmittedAt": at}
        return wire.rest_reply(self._model.operation_model("GetChange").output_shape, {"ChangeInfo": info})
