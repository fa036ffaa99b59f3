"""TestDNSAnswer: what Route 53 says it would answer, from the same answers that the name server gives."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from orchestrator.core.answers import Answer
from orchestrator.local import wire
from orchestrator.local.regions import ADDRESSES
from orchestrator.local.request import Request
from orchestrator.local.stored_records import plain_name
from orchestrator.local.wire import Reply
from orchestrator.local.zones import Zones

_PATH = re.compile(r"^/2013-04-01/testdnsanswer/?$")
_NAME_SERVER = "ns-1.awsdns-1.com"
_REGIONS = {address: region for region, address in ADDRESSES.items()}


class DnsAnswerApi:
    """Answers at once, whoever owns the zone must ask."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    @cached_property
    def _shape(self) -> Any:
        return wire.service_model("route53").operation_model("TestDNSAnswer").output_shape

    def handle(self, request: Request) -> Reply | None:
        """The answer, or None when the request is about something else."""
        if request.method != "GET" or not _PATH.match(request.path):
            return None
        asked = request.query
        zone = self._zones.zone(asked.get("hostedzoneid", "").removeprefix("/hostedzone/"))
        if zone is None:
            return wire.rest_error(
                "NoSuchHostedZone", f"No hosted zone found with ID: {asked.get('hostedzoneid')}", 404
            )
        name, kind = plain_name(asked.get("recordname", "")), asked.get("recordtype", "").upper()
        if name != zone.name and not name.endswith(f".{zone.name}"):
            return wire.rest_error("InvalidInput", f"{name} does not lie in {zone.name}", 400)
        client = asked.get("edns0clientsubnetip") or asked.get("resolverip", "")
        found = self._zones.ask(zone, name, kind, client_region=_REGIONS.get(client, ""))
        told = {
            "Nameserver": _NAME_SERVER,
            "RecordName": name,
            "RecordType": kind,
            "RecordData": list(_data(found, kind)),
            "ResponseCode": "NXDOMAIN" if found.nxdomain else "NOERROR",
            "Protocol": "UDP",
        }
        return wire.rest_reply(self._shape, told)


def _data(found: Answer, kind: str) -> tuple[str, ...]:
    """A CNAME that is met on the way to an address is what the name server says first."""
    first = found.records[0] if found.records else None
    if first is not None and first.alias is None and first.type == "CNAME" and kind != "CNAME":
        return tuple(str(value) for value in first.values)
    return found.values
