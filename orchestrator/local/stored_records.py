"""Record sets as a request or the emulator holds them, in the vocabulary of core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.core.dns import AliasTarget, FailoverRole, RecordSet

# Policies that our vocabulary of records does not hold.
_FOREIGN_POLICIES = ("GeoLocation", "CidrRoutingConfig", "GeoProximityLocation")


def is_foreign(record: Mapping[str, Any]) -> bool:
    """Whether a record follows a policy that core does not know."""
    return any(policy in record for policy in _FOREIGN_POLICIES)


def requested_record(fields: Mapping[str, Any]) -> RecordSet:
    """A record set from the API's fields. Raises KeyError and ValueError when they make none."""
    alias = fields.get("AliasTarget")
    return RecordSet(
        name=plain_name(fields["Name"]),
        type=fields["Type"],
        ttl_s=fields.get("TTL"),
        values=tuple(one["Value"] for one in fields.get("ResourceRecords") or ()),
        alias=AliasTarget(plain_name(alias["DNSName"]), alias["HostedZoneId"], bool(alias.get("EvaluateTargetHealth")))
        if alias
        else None,
        set_identifier=fields.get("SetIdentifier") or "",
        failover=FailoverRole(fields["Failover"]) if fields.get("Failover") else None,
        weight=fields.get("Weight"),
        region=fields.get("Region") or "",
        multivalue=bool(fields.get("MultiValueAnswer")),
        health_check=fields.get("HealthCheckId") or "",
    )


def stored_record(stored: Mapping[str, Any]) -> RecordSet:
    """A record set as the emulator keeps it."""
    values = [{"Value": value} for value in stored.get("ResourceRecords", ())]
    ttl = {"TTL": int(stored["TTL"])} if stored.get("TTL") is not None else {}
    return requested_record({**stored, **ttl, "ResourceRecords": values})


def plain_name(name: str) -> str:
    """Without the trailing dot, in lower case, the wildcard as it is written in a request."""
    return name.rstrip(".").lower().replace("\\052", "*")
